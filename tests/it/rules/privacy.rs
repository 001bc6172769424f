//! Section 6: what is written to a calendar names only meetings of its account, and none of a private calendar.

use crate::support::world::World;

#[test]
fn titles_of_private_calendars_and_other_accounts_are_never_written() {
    let mut world = World::new();
    let second =
        "[[account]]\nname = \"club\"\nprovider = \"vdir\"\npath = \"club\"\ncalendars = [{ name = \"board\" }]\n";
    std::fs::create_dir_all(world.root().join("club/board")).unwrap();
    world.config("[[account]]", &format!("{second}[[account]]"));
    world.event("private", "mon 9-12 Oncologist Zyx", "LOCATION:Zyx street\nDESCRIPTION:Zyx");
    world.event("club/board", "tue 9-12 Qwv takeover", "ORGANIZER;CN=Qwv:mailto:qwv@example.org");
    world.meeting("thu 9-12 Release review");
    for at in ["mon 7:30", "mon 9:30", "wed 8", "fri 16", "mon+1 8"] {
        world.at(at).sync();
        for (path, (bytes, _)) in world.files() {
            let text = String::from_utf8_lossy(&bytes).replace("\r\n ", "");
            if text.contains("X-SEAWALL") {
                assert!(!text.contains("Zyx") && !text.to_lowercase().contains("qwv"), "{path}: {text}");
            }
        }
    }
    let summary = world.summaries().into_iter().next().unwrap().1.text;
    assert!(summary.contains("private appointment (Mon 09:00"), "{summary}");
    assert!(summary.contains("private appointment (Tue 09:00"), "{summary}");
    assert!(summary.contains("Release review (Thu 09:00"), "{summary}");
}

#[test]
fn a_meeting_that_also_lies_in_a_private_calendar_keeps_the_name_it_has_there_first() {
    let mut world = World::new();
    let calendars = "calendars = [{ name = \"private\", use = \"read\", private = true }, { name = \"work\", use = \"read+hold\" }]";
    world.config(
        "calendars = [{ name = \"work\", use = \"read+hold\" }, { name = \"private\", use = \"read\", private = true }]",
        calendars,
    );
    for calendar in ["private", "work"] {
        world.event(calendar, "tue 9-12 Zyx", "");
    }
    world.sync();
    let summary = world.summaries().into_iter().next().unwrap().1.text;
    assert!(!summary.contains("Zyx") && summary.contains("private appointment"), "{summary}");
}
