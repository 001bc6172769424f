//! Rule 7: what the user edited is theirs; what is no edit survives every update.

use crate::support::world::{World, changes, hold_changes, moved, with_line, without};

/// Edits the hold of Thursday so, then lives on in several ways; the file must stay as the user left it.
#[track_caller]
fn check(what: &str, lies_at: &str, edit: impl Fn(String) -> String) {
    for (before, after) in [(false, false), (true, false), (false, true)] {
        let mut world = World::with_holds();
        let path = world.hold("thu 9-12");
        world.edit(&path, &edit);
        if before {
            world.lose_database();
        }
        world.sync();
        if after {
            world.lose_database();
        }
        world.meeting("thu 10-11 Right on it").sync();
        world.meeting("wed 14-15 Elsewhere too").sync();
        world.at("thu 9:30").sync();
        assert_eq!(world.hold(lies_at), path, "{what}");
        let days = |day: &str| world.holds().lines().filter(|line| line.starts_with(day)).count();
        assert_eq!((days("mon"), days("tue"), days("fri")), (1, 1, 1), "{what}: {}", world.holds());
    }
}

#[test]
fn a_moved_hold_is_never_touched_again() {
    check("moved", "wed 13-16", |text| moved(&text, "wed 13-16"));
}

#[test]
fn a_shortened_hold_is_never_touched_again() {
    check("shortened", "thu 9-11", |text| moved(&text, "thu 9-11"));
}

#[test]
fn a_hold_with_another_title_is_never_touched_again() {
    check("title", "thu 9-12", |text| text.replace("SUMMARY:Focus", "SUMMARY:Thesis"));
}

#[test]
fn a_hold_with_a_note_typed_into_it_is_never_touched_again() {
    check("note", "thu 9-12", |text| text.replace("DESCRIPTION:", "DESCRIPTION:call Ben first "));
}

#[test]
fn a_hold_with_another_busy_flag_is_never_touched_again() {
    check("busy", "thu 9-12", |text| text.replace("TRANSP:OPAQUE", "TRANSP:TRANSPARENT"));
}

#[test]
fn a_hold_with_a_place_is_never_touched_again() {
    check("place", "thu 9-12", |text| with_line(&text, "LOCATION:Library"));
}

#[test]
fn a_hold_made_tentative_is_never_touched_again() {
    check("status", "thu 9-12", |text| text.replace("STATUS:CONFIRMED", "STATUS:TENTATIVE"));
}

#[test]
fn a_moved_hold_counts_where_it_lies_and_the_time_it_left_is_closed() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let path = world.hold("thu 9-12");
        world.move_to(&path, "wed 13-16");
        if lost {
            world.lose_database();
        }
        let outcome = world.sync();
        assert_eq!(world.closed(), "thu 9-12 forgiven 0", "database lost: {lost}");
        assert_eq!(outcome.rows[0].protected, 720);
        assert_eq!(hold_changes(&outcome), "", "nothing else moves");
        world.lose_database();
        assert_eq!(changes(&world.sync()), "");
        assert_eq!(world.closed(), "thu 9-12 forgiven 0", "the summary remembers");
    }
}

#[test]
fn a_hold_moved_there_and_back_is_seawalls_again_and_keeps_its_time() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    let text = world.text(&path);
    world.move_to(&path, "thu 10-13");
    world.sync();
    assert_eq!(world.closed(), "thu 9-10 forgiven 0");
    world.unprotect(&path);
    world.put(&path, &text);
    let outcome = world.sync();
    assert_eq!((hold_changes(&outcome).as_str(), world.closed().as_str()), ("", ""));
    assert_eq!(world.hold("thu 9-12"), path);
}

#[test]
fn a_pinned_hold_that_moves_again_closes_the_time_it_left_then_too() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.move_to(&path, "wed 13-16");
    world.sync();
    world.move_to(&path, "wed 9-12");
    world.sync();
    assert_eq!(world.closed(), "wed 13-16 forgiven 0\nthu 9-12 forgiven 0");
}

#[test]
fn alarms_colour_and_categories_are_no_edit_and_survive_an_update() {
    let mut world = World::with_holds();
    let path = world.hold("tue 9-12");
    let alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:soon\r\nEND:VALARM";
    let extra = format!("CATEGORIES:Deep,Mine\r\nCOLOR:teal\r\n{alarm}");
    world.decorate(&path, |text| with_line(&text, &extra));
    assert_eq!(hold_changes(&world.sync()), "");
    world.meeting("tue 9-9:30 Standup").sync();
    assert_eq!(world.hold("tue 9:45-12"), path, "{}", world.holds());
    for line in extra.lines() {
        assert!(world.text(&path).contains(line), "{line} is lost in {}", world.text(&path));
    }
}

#[test]
fn folding_and_line_ends_are_no_edit() {
    let mut world = World::with_holds();
    let path = world.hold("tue 9-12");
    world.decorate(&path, |text| text.replace("\r\n ", "").replace("\r\n", "\n"));
    assert_eq!(hold_changes(&world.sync()), "");
    world.meeting("tue 9-9:30 Standup").sync();
    assert_eq!(world.hold("tue 9:45-12"), path);
}

#[test]
fn a_busy_flag_left_out_means_the_same() {
    let mut world = World::with_holds();
    let path = world.hold("tue 9-12");
    world.decorate(&path, |text| without(&text, "TRANSP"));
    assert_eq!(hold_changes(&world.sync()), "");
    world.meeting("tue 9-9:30 Standup").sync();
    assert_eq!(world.hold("tue 9:45-12"), path);
}
