//! The churn budget: how much is written, in what order, and what it does not bind.

use seawall::calendar::CalendarId;
use seawall::calendar::own::When;
use seawall::calendar::time::Span;
use seawall::cycle::undo::Reach;
use seawall::provider::Etag;
use seawall::reconcile::change::{Action, Change, Content, Notes, Target, Urgency};
use seawall::reconcile::guard;
use seawall::reconcile::key::{Key, Kind};

use crate::support::world::{World, changes, instant, shown};

#[test]
fn a_cycle_writes_no_more_than_its_share_and_goes_on_in_the_next() {
    let mut world = World::new();
    world.config("horizon = 1", "horizon = 3").config("[summary]", "[limits]\nwrites_per_cycle = 5\n[summary]");
    let outcome = world.sync();
    assert_eq!(outcome.changes.iter().filter(|one| one.applied).count(), 5);
    assert!(outcome.warnings.iter().any(|warning| warning.text.contains("8 changes wait")), "{:?}", outcome.warnings);
    assert_eq!(outcome.changes.iter().filter(|one| !one.applied && one.error.is_some()).count(), 8);
    for written in [10, 13, 13] {
        world.sync();
        assert_eq!(world.own().len(), written);
    }
}

#[test]
fn a_day_has_its_share_too() {
    let mut world = World::new();
    let limits = "[limits]\nwrites_per_cycle = 5\nwrites_per_day = 7\n[summary]";
    world.config("horizon = 1", "horizon = 3").config("[summary]", limits);
    for (at, written) in [("mon 7:30", 5), ("mon 7:35", 7), ("mon 23:59", 7), ("tue 0", 12)] {
        world.at(at).sync();
        assert_eq!(world.own().len(), written, "{at}");
    }
}

#[test]
fn yields_go_first_and_whatever_the_budget_says() {
    let mut world = World::with_three_weeks();
    world.config("[summary]", "[limits]\nwrites_per_cycle = 1\n[summary]");
    for (day, week) in [("thu", 2), ("tue", 1), ("fri", 0)] {
        world.meeting(&format!("{day}+{week} 9-9:30 Standup {day}"));
    }
    world.delete(&world.hold("thu+1 9-12"));
    let outcome = world.sync();
    let applied: Vec<String> =
        outcome.changes.iter().filter(|one| one.applied).map(|one| shown(one.change.span())).collect();
    assert_eq!(applied, ["fri 9:45-12", "tue+1 9:45-12", "thu+2 9:45-12"], "the summary waits");
}

/// The move of a hold from where it lies to where it shall lie, each as day, start and end.
fn change(urgency: Urgency, name: &str, from: (&str, &str, &str), to: (&str, &str, &str)) -> Change {
    let span = |(day, from, to): (&str, &str, &str)| Span::new(instant(day, from), instant(day, to));
    let calendar = CalendarId { account: "local".to_owned(), calendar: "work".to_owned() };
    let week = "2026-W47".parse().unwrap();
    let (key, role) = (calendar.clone(), "deep".to_owned());
    let target =
        Target { href: name.to_owned(), etag: Etag(String::new()), span: span(from), busy: true, title: String::new() };
    let content = Content {
        title: String::new(),
        text: String::new(),
        when: When::Timed(span(to)),
        span: span(to),
        busy: true,
        private: true,
        color: None,
        strict: false,
        notes: Notes::default(),
    };
    Change {
        action: Action::Update,
        key: Key { kind: Kind::Hold, calendar: key, week, role, ordinal: 0, generation: 0 },
        uid: name.to_owned(),
        calendar,
        target: Some(target),
        content: Some(content),
        urgency,
        why: String::new(),
    }
}

#[test]
fn holds_that_lie_where_one_yields_to_make_room_with_it_whatever_the_budget_says() {
    let changes = vec![
        change(Urgency::Yield, "yields", ("mon", "9", "12"), ("mon", "13", "16")),
        change(Urgency::Update, "in its way", ("mon", "14", "16"), ("tue", "9", "11")),
        change(Urgency::Update, "in the way of that", ("tue", "10", "12"), ("wed", "9", "11")),
        change(Urgency::Update, "in nobody's way", ("fri", "9", "12"), ("thu", "9", "12")),
    ];
    let split = guard::within_budget(guard::with_room(changes), 0);
    let names = |changes: &[Change]| changes.iter().map(|one| one.uid.clone()).collect::<Vec<_>>();
    assert_eq!(names(&split.go), ["yields", "in its way", "in the way of that"]);
    assert_eq!(names(&split.wait), ["in nobody's way"]);
}

#[test]
fn the_order_is_yields_deletes_updates_creations_each_by_start() {
    let mut world = World::with_three_weeks();
    world.meeting("thu+1 9-9:30 Standup").meeting("tue 9-9:30 Early");
    world.config("days = \"mon,tue,thu,fri\"", "days = \"mon,tue,wed,thu\"");
    world.config("[summary]", "[hold]\ntitle = \"Deep: {block}\"\n[summary]");
    let outcome = world.sync();
    let rank = |action: Action| match action {
        Action::Delete => 1,
        Action::Update => 2,
        Action::Create => 3,
    };
    let order: Vec<_> = outcome
        .changes
        .iter()
        .map(|one| (if one.change.why.contains("yields") { 0 } else { rank(one.change.action) }, one.change.span()))
        .collect();
    let mut sorted = order.clone();
    sorted.sort();
    assert_eq!(order, sorted, "{}", changes(&outcome));
    assert!(order[0].0 == 0 && order.last().unwrap().0 >= 2, "{}", changes(&outcome));
}

#[test]
fn neither_undo_nor_the_last_word_waits_for_the_budget() {
    let mut world = World::with_holds();
    world.config("[summary]", "[limits]\nwrites_per_day = 1\n[summary]");
    world.at("fri 16").sync();
    assert!(world.summaries()[0].2.is_final);
    world.at("mon 8");
    let (_, attempts) = world.undo(Reach::default());
    assert_eq!(attempts.iter().filter(|one| one.applied).count(), 5);
    assert_eq!(world.own().len(), 0);
}
