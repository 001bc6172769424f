//! The churn budget: how much is written, in what order, and what it does not bind.

use seawall::cycle::undo::Reach;
use seawall::reconcile::change::Action;

use crate::support::world::{World, changes, shown};

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
