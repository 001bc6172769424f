//! Erosion: what of a block is kept, and who is charged for the rest.

mod arrival;
mod assessed;
mod laws;

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use seawall::calendar::time::SpanSet;
use seawall::focus::arrival::{Arrival, Cause};
use seawall::focus::block::{Block, blocks};
use seawall::focus::erosion::{Eroder, Erosion, Level, erosion};
use seawall::focus::policy::Role;

use crate::support::policy::{self, role};
use crate::support::week::{Situation, week};

/// The busy entries of the week in the order of their arrival.
fn eroders(situation: &Situation) -> Vec<Eroder<'static>> {
    let arrived = |index: usize| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(index as i64);
    let eroder = |(index, busy): (usize, &_)| Eroder {
        index,
        busy: *busy,
        arrival: Arrival { at: Some(arrived(index)), cause: Cause::New },
        uid: "a",
    };
    situation.view.busy.iter().enumerate().map(eroder).collect()
}

/// Every block of the week.
fn all_blocks(situation: &Situation) -> Vec<Block> {
    blocks(&situation.policy, &situation.view, &[situation.week])
}

/// The blocks of every other role.
fn others(blocks: &[Block], role: usize) -> SpanSet {
    blocks.iter().filter(|block| block.role != role).flat_map(|block| block.parts.iter()).collect()
}

fn eroded(situation: &Situation, block: &Block, blocks: &[Block], eroders: &[Eroder<'_>]) -> Erosion {
    erosion(&situation.policy, &situation.view, block, &others(blocks, block.role), eroders)
}

/// `nibbled 150/180: #0 30`: level, kept of planned, and what each busy entry is charged.
fn words(erosion: &Erosion) -> String {
    let level = match erosion.level() {
        Level::Intact => "intact",
        Level::Nibbled => "nibbled",
        Level::Eroded => "eroded",
        Level::Lost => "lost",
    };
    let mut out = format!("{level} {}/{}", erosion.kept, erosion.planned);
    for (index, charge) in erosion.charges.iter().enumerate() {
        let _ = write!(out, "{} #{} {}", if index == 0 { ":" } else { "" }, charge.index, charge.minutes);
    }
    out
}

/// Every block of these roles under these entries.
#[track_caller]
fn check_roles(text: &str, roles: impl IntoIterator<Item = Role>, expect: &[&str]) {
    let situation = week(text, roles);
    let (blocks, eroders) = (all_blocks(&situation), eroders(&situation));
    let found: Vec<String> = blocks.iter().map(|block| words(&eroded(&situation, block, &blocks, &eroders))).collect();
    assert_eq!(found, expect);
}

/// A block on Monday from 9 to 12; work is 9 to 17.
#[track_caller]
fn check(text: &str, expect: &str) {
    check_with(text, |_| {}, expect);
}

/// The same with another role.
#[track_caller]
fn check_with(text: &str, change: impl FnOnce(&mut Role), expect: &str) {
    let deep = role("deep", |role| {
        role.blocks = policy::blocks("mon 9-12");
        change(role);
    });
    check_roles(text, [deep], &[expect]);
}

#[test]
fn levels() {
    check("", "intact 180/180");
    check("mon 14-15 sync", "intact 180/180");
    check("mon 9-9:30 sync", "eroded 135/180: #0 45");
    check("mon 9-9:30 (solo)", "nibbled 150/180: #0 30");
    check("mon 9-9:44 (solo)", "nibbled 136/180: #0 44");
    check("mon 9-9:45 (solo)", "eroded 135/180: #0 45");
    check("mon 9-12 (solo)", "lost 0/180: #0 180");
    check("mon 9-12 offsite", "lost 0/180: #0 180");
}

#[test]
fn half_an_hour_can_cost_three_hours() {
    // Before it is an hour; after it and the recovery 75 minutes, and lunch is taken.
    check("mon 12-13 lunch (solo); mon 10-10:30 sync", "lost 0/180: #1 180");
    check("mon 10:30-11 sync; mon 12-13 lunch (solo)", "lost 0/180: #0 135 #1 45");
}

#[test]
fn a_session_reaches_beyond_the_block() {
    // 75 minutes of the block are left, and the session goes on to 12:45.
    check("mon 10-10:30 sync", "eroded 75/180: #0 105");
    check("mon 10-10:30 sync; mon 12:44-13 call (solo)", "lost 0/180: #0 105 #1 75");
    check("mon 10-10:30 sync; mon 12:45-13 call (solo)", "eroded 75/180: #0 105");
    check_roles(
        "mon 12:30-13 sync",
        [role("deep", |role| role.blocks = policy::blocks("mon 11-13"))],
        &["eroded 90/120: #0 30"],
    );
}

#[test]
fn recovery_is_lost_to_the_meeting_before_it() {
    check("sun 8-9 sync; mon 8-9 sync", "nibbled 165/180: #1 15");
    check("mon 8-9 (solo)", "intact 180/180");
    check_with("mon 8-9 sync", |role| role.session.recovery = 30, "nibbled 150/180: #0 30");
    check_with("mon 8-9 sync", |role| role.session.recovery = 0, "intact 180/180");
}

#[test]
fn session_values_count() {
    check_with("mon 10-10:30 (solo)", |role| role.session.min_session = 60, "nibbled 150/180: #0 30");
    check_with("mon 10-10:30 (solo)", |role| role.session.min_session = 61, "eroded 90/180: #0 90");
    // Two sessions of 60 to 90 minutes would fit, but not the break between them.
    let apart = |minutes: i64| {
        move |role: &mut Role| {
            role.session.min_session = 60;
            role.session.break_between = minutes;
        }
    };
    check_with("mon 10:30-10:40 (solo)", apart(10), "nibbled 170/180: #0 10");
    check_with("mon 10:30-10:40 (solo)", apart(30), "nibbled 150/180: #0 30");
    // A session of at most an hour and a half, then a break: the rest is too short for another.
    let tired = |role: &mut Role| {
        (role.session.min_session, role.session.max_session) = (60, 90);
        role.session.break_between = 0;
    };
    check_with("mon 10:30-11:15 (solo)", tired, "eroded 135/180: #0 45");
    check_with("mon 10-10:30 (solo)", tired, "nibbled 150/180: #0 30");
}

#[test]
fn daily_max_binds_sessions_that_reach_out() {
    // The rests of 30 and 45 minutes ask for sessions of two hours each, on a day that has room for three.
    let change = |role: &mut Role| {
        role.blocks = policy::blocks("mon 11-13");
        role.session.daily_max = 180;
    };
    check_with("mon 11:30-12 (solo)", change, "eroded 60/120: #0 60");
    let wide = |role: &mut Role| role.blocks = policy::blocks("mon 11-13");
    check_with("mon 11:30-12 (solo)", wide, "eroded 90/120: #0 30");
}

#[test]
fn each_block_is_judged_alone() {
    let deep = role("deep", |role| role.blocks = policy::blocks("mon 9-11, mon 11-13, tue 9-11"));
    check_roles(
        "mon 10:30-11:30 (solo)",
        [deep],
        // What is left of each is too short, and the time beside it that would do lies on the other side.
        &["lost 0/120: #0 120", "eroded 90/120: #0 30", "intact 120/120"],
    );
}

#[test]
fn blocks_of_other_roles_are_closed() {
    let deep = role("deep", |role| role.blocks = policy::blocks("mon 9-12"));
    let learning = role("learning", |role| role.blocks = policy::blocks("mon 12-14"));
    check_roles("mon 10-10:30 sync", [deep, learning], &["lost 0/180: #0 180", "intact 120/120"]);
}

#[test]
fn own_focus_covers_its_minutes_and_cuts_nothing() {
    check("mon 9-10 OWN; mon 10-10:30 sync", "eroded 135/180: #0 45");
    check("mon 9-9:30 OWN", "intact 180/180");
    check("mon 9-12 OWN; mon 10-10:30 (solo)", "nibbled 150/180: #0 30");
    // Recovery takes nothing of what is protected already.
    check("mon 9-12 OWN; mon 10-10:30 sync", "nibbled 150/180: #0 30");
    check("mon 9-10 OWN; mon 11-17 offsite", "eroded 120/180: #0 60");
    check("mon 9-10 OWN; mon 10-17 offsite", "eroded 60/180: #0 120");
    check("mon 9-10 OWN none; mon 10-17 offsite", "eroded 60/180: #0 120");
}

#[test]
fn days_off_are_no_erosion() {
    let deep = || role("deep", |role| role.blocks = policy::blocks("mon 9-12, tue 9-12"));
    check_roles("mon off", [deep()], &["intact 180/180"]);
    check_roles("mon 9-10 off; mon 10-10:30 (solo)", [deep()], &["eroded 90/120: #0 30", "intact 180/180"]);
    check_roles("mon 9-10:01 off", [deep()], &["intact 180/180"]);
    check_roles("mon off; mon 9-12 offsite", [deep()], &["intact 180/180"]);
}

#[test]
fn charges_go_in_order_of_arrival() {
    check("mon 9-10 (solo); mon 9:30-10:30 (solo)", "eroded 90/180: #0 60 #1 30");
    check("mon 9:30-10:30 (solo); mon 9-10 (solo)", "eroded 90/180: #0 90");
}
