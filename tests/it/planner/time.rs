//! Local time: both DST changes, a midnight that does not exist, a present in the gap.

use seawall::focus::policy::{Policy, Role};

use crate::support::policy::{blocks, hours, policy, role, zone};
use crate::support::week::{Situation, check, week_in};

fn deep(at: &str) -> Role {
    role("deep", |role| role.blocks = blocks(at))
}

fn wants(target: i64) -> Role {
    role("deep", |role| role.target = Some(target))
}

/// The week of Berlin's change to summer time: on Sunday 2026-03-29 no 02:00 to 03:00.
fn spring(policy: Policy, text: &str) -> Situation {
    week_in("2026-W13", policy, text)
}

/// The week of Berlin's change to winter time: on Sunday 2026-10-25 02:00 to 03:00 twice.
fn autumn(policy: Policy, text: &str) -> Situation {
    week_in("2026-W43", policy, text)
}

fn working(role: Role, work: &str) -> Policy {
    let mut policy = policy([role]);
    policy.work = hours(work);
    policy
}

#[test]
fn blocks_keep_their_wall_time_across_the_changes() {
    let both = |mut policy: Policy| {
        policy.horizon = 2;
        policy
    };
    let expect = "fri 9-12 DEEP; fri+1 9-12 DEEP";
    check(&spring(both(policy([deep("fri 9-12")])), ""), expect);
    check(&autumn(both(policy([deep("fri 9-12")])), ""), expect);
}

#[test]
fn the_sunday_of_a_change_is_a_day_like_others_after_it() {
    check(&spring(working(deep("sun 9-12"), "sun 9-17"), ""), "sun 9-12 DEEP");
    check(&autumn(working(deep("sun 9-12"), "sun 9-17"), ""), "sun 9-12 DEEP");
}

#[test]
fn minutes_are_elapsed_ones() {
    // From 01:00 to 05:00 there are three hours in spring and five in autumn, of which a quarter goes to the break
    // between two holds.
    let night = |target| working(wants(target), "sun 1-5");
    let attainable = |situation: Situation| situation.plan().weeks[0].attainable;
    assert_eq!(attainable(spring(night(120), "")), 180);
    assert_eq!(attainable(autumn(night(120), "")), 285);
    check(&spring(night(235), ""), "sun 1-5 DEEP");
    check(&autumn(night(295), ""), "sun 1-4 DEEP");
}

#[test]
fn the_sum_of_starts_counts_elapsed_minutes() {
    let start = |situation: Situation| situation.plan().weeks[0].objective[6];
    let sunday = 6 * 1440;
    assert_eq!(start(spring(working(wants(120), "sun 9-17"), "")), sunday + 8 * 60);
    assert_eq!(start(autumn(working(wants(120), "sun 9-17"), "")), sunday + 10 * 60);
}

#[test]
fn the_grid_counts_from_local_midnight() {
    // On a grid of two hours 09:00 is off it on other days, yet eight hours after midnight on the short Sunday.
    let coarse = |work: &str| {
        let mut policy = working(wants(120), work);
        policy.roles[0].session.grid = 120;
        policy
    };
    check(&spring(coarse("sat 9-17"), ""), "sat 10-12 DEEP free");
    check(&spring(coarse("sun 9-17"), ""), "sun 9-11 DEEP free");
}

#[test]
fn hours_inside_the_gap_are_none() {
    check(&spring(working(deep("sun 1-3"), "sun 1-3"), ""), "");
    check(&spring(working(wants(60), "sun 2-3"), ""), "");
}

#[test]
fn now_in_the_gap_is_the_hour_after_it() {
    let mut policy = working(wants(120), "sun 0-8");
    policy.roles[0].session.recovery = 0;
    check(&spring(policy, "").now("sun 2:30"), "sun 4-6 DEEP");
}

#[test]
fn a_day_that_begins_at_one_o_clock_is_planned_from_there() {
    // Havana goes to summer time on Sunday 2026-03-08 at midnight.
    let mut night = working(wants(120), "sun 0-6");
    night.tz = zone("America/Havana");
    check(&week_in("2026-W10", night, ""), "sun 1-3 DEEP free");
    let mut all_day = working(wants(120), "mon-sun 9-17");
    all_day.tz = zone("America/Havana");
    check(
        &week_in("2026-W10", all_day, "sun off; mon 9-17 x; tue 9-17 x; wed 9-17 x; thu 9-17 x; fri 9-17 x"),
        "sat 9-11 DEEP free",
    );
}

#[test]
fn a_sunday_without_midnight_leaves_its_hours_alone() {
    // Beirut goes to summer time on Sunday 2026-03-29 at midnight.
    let mut policy = working(deep("sun 9-12"), "sun 9-17");
    policy.tz = zone("Asia/Beirut");
    policy.horizon = 2;
    check(&spring(policy, "sun 9-9:30 call"), "sun 9:45-12 DEEP; sun+1 9-12 DEEP");
}

#[test]
fn days_off_of_a_short_day_take_all_of_it() {
    let mut policy = working(deep("sat,sun 9-12"), "sat,sun 9-17");
    policy.roles[0].target = None;
    let situation = spring(policy, "sun off; sun 9-12 HOLD");
    check(&situation, "sat 9-12 DEEP");
    assert_eq!(situation.plan().weeks[0].target, 180);
}
