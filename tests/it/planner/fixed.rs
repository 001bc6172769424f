//! What stands: past, started, frozen and pinned holds, own focus events, trimming, and who takes over whom.

use jiff::SignedDuration;
use seawall::focus::policy::Role;

use crate::support::policy::{blocks, role};
use crate::support::week::{Situation, check, week};

fn deep(target: i64) -> Role {
    role("deep", |role| {
        role.target = Some(target);
        role.blocks = blocks("mon 9-12");
    })
}

/// The live hold that each hold is or takes over.
#[track_caller]
fn check_identity(situation: &Situation, expect: &[Option<&str>]) {
    let plan = situation.plan();
    let existing: Vec<Option<&str>> = plan.holds.iter().map(|hold| hold.existing.as_deref()).collect();
    assert_eq!(existing, expect, "\nplan: {plan:#?}");
}

/// The reasons given.
#[track_caller]
fn check_why(situation: &Situation, expect: &[&str]) {
    let plan = situation.plan();
    let why: Vec<&str> = plan.holds.iter().map(|hold| hold.why.as_str()).collect();
    assert_eq!(why, expect);
}

#[test]
fn past_holds_are_history() {
    let situation = week("mon 9-12 HOLD; mon 13-14 HOLD free", [deep(0)]).now("mon 14");
    check(&situation, "mon 9-12 DEEP past; mon 13-14 DEEP past free");
    check_why(&situation, &["past: it is history"; 2]);
}

#[test]
fn a_started_hold_is_fixed() {
    let situation = week("mon 9-11 HOLD", [deep(240)]).now("mon 9");
    check(&situation, "mon 9-11 DEEP frozen; mon 11:15-13:15 DEEP");
    check_why(&situation, &["kept: it has begun", "covers 45 min of Block 1 (mon 09:00–12:00)"]);
}

#[test]
fn a_hold_that_starts_within_freeze_is_fixed() {
    // Off the grid, so that it would move if it were open.
    let off_grid = |now| week("mon 9:31-11:31 HOLD", [role("deep", |role| role.target = Some(120))]).now(now);
    check(&off_grid("mon 7:31"), "mon 9:31-11:31 DEEP frozen");
    check_why(&off_grid("mon 7:31"), &["kept: starts within 2 h"]);
    check(&off_grid("mon 7:30"), "mon 9-11 DEEP");
}

#[test]
fn of_frozen_holds_that_two_seawalls_laid_on_the_same_time_one_stays() {
    let twice = |holds| week(holds, [role("deep", |role| role.target = Some(180))]).now("mon 8");
    check(&twice("mon 9-12 HOLD; mon 9-12 HOLD"), "mon 9-12 DEEP frozen");
    check_identity(&twice("mon 9-11 HOLD; mon 9-12 HOLD; mon 9:30-12 HOLD"), &[Some("hold1")]);
    check(&twice("mon 7-10 HOLD; mon 9-12 HOLD").now("mon 9:30"), "mon 7-10 DEEP frozen");
    check(&twice("mon 9-11 HOLD; mon 11-13 HOLD").now("mon 10"), "mon 9-11 DEEP frozen; mon 11-13 DEEP frozen");
}

#[test]
fn a_hold_that_its_user_laid_on_a_frozen_one_takes_nothing_from_it() {
    let situation =
        week("mon 9-12 HOLD; mon 10-11 HOLD PIN", [role("deep", |role| role.target = Some(180))]).now("mon 8");
    check(&situation, "mon 9-12 DEEP frozen; mon 10-11 DEEP pinned");
}

#[test]
fn a_pinned_hold_is_never_moved() {
    let situation = week("tue 9:07-11:07 HOLD PIN free", [deep(180)]);
    check(&situation, "mon 9-12 DEEP; tue 9:07-11:07 DEEP pinned free");
    check_identity(&situation, &[None, Some("hold0")]);
    check_why(&situation, &["covers Block 1 (mon 09:00–12:00)", "yours: you edited it"]);
}

#[test]
fn own_focus_events_are_fixed_for_their_role() {
    let learning = role("learning", |role| {
        role.target = Some(120);
        role.session.min_session = 60;
    });
    let situation = week("mon 9-12 OWN; tue 9-10 OWN learning", [deep(180), learning]);
    let rows: Vec<(i64, i64)> = situation.plan().weeks.iter().map(|row| (row.needed, row.objective[0])).collect();
    assert_eq!(rows, [(0, 180), (60, 0)]);
    check(&situation, "mon 12:15-13:15 LEARNING free");
}

#[test]
fn a_pin_counts_in_the_week_where_it_lies() {
    let mut situation = week("mon+1 13-15 HOLD PIN", [deep(180)]).with(|policy| policy.horizon = 2);
    situation.holds[0].week = situation.week;
    let needed: Vec<i64> = situation.plan().weeks.iter().map(|row| row.needed).collect();
    assert_eq!(needed, [180, 60]);
}

#[test]
fn fixed_holds_outside_the_planned_weeks_stay() {
    check(
        &week("mon-1 9-12 HOLD; mon+5 9-12 HOLD PIN", [deep(0)]).with(|policy| policy.roles[0].blocks.clear()),
        "mon-1 9-12 DEEP past; mon+5 9-12 DEEP pinned",
    );
}

#[test]
fn an_unfixed_hold_of_a_week_no_longer_planned_goes() {
    check(&week("mon+5 9-12 HOLD", [deep(0)]).with(|policy| policy.roles[0].blocks.clear()), "");
}

#[test]
fn holds_of_a_role_the_config_knows_no_more_stay_only_where_fixed() {
    let text = "mon 9-10 HOLD gone; mon 11-13 HOLD gone free; tue 9-12 HOLD gone PIN; wed 9-12 HOLD gone";
    let situation = week(text, [role("deep", |role| role.target = Some(120))]).now("mon 12");
    check(&situation, "mon 9-10 ? past; mon 11-13 ? frozen free; mon 13:15-15:15 DEEP; tue 9-12 ? pinned");
}

#[test]
fn future_holds_of_a_role_that_holds_no_more_go() {
    let situation = week("mon 9-12 HOLD; tue 9-12 HOLD PIN", [deep(180)]).with(|policy| policy.roles[0].holds = false);
    check(&situation, "tue 9-12 DEEP pinned");
}

#[test]
fn a_started_hold_ends_where_busy_time_begins() {
    let situation = week("mon 9-12 HOLD; mon 10-10:30 incident", [deep(0)]).now("mon 9:10");
    check(&situation, "mon 9-10 DEEP frozen; mon 10:45-12:45 DEEP");
    check_why(&situation, &["trimmed: its time is taken from 10:00 on", "covers 1 h 15 of Block 1 (mon 09:00–12:00)"]);
    check_identity(&situation, &[Some("hold0"), None]);
}

#[test]
fn a_started_hold_ends_where_busy_time_began_that_still_runs() {
    check(
        &week("mon 9-11 HOLD; mon 9:30-10:30 incident; mon 12-17 x", [deep(0)]).now("mon 10"),
        "mon 9-9:30 DEEP frozen",
    );
}

#[test]
fn a_started_hold_is_not_trimmed_by_what_is_over() {
    let situation = week("mon 9-12 HOLD; mon 9:15-9:45 call", [deep(0)]).now("mon 9:45");
    check(&situation, "mon 9-12 DEEP frozen");
}

#[test]
fn a_started_hold_of_which_nothing_is_left_goes() {
    check(&week("mon 9-12 HOLD; mon 8-12 incident; mon 12-17 x", [deep(0)]).now("mon 9:10"), "");
}

#[test]
fn a_started_hold_gives_way_to_a_day_off() {
    check(&week("mon 9-12 HOLD; mon 11-17 off", [deep(0)]).now("mon 9:10"), "mon 9-11 DEEP frozen");
}

#[test]
fn a_frozen_hold_keeps_its_longest_piece_after_recovery() {
    let situation = week("mon 9-12 HOLD; mon 9-9:30 standup", [deep(0)]).now("mon 8");
    check(&situation, "mon 9:45-12 DEEP frozen");
    check_why(&situation, &["trimmed: its time is taken until 09:45"]);
    check(&week("mon 9-12 HOLD; mon 11:03-12 1:1", [deep(0)]).now("mon 8"), "mon 9-11 DEEP frozen");
    check(&week("mon 9-12 HOLD; mon 8:30-9 early", [deep(0)]).now("mon 8"), "mon 9:15-12 DEEP frozen");
}

#[test]
fn a_frozen_hold_gives_way_to_a_day_off() {
    check(&week("mon 9-12 HOLD; mon 11-17 off", [deep(0)]).now("mon 8"), "mon 9-11 DEEP frozen");
}

#[test]
fn of_equal_pieces_a_frozen_hold_keeps_the_first() {
    let long = role("deep", |role| role.target = Some(0));
    check(&week("mon 9-13:30 HOLD; mon 11-11:30 x (solo)", [long]).now("mon 8"), "mon 9-11 DEEP frozen");
}

#[test]
fn a_frozen_hold_with_no_session_left_is_planned_anew() {
    let situation = week("mon 9-12 HOLD; mon 10-10:30 1:1", [deep(180)]).now("mon 8");
    check(&situation, "mon 10:45-12:50 DEEP");
    check_identity(&situation, &[Some("hold0")]);
}

#[test]
fn a_frozen_hold_keeps_no_piece_below_min_session() {
    let situation = week("mon 9-12 HOLD; mon 10:30-12 1:1", [deep(180)]).now("mon 8");
    check(&situation, "mon 12:15-14:20 DEEP");
    check_identity(&situation, &[Some("hold0")]);
}

#[test]
fn the_break_counts_from_the_last_second_of_a_pin() {
    let mut situation = week("mon 9-11 HOLD PIN", [role("deep", |role| role.target = Some(180))]);
    situation.holds[0].span.end += SignedDuration::from_secs(1);
    check(&situation, "mon 9-11 DEEP pinned; mon 11:20-13:20 DEEP free");
}

#[test]
fn a_piece_that_starts_after_freeze_is_left_where_nothing_better_is_to_be_had() {
    let long = role("deep", |role| role.target = Some(235));
    let situation = week("mon 9-13 HOLD; mon 9:30-9:45 1:1", [long]).now("mon 7:30");
    check(&situation, "mon 10-13 DEEP");
    check_identity(&situation, &[Some("hold0")]);
}

#[test]
fn a_pinned_hold_is_never_trimmed() {
    let situation = week("mon 9-12 HOLD PIN; mon 10-11 incident; mon 12:15-17 x", [deep(0)]).now("mon 8");
    check(&situation, "mon 9-12 DEEP pinned");
    assert_eq!(situation.plan().weeks[0].objective[..3], [120, 0, 120]);
}

#[test]
fn an_unfixed_hold_under_busy_time_moves() {
    let situation = week("tue 9-11 HOLD; tue 9:30-10 1:1", [role("deep", |role| role.target = Some(120))]);
    check(&situation, "mon 9-11 DEEP free");
    check_identity(&situation, &[Some("hold0")]);
}

#[test]
fn equal_holds_are_taken_over_first() {
    let text = "tue 9-11 HOLD; tue 9-11 HOLD; thu 9-11 HOLD";
    check_identity(&week(text, [role("deep", |role| role.target = Some(295))]), &[Some("hold0"), Some("hold2")]);
}

#[test]
fn an_equal_hold_goes_before_one_that_covers_it() {
    let situation = week("mon 9-13 HOLD; mon 10-12 HOLD", [role("deep", |role| role.target = Some(120))]);
    check(&situation, "mon 10-12 DEEP free");
    check_identity(&situation, &[Some("hold1")]);
}

#[test]
fn then_those_with_most_common_minutes() {
    // Both rest on Monday; the hold of 13 o'clock has more in common with the new one than that of 9 o'clock.
    let text = "mon 9-11 HOLD; mon 12-14 HOLD; mon 9-11:30 incident";
    let situation = week(text, [role("deep", |role| role.target = Some(180))]);
    check(&situation, "mon 11:45-13:50 DEEP free");
    check_identity(&situation, &[Some("hold1")]);
}

#[test]
fn then_in_order_of_start() {
    let text = "mon 9-11 HOLD; tue 9-11 HOLD; mon 9-17 x; tue 9-17 x";
    let situation = week(text, [role("deep", |role| role.target = Some(240))])
        .with(|policy| policy.roles[0].session.max_session = 120);
    check(&situation, "wed 9-11 DEEP free; wed 11:15-13:15 DEEP free");
    check_identity(&situation, &[Some("hold0"), Some("hold1")]);
}

#[test]
fn a_hold_takes_over_none_of_another_role_or_week() {
    let two = |text: &str| {
        let learning = role("learning", |role| role.target = Some(0));
        week(text, [role("deep", |role| role.target = Some(120)), learning])
    };
    check_identity(&two("tue 9-11 HOLD learning; tue+1 9-11 HOLD"), &[None]);
}
