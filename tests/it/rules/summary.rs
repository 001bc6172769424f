//! The life of the weekly summary (section 7).

use crate::support::world::{World, changes, moved, shown, with_line};

fn updates(world: &World) -> usize {
    let log = world.store().log(1000, None).unwrap();
    log.iter().filter(|one| one.kind == "summary" && one.action == "update" && one.error.is_none()).count()
}

fn is_final(world: &World) -> bool {
    world.summaries()[0].2.is_final
}

#[test]
fn it_is_made_once_inside_its_week_and_before_its_time() {
    let mut world = World::with_holds();
    assert_eq!(shown(world.summaries()[0].1.span), "fri 16-16:15");
    world.sync();
    world.at("fri 15:59").sync();
    assert_eq!(world.summaries().len(), 1);
    let text = world.text(&world.summary());
    assert!(
        text.contains("TRANSP:TRANSPARENT") && text.contains("CLASS:PRIVATE") && !text.contains("VALARM"),
        "{text}"
    );
}

#[test]
fn it_is_never_made_at_its_time_or_later() {
    for at in ["fri 16", "sun 23:59"] {
        let mut world = World::new();
        world.at(at).sync();
        assert_eq!(world.summaries().len(), 0, "{at}");
    }
    let mut world = World::new();
    world.at("fri 15:59").sync();
    assert_eq!(world.summaries().len(), 1);
}

#[test]
fn it_is_refreshed_twice_a_day_at_most() {
    let mut world = World::with_holds();
    for (at, expected) in [("mon 13", 1), ("mon 13:10", 2), ("mon 13:20", 2), ("mon 13:30", 2), ("tue 13", 3)] {
        let (day, time) = at.split_once(' ').unwrap();
        let _ = day;
        world.at(at).meeting(&format!("wed 14-15 Talk {time}"));
        world.delete(&format!("work/talk-{}.ics", time.replace(':', "-")));
        let hour = 9 + updates(&world);
        world.meeting(&format!("wed {hour}-{} Talk of {time}", hour + 1));
        world.sync();
        assert_eq!(updates(&world), expected, "{at}");
    }
}

#[test]
fn time_alone_changes_nothing() {
    let mut world = World::with_holds();
    for at in ["mon 7:35", "mon 10", "mon 13", "tue 9:30", "wed 8", "thu 23", "fri 15:59"] {
        world.at(at);
        assert_eq!(changes(&world.sync()), "", "{at}");
    }
}

#[test]
fn a_meeting_that_moved_is_told_as_moved_at_once() {
    let mut world = World::with_holds();
    world.meeting("wed 14-15 Talk").sync();
    world.decorate("work/talk.ics", |text| moved(&text, "thu 10-11"));
    world.sync();
    let text = world.summaries().remove(0).1.text;
    assert!(text.contains("Talk (Thu 10:00, moved there"), "{text}");
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn its_last_word_is_written_once_from_its_time_on() {
    for first in ["fri 16", "sun 12", "mon+1 8", "thu+2 8"] {
        let mut world = World::with_holds();
        world.at("fri 15:55").sync();
        assert!(!is_final(&world));
        world.at(first).sync();
        assert!(is_final(&world), "{first}");
        let text = world.text(&world.summaries()[0].0.clone());
        assert!(text.contains("The week as it was."), "{text}");
        let path = world.summaries()[0].0.clone();
        world.protect(&path);
        world.meeting("thu 9-12 Entered afterwards").sync();
        world.at("thu+2 9").sync();
    }
}

#[test]
fn its_last_word_waits_48_hours_for_what_was_not_read_and_then_says_so() {
    let mut world = World::with_holds();
    std::fs::rename(world.root().join("private"), world.root().join("away")).unwrap();
    for (at, expected) in [("fri 16", false), ("sun 15:55", false), ("sun 16", true)] {
        world.at(at).sync();
        assert_eq!(is_final(&world), expected, "{at}");
    }
    assert!(world.summaries()[0].1.text.contains("Not read: local/private."), "{}", world.summaries()[0].1.text);
}

#[test]
fn deleted_by_the_user_there_is_none_that_week() {
    let mut world = World::with_holds();
    world.delete(&world.summary());
    world.sync();
    world.at("tue 8").meeting("wed 9-10 Talk").sync();
    assert_eq!(world.summaries().len(), 0);
    world.at("mon+1 8").sync();
    assert_eq!(world.summaries().len(), 1, "the next week has one again");
}

#[test]
fn moved_its_new_time_stays_and_its_text_goes_on() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let path = world.summary();
        world.decorate(&path, |text| moved(&text, "fri 17-17:15"));
        if lost {
            world.lose_database();
        }
        world.at("tue 8").meeting("thu 9-10 Talk").sync();
        assert!(world.text(&path).contains("Talk"), "{}", world.text(&path));
        world.at("fri 16").sync();
        let (_, object, marker) = world.summaries().remove(0);
        assert_eq!((shown(object.span).as_str(), marker.is_final), ("fri 17-17:15", true));
        assert_eq!(shown(marker.written.span), "fri 16-16:15");
    }
}

/// An edit that makes the summary the user's.
#[track_caller]
fn check_pinned(what: &str, edit: impl Fn(String) -> String) {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let path = world.summary();
        world.edit(&path, &edit);
        if lost {
            world.lose_database();
        }
        world.at("tue 8").meeting("thu 9-10 Talk").sync();
        world.at("fri 16").sync();
        world.at("mon+1 8").sync();
        assert_eq!(world.own().iter().filter(|(own, _)| *own == path).count(), 1, "{what}");
        assert_eq!(world.summaries().len(), 2, "{what}: the next week has its own, this one no second");
    }
}

#[test]
fn an_edited_summary_is_pinned() {
    check_pinned("text", |text| text.replace("DESCRIPTION:", "DESCRIPTION:mine: "));
    check_pinned("busy", |text| text.replace("TRANSP:TRANSPARENT", "TRANSP:OPAQUE"));
    check_pinned("guest", |text| with_line(&text, "ATTENDEE:mailto:ben@example.org"));
}

#[test]
fn an_edited_summary_still_tells_a_new_database_what_was_closed() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    let path = world.summary();
    world.edit(&path, |text| text.replace("DESCRIPTION:", "DESCRIPTION:mine: "));
    world.lose_database();
    world.sync();
    assert_eq!(world.closed(), "thu 9-12 forgiven 180");
    assert_eq!(world.holds().lines().count(), 3);
}

#[test]
fn the_week_of_the_very_first_cycle_is_remembered_by_its_summary() {
    let mut world = World::new();
    world.at("tue 13").sync();
    let target = |world: &mut World| world.sync().rows[0].target;
    assert_eq!(target(&mut world), 360, "two blocks are left");
    world.at("wed 8").lose_database();
    assert_eq!(target(&mut world), 360);
    world.delete(&world.summary());
    world.lose_database();
    assert_eq!(target(&mut world), 720, "not known any more, but not the first cycle either");
}

#[test]
fn more_closed_time_than_a_marker_holds_is_written_once() {
    let mut world = World::with_holds();
    let closed: Vec<_> = (0..70)
        .map(|n| {
            let start = crate::support::world::instant("wed", "9") + jiff::ToSpan::minutes(n * 5);
            let span = seawall::calendar::time::Span::new(start, start + jiff::ToSpan::minutes(5));
            let week = crate::support::world::week_plus(0);
            seawall::focus::plan::Closed { span, role: "deep".to_owned(), week, forgiven: 0 }
        })
        .collect();
    world.store().put_closed(&closed).unwrap();
    world.sync();
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn an_all_day_summary_is_due_when_its_day_is_over() {
    let mut world = World::new();
    world.config("fri 16:00", "fri").sync();
    assert!(world.text(&world.summary()).contains("DTSTART;VALUE=DATE:20261120"));
    world.at("fri 23:59").sync();
    assert!(!is_final(&world));
    world.at("sat 0").sync();
    assert!(is_final(&world));
}
