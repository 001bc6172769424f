//! The blocks of a week: the template on real dates, and what days off leave of it.

use seawall::calendar::time::Span;
use seawall::focus::block::blocks;

use crate::support::policy::{blocks as at, policy, role};
use crate::support::week::{Situation, week, week_in};

/// `role/name DATE minutes+minutes`, in the order given.
#[track_caller]
fn check(situation: &Situation, expect: &[&str]) {
    let found: Vec<String> = blocks(&situation.policy, &situation.view, &situation.weeks)
        .iter()
        .map(|block| {
            let parts: Vec<String> = block.parts.iter().map(|part| part.minutes().to_string()).collect();
            format!("{}/{} {} {}", block.role, block.name, block.date, parts.join("+"))
        })
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn they_come_in_order_of_start_from_all_roles() {
    let first = role("deep", |role| role.blocks = at("tue 13-16, mon-tue 9-12"));
    let measured = role("leadership", |role| {
        role.blocks = at("mon 13-17");
        role.holds = false;
    });
    check(
        &week("", [first, measured]),
        &[
            "0/Block 2 2026-11-16 180",
            "1/Block 1 2026-11-16 240",
            "0/Block 2 2026-11-17 180",
            "0/Block 1 2026-11-17 180",
        ],
    );
}

#[test]
fn a_day_off_takes_all_or_parts() {
    let long = || role("deep", |role| role.blocks = at("mon,tue 9-15"));
    check(&week("mon off", [long()]), &["0/Block 1 2026-11-17 360"]);
    check(
        &week("mon 11-12 off; tue 9-10 off", [long()]),
        &["0/Block 1 2026-11-16 120+180", "0/Block 1 2026-11-17 300"],
    );
    check(&week("mon 10-11 off; tue 10-14 off", [long()]), &["0/Block 1 2026-11-16 240"]);
}

#[test]
fn the_span_stays_as_the_template_says() {
    let situation = week("mon 9-10 off", [role("deep", |role| role.blocks = at("mon 9-12"))]);
    let spans: Vec<Span> =
        blocks(&situation.policy, &situation.view, &situation.weeks).iter().map(|block| block.span).collect();
    assert_eq!(spans, [situation.span("mon", "9-12")]);
}

#[test]
fn meetings_take_nothing_of_a_block() {
    check(&week("mon 9-12 x", [role("deep", |role| role.blocks = at("mon 9-12"))]), &["0/Block 1 2026-11-16 180"]);
}

#[test]
fn a_block_across_a_dst_change_has_the_minutes_that_elapse() {
    let night = |week: &str| {
        let policy = policy([role("deep", |role| role.blocks = at("sun 1-5"))]);
        week_in(week, policy, "")
    };
    check(&night("2026-W13"), &["0/Block 1 2026-03-29 180"]);
    check(&night("2026-W43"), &["0/Block 1 2026-10-25 300"]);
}
