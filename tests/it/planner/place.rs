//! Where a hold may lie: weeks, roles, grid, free runs, lengths, notice, daily maximum, breaks, allowed hours.

use seawall::focus::policy::Role;

use crate::support::policy::{blocks, hours, role};
use crate::support::week::{check, week};

/// A target counts as reached from half a session below it on: with this much more the wanted minutes just do.
const JUST_REACHED: i64 = 55;

/// A role of which so many minutes are worth placing, and not one more.
fn wants(total: i64) -> Role {
    role("deep", |role| role.target = Some(total + JUST_REACHED))
}

fn learning(target: i64) -> Role {
    role("learning", |role| {
        role.target = Some(target);
        role.session.min_session = 60;
    })
}

#[test]
fn each_week_is_planned_on_its_own() {
    let full = "mon 0-24 x; tue 0-24 x; wed 0-24 x; thu 0-24 x; fri 0-24 x";
    check(&week(full, [wants(120)]).with(|policy| policy.horizon = 2), "mon+1 9-11 DEEP free");
}

#[test]
fn the_horizon_is_this_week_and_the_next_ones() {
    let situation = week("", [wants(120)]).with(|policy| policy.horizon = 3);
    check(&situation, "mon 9-11 DEEP free; mon+1 9-11 DEEP free; mon+2 9-11 DEEP free");
}

#[test]
fn a_week_begins_on_monday() {
    let situation = week("", [wants(120)]).with(|policy| {
        policy.horizon = 2;
        policy.work = hours("sun 9-17");
    });
    check(&situation, "sun 9-11 DEEP free; sun+1 9-11 DEEP free");
}

#[test]
fn a_later_role_sees_the_earlier_ones_holds_as_taken() {
    check(&week("", [wants(120), learning(60)]), "mon 9-11 DEEP free; mon 11:15-12:15 LEARNING free");
    check(&week("", [learning(60), wants(120)]), "mon 9-10 LEARNING free; mon 10:15-12:15 DEEP free");
}

#[test]
fn a_role_without_holds_gets_none() {
    let measured = role("leadership", |role| {
        role.target = Some(480);
        role.holds = false;
    });
    let situation = week("", [measured, wants(120)]);
    check(&situation, "mon 9-11 DEEP free");
    let rows: Vec<usize> = situation.plan().weeks.iter().map(|row| row.role).collect();
    assert_eq!(rows, [1], "a row per holding role");
}

#[test]
fn holds_lie_on_the_grid() {
    check(&week("mon 9-9:02 call (solo)", [wants(120)]), "mon 9:05-11:05 DEEP free");
    let coarse = week("mon 9-9:02 call (solo)", [wants(120)]).with(|policy| policy.roles[0].session.grid = 30);
    check(&coarse, "mon 9:30-11:30 DEEP free");
}

#[test]
fn recovery_follows_a_meeting_and_nothing_else() {
    check(&week("mon 9-9:30 standup", [wants(120)]), "mon 9:45-11:45 DEEP free");
    check(&week("mon 9-9:30 dentist (solo)", [wants(120)]), "mon 9:30-11:30 DEEP free");
    check(&week("mon 8-9 early call", [wants(120)]), "mon 9:15-11:15 DEEP free");
}

#[test]
fn a_hold_lies_inside_one_free_run() {
    let lunch = |policy: &mut seawall::focus::policy::Policy| policy.away = hours("mon-fri 12-13");
    check(&week("", [wants(240)]).with(lunch), "mon 13-17 DEEP free");
    check(&week("mon 11-11:05 x (solo)", [wants(120)]), "mon 9-11 DEEP free");
    check(&week("mon 10:55-11 x (solo)", [wants(120)]), "mon 11-13 DEEP free");
}

#[test]
fn a_hold_never_crosses_midnight() {
    let night = week("", [wants(240)]).with(|policy| policy.work = hours("mon 22-24, tue 0-2"));
    check(&night, "mon 22-24 DEEP; tue 0-2 DEEP");
}

#[test]
fn no_hold_touches_closed_time_of_whatever_role() {
    check(&week("mon 9-11 CLOSED replace", [wants(120)]), "mon 11-13 DEEP free");
    check(&week("mon 9-11 CLOSED learning", [wants(120)]), "mon 11-13 DEEP free");
    check(&week("mon 10-10:01 CLOSED replace", [wants(120)]), "mon 10:05-12:05 DEEP free");
}

#[test]
fn no_hold_touches_another_roles_block() {
    let other = |holds| {
        role("other", move |role| {
            role.blocks = blocks("mon 9-12");
            role.holds = holds;
        })
    };
    check(&week("", [other(true), wants(120)]), "mon 9-12 OTHER; mon 12:15-14:15 DEEP free");
    check(&week("", [wants(120), other(false)]), "mon 12-14 DEEP free");
}

#[test]
fn a_hold_is_no_shorter_than_min_session() {
    let gaps = "mon 9-17 x; tue 9-17 x; wed 9-17 x; thu 9-17 x; fri 9-15:05 x (solo)";
    check(&week(gaps, [wants(120)]), "");
    check(&week(&gaps.replace("15:05", "15"), [wants(120)]), "fri 15-17 DEEP");
}

#[test]
fn a_hold_is_no_longer_than_max_session() {
    let one_day = week("", [wants(360)]).with(|policy| {
        policy.work = hours("mon 9-17");
        policy.roles[0].session.daily_max = 600;
    });
    check(&one_day, "mon 9-11 DEEP; mon 11:15-15:15 DEEP");
}

#[test]
fn no_hold_starts_before_now_and_notice() {
    check(&week("", [wants(120)]).now("mon 9:10"), "mon 9:40-11:40 DEEP");
    check(&week("", [wants(120)]).now("mon 9:11"), "mon 9:45-11:45 DEEP");
    check(&week("", [wants(120)]).now("mon 14:31"), "tue 9-11 DEEP");
}

#[test]
fn all_holds_of_a_day_sum_up_to_daily_max_at_most() {
    let day = |text: &str, roles: Vec<Role>| week(text, roles).with(|policy| policy.work = hours("mon 9-19"));
    check(&day("", vec![wants(600)]), "mon 9-11 DEEP; mon 11:15-14:15 DEEP");
    check(&day("mon 8-11 OWN none", vec![wants(600)]), "mon 11:15-13:15 DEEP");
    check(&day("mon 15-19 HOLD PIN", vec![wants(600)]), "mon 15-19 DEEP pinned");
    check(&day("", vec![wants(240), learning(120)]), "mon 9-13 DEEP; mon 13:15-14:15 LEARNING");
}

#[test]
fn holds_of_a_day_lie_a_break_apart() {
    let after = |text: &str| week(text, [wants(240)]).with(|policy| policy.roles[0].style.firm_within = 0);
    check(&after("mon 9-11 OWN"), "mon 11:15-13:15 DEEP free");
    check(&after("mon 9-11 OWN none; mon 15:10-17 OWN none"), "tue 9-13 DEEP free");
    check(&after("mon 9-11 HOLD PIN"), "mon 9-11 DEEP pinned; mon 11:15-13:15 DEEP free");
    let wide = after("mon 9-11 OWN").with(|policy| policy.roles[0].session.break_between = 60);
    check(&wide, "mon 12-14 DEEP free");
}

#[test]
fn time_won_back_lies_in_allowed_hours_only() {
    let allowed = |at: &str| {
        role("deep", |role| {
            role.target = Some(300 + JUST_REACHED);
            role.allowed = Some(hours("wed 13-17"));
            role.blocks = blocks(at);
        })
    };
    check(&week("", [allowed("mon 9-12")]), "mon 9-12 DEEP; wed 13-15 DEEP");
    let day = "mon 0-24 x; tue 0-24 x; wed 13:30-13:45 x (solo)";
    check(&week(day, [allowed("wed 11-13")]), "wed 11-13:30 DEEP; wed 13:45-16:15 DEEP");
}
