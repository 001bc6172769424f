//! How much is wanted: the target, days off, closed time, the first week, and the figures of a week.

use seawall::focus::policy::Role;

use crate::support::policy::{blocks, role};
use crate::support::week::{Situation, check, week};

fn mornings(target: Option<i64>) -> Role {
    role("deep", |role| {
        role.target = target;
        role.blocks = blocks("mon-fri 9-12");
    })
}

/// Target, needed, attainable and protected of the weeks.
#[track_caller]
fn check_figures(situation: &Situation, expect: &[[i64; 4]]) {
    let figures = situation.plan().weeks.into_iter();
    let figures: Vec<[i64; 4]> = figures.map(|row| [row.target, row.needed, row.attainable, row.protected]).collect();
    assert_eq!(figures, expect);
}

#[test]
fn without_a_target_it_is_the_planned_block_minutes() {
    check_figures(&week("", [mornings(None)]), &[[900, 900, 1500, 900]]);
    check_figures(&week("", [mornings(Some(600))]), &[[600, 600, 1500, 900]]);
}

#[test]
fn the_target_shrinks_with_days_off() {
    // 32 of 40 working hours are left; 15 h become 12 h.
    check_figures(&week("wed off", [mornings(None)]), &[[720, 720, 1200, 720]]);
    check(&week("wed off", [mornings(None)]), "mon 9-12 DEEP; tue 9-12 DEEP; thu 9-12 DEEP; fri 9-12 DEEP");
}

#[test]
fn a_shrunk_target_is_rounded_down_to_the_grid() {
    // 39 of 40 h of 100 min: 97.5.
    let situation = week("wed 16-17 off", [role("deep", |role| role.target = Some(100))]);
    check_figures(&situation, &[[95, 95, 1500, 120]]);
}

#[test]
fn a_timed_day_off_is_taken_out_too_and_is_no_meeting() {
    // No recovery follows it; 38 of 40 h of 10 h are 9.5 h.
    let situation = week("mon 9-11 off", [role("deep", |role| role.target = Some(120))]);
    check(&situation, "mon 11-13 DEEP free");
    check_figures(&situation, &[[110, 110, 1500, 120]]);
}

#[test]
fn a_block_keeps_what_a_day_off_leaves_of_it_and_is_none_below_min_session() {
    check(
        &week("mon 9-10 off", [mornings(Some(0))]).with(|policy| policy.roles[0].blocks = blocks("mon 9-12")),
        "mon 10-12 DEEP",
    );
    check(&week("mon 9-10:05 off", [mornings(Some(0))]).with(|policy| policy.roles[0].blocks = blocks("mon 9-12")), "");
}

#[test]
fn a_vacation_of_two_weeks_wants_nothing() {
    let days = ["mon", "tue", "wed", "thu", "fri", "mon+1", "tue+1", "wed+1", "thu+1", "fri+1"];
    let off: Vec<String> = days.iter().map(|day| format!("{day} off")).collect();
    let away = format!("{}; tue 9-12 HOLD; wed+1 9-12 HOLD; mon+2 9-12 HOLD", off.join("; "));
    let situation = week(&away, [mornings(Some(180))]).with(|policy| {
        policy.horizon = 3;
        policy.roles[0].blocks = blocks("mon 9-12");
    });
    check(&situation, "mon+2 9-12 DEEP");
    check_figures(&situation, &[[0, 0, 0, 0], [0, 0, 0, 0], [180, 180, 1500, 180]]);
}

#[test]
fn in_the_week_of_the_first_cycle_the_time_before_it_is_a_day_off() {
    // First seen on Wednesday at noon: two blocks are left of the week, and of a target 21 of 40 hours.
    let before = "mon off; tue off; wed 0-12 off";
    let situation = week(before, [mornings(None)]).now("wed 12");
    check(&situation, "thu 9-12 DEEP; fri 9-12 DEEP");
    check_figures(&situation, &[[360, 360, 855, 360]]);
    let situation = week(before, [mornings(Some(900))]).now("wed 12");
    check_figures(&situation, &[[470, 470, 855, 415]]);
}

#[test]
fn closed_minutes_of_the_role_leave_its_target() {
    let closed = "tue 9-12 CLOSED";
    check_figures(&week(closed, [mornings(Some(900))]), &[[720, 720, 1485, 720]]);
    check(&week(closed, [mornings(Some(900))]), "mon 9-12 DEEP; wed 9-12 DEEP; thu 9-12 DEEP; fri 9-12 DEEP");
}

#[test]
fn closed_time_that_is_to_be_replaced_does_not_leave_the_target() {
    let closed = "tue 9-12 CLOSED replace";
    check_figures(&week(closed, [mornings(Some(900))]), &[[900, 900, 1485, 845]]);
}

#[test]
fn closed_time_of_another_role_or_week_does_not_leave_the_target() {
    check_figures(&week("tue 13-15 CLOSED learning", [mornings(Some(900))]), &[[900, 900, 1500, 900]]);
    check_figures(&week("tue+1 9-12 CLOSED", [mornings(Some(900))]), &[[900, 900, 1500, 900]]);
}

#[test]
fn closed_block_minutes_leave_the_first_value() {
    let plan = week("tue 9-12 CLOSED", [mornings(Some(900))]).plan();
    assert_eq!(plan.weeks[0].objective[0], 4 * 180);
    let pinned_there = week("tue 9-12 CLOSED; tue 10-14 HOLD PIN", [mornings(Some(900))]).plan();
    assert_eq!(pinned_there.weeks[0].objective[0], 4 * 180);
}

#[test]
fn needed_is_the_target_less_what_happened_and_is_fixed() {
    let text = "mon 9-12 HOLD; tue 9-12 HOLD; wed 13-15 HOLD PIN; thu 13-14 OWN; fri 13-15 OWN none";
    let situation = week(text, [mornings(Some(900))]).now("tue 8");
    // Monday is over and Tuesday frozen: 3 + 3 + 2 + 1 of 15 h.
    check_figures(&situation, &[[900, 360, 720, 1080]]);
}

#[test]
fn needed_is_never_below_nothing() {
    check_figures(&week("mon 9-12 HOLD PIN", [role("deep", |role| role.target = Some(60))]), &[[60, 0, 1320, 180]]);
}

#[test]
fn only_unoverlapped_minutes_of_what_is_fixed_count() {
    let text = "mon 9-12 HOLD; mon 10-11 incident; tue 9-12 OWN; tue 11-12 1:1; wed 9-12 HOLD PIN; wed 9-9:30 standup";
    let situation = week(text, [role("deep", |role| role.target = Some(600))]).now("mon 17");
    // 2 h + 2 h + 2.5 h.
    let row = &situation.plan().weeks[0];
    assert_eq!(row.needed, 600 - 390);
}

#[test]
fn attainable_ignores_the_target_and_lifts_unfixed_holds() {
    let none = week("", [role("deep", |role| role.target = Some(120))]);
    let some = week("mon 11-13 HOLD; tue 12-14 HOLD", [role("deep", |role| role.target = Some(120))]);
    assert_eq!(none.plan().weeks[0].attainable, 1500);
    assert_eq!(some.plan().weeks[0].attainable, 1500);
}

#[test]
fn attainable_begins_at_now_and_notice() {
    let situation = week("", [role("deep", |role| role.target = Some(120))]).now("fri 14:30");
    assert_eq!(situation.plan().weeks[0].attainable, 120);
    assert_eq!(situation.now("fri 14:31").plan().weeks[0].attainable, 0);
}
