//! The seven numbers in their order: each case is decided by the one it is named after.

use seawall::focus::policy::Role;

use crate::support::policy::{blocks, hours, role};
use crate::support::week::{check, week};

/// A target counts as reached from half a session below it on: with this much more the wanted minutes just do.
const JUST_REACHED: i64 = 55;

/// A role of which so many minutes are worth placing, and not one more, with such blocks.
fn deep(total: i64, at: &str) -> Role {
    role("deep", |role| {
        role.target = Some(total + JUST_REACHED);
        role.blocks = if at.is_empty() { Vec::new() } else { blocks(at) };
    })
}

#[test]
fn block_time_is_defended_first() {
    check(&week("", [deep(120, "wed 9-12")]), "wed 9-12 DEEP");
    check(&week("", [deep(180, "wed 9-12")]), "wed 9-12 DEEP");
}

#[test]
fn eroded_time_is_won_back_elsewhere_in_the_week() {
    let eroded = "tue 10-16:30 incident";
    check(&week(eroded, [deep(360, "tue,wed 9-12")]), "mon 9-12 DEEP free; wed 9-12 DEEP");
}

#[test]
fn a_rest_of_a_block_is_covered_together_with_free_time_beside_it() {
    check(&week("tue 10-10:30 1:1", [deep(180, "tue 9-12")]), "tue 10:45-13:45 DEEP");
}

#[test]
fn time_is_won_back_up_to_the_target_and_no_further() {
    check(&week("", [deep(300, "tue 9-12")]), "mon 9-11 DEEP free; tue 9-12 DEEP");
}

#[test]
fn no_hold_is_added_for_a_few_minutes() {
    let target = |target| {
        let mut role = deep(0, "tue 9-12");
        role.target = Some(target);
        role.session.max_session = 180;
        role
    };
    check(&week("", [target(239)]), "tue 9-12 DEEP");
    check(&week("", [target(240)]), "mon 9-11 DEEP free; tue 9-12 DEEP");
}

#[test]
fn a_target_out_of_reach_is_approached_as_far_as_can_be() {
    let full = "mon 9-17 x; tue 9-17 x; wed 9-17 x; thu 9-17 x; fri 9-13 x (solo)";
    let situation = week(full, [deep(720 - JUST_REACHED, "")]);
    check(&situation, "fri 13-17 DEEP");
    let row = &situation.plan().weeks[0];
    assert_eq!((row.target, row.needed, row.attainable, row.protected), (720, 720, 240, 240));
    assert_eq!(row.objective, [0, 240, 240, 0, 1, 0, 4 * 1440 + 13 * 60]);
}

#[test]
fn total_is_as_small_as_reaching_allows() {
    let mut role = deep(0, "");
    role.target = Some(240);
    check(&week("", [role]), "mon 9-12:05 DEEP free");
}

#[test]
fn a_hold_stays_where_nothing_better_in_the_first_three_is_to_be_had() {
    check(&week("thu 13:30-15:30 HOLD", [deep(120, "")]), "thu 13:30-15:30 DEEP free");
    check(&week("thu 13:30-15:30 HOLD", [deep(120, "tue 9-11")]), "tue 9-11 DEEP");
}

#[test]
fn of_several_holds_as_many_stay_as_can() {
    let two = "tue 13-15 HOLD; thu 13-15 HOLD";
    check(&week(two, [deep(240, "")]), "tue 13-15 DEEP free; thu 13-15 DEEP free");
    check(&week(&format!("{two}; tue 14-15 review"), [deep(240, "")]), "mon 9-11 DEEP free; thu 13-15 DEEP free");
}

#[test]
fn a_hold_off_the_grid_moves() {
    check(&week("thu 13:32-15:32 HOLD", [deep(120, "")]), "mon 9-11 DEEP free");
}

#[test]
fn holds_are_as_few_as_can_be() {
    check(&week("mon 11-11:30 x", [deep(240, "")]), "mon 11:45-15:45 DEEP free");
}

#[test]
fn preferred_hours_come_before_early_ones() {
    let mut afternoon = deep(120, "");
    afternoon.preferred = hours("tue 14-17, mon 16-17");
    check(&week("", [afternoon]), "tue 14-16 DEEP free");
}

#[test]
fn all_else_equal_the_earliest_time_is_taken() {
    check(&week("", [deep(120, "")]), "mon 9-11 DEEP free");
}

#[test]
fn the_seven_values_are_those_of_the_design() {
    let mut role = deep(305, "tue 9-12");
    role.preferred = hours("mon-fri 9-10");
    let situation = week("wed 9-10 OWN; thu 13-15 HOLD", [role]);
    check(&situation, "tue 9-12 DEEP; thu 13-15 DEEP free");
    // 3 h block, target reached, 3 + 1 + 2 h in all, one left alone, two holds, 1 h preferred, the starts.
    let starts = (1440 + 540) + (3 * 1440 + 780);
    assert_eq!(situation.plan().weeks[0].objective, [180, 360, 360, 1, 2, 60, starts]);
}
