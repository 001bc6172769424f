//! Weeks of the real loop in one process, with sixty meetings a week that come, move and go: what it needs in memory
//! and on disk, week by week, and whether it ends where a fresh start would.
//!
//! The simulated services and people are in the same memory. What is more than a week old they forget, as they would not
//! in life: past holds would pile up in the calendar, and the daemon keeps what lies in the calendar. So after the second
//! week all that grows is a leak, of whoever's.

use std::alloc::System;
use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;

use cap::Cap;
use fastrand::Rng;
use jiff::{SignedDuration, ToSpan as _};
use seawall::calendar::time::Span;
use seawall::calendar::week::IsoWeek;
use seawall::cycle::run::Consent;
use seawall::reconcile::key::Kind;

use super::account::Account;
use super::days::Days;
use super::event::{Answer, Event, Kind as Sort};
use super::own::lying;
use super::people;
use super::world::World;

/// Counts what is allocated. (SQLite allocates by itself; that shows in the resident memory.)
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

const MEETINGS: i64 = 60;
/// Weeks after which people tidy up.
const KEPT: i64 = 1;

/// A week of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Week {
    /// What is allocated at its end, in KiB.
    pub(crate) heap: u64,
    /// Resident memory of the process then, in KiB.
    pub(crate) memory: u64,
    /// Size of the database on disk, in KiB.
    pub(crate) database: u64,
    /// Writes to the calendar in it.
    pub(crate) writes: u32,
}

/// Lives so many weeks, each account being read every so many minutes.
pub(crate) fn soak(weeks: usize, poll: u32) -> Vec<Week> {
    crate::support::block_on_paused(async {
        let days = Days::of(World::for_soak(poll));
        let mut script = pin!(script(&days, weeks));
        loop {
            tokio::select! {
                biased;
                end = &mut script => return end,
                () = days.up() => {}
            }
        }
    })
}

async fn script(days: &Days, weeks: usize) -> Vec<Week> {
    let world = &days.world;
    let mut rng = Rng::with_seed(1);
    let mut out = Vec::new();
    for _ in 0..2 {
        days.pass(60).await;
        fill(world, &mut rng);
    }
    for _ in 0..weeks {
        let before = world.watch.borrow().writes[0];
        fill(world, &mut rng);
        for _ in 0..7 * 24 / 4 {
            days.pass(240).await;
            stir(world, &mut rng);
        }
        // What moved last has to be seen first.
        days.pass(60).await;
        tidy(world);
        days.look().await.unwrap();
        out.push(Week {
            heap: HEAP.allocated() as u64 / 1024,
            memory: resident(),
            database: world.database_size() / 1024,
            writes: world.watch.borrow().writes[0] - before,
        });
    }
    days.pass(120).await;
    ends_where_a_fresh_start_would(days).await;
    out
}

/// The meetings of the week after the last that has any.
fn fill(world: &World, rng: &mut Rng) {
    let tz = world.settings(0).policy.tz.clone();
    let this = IsoWeek::at(world.now(), &tz);
    let last = world.people.borrow().events.iter().map(|event| IsoWeek::at(event.first.start, &tz)).max();
    let week = last.map_or(this, |last| last.plus(1));
    for n in 0..MEETINGS {
        let day = week.monday() + (n % 5).days();
        let start = day.at(8, 0, 0, 0).to_zoned(tz.clone()).unwrap().timestamp()
            + SignedDuration::from_mins(15 * rng.i64(0..38));
        let first = Span::new(start, start + SignedDuration::from_mins(15 * rng.i64(1..4)));
        let event = Event {
            name: format!("{week}-{n}"),
            account: usize::from(n % 4 == 0),
            kind: Sort::Meeting(if rng.u32(..3) > 0 { Answer::Declined } else { Answer::Accepted }),
            first,
            every: (0, 1),
            changed: BTreeMap::new(),
            sequence: 0,
            written: world.now(),
        };
        people::keep(world, event);
    }
}

/// Two or three meetings move, are answered, or go.
fn stir(world: &World, rng: &mut Rng) {
    for _ in 0..2 {
        let act = [people::Act::MoveEvent, people::Act::AnswerEvent, people::Act::LengthenEvent][rng.usize(..3)];
        people::act(world, act, rng);
    }
}

/// What is past is deleted, and what the simulation itself remembers of it.
fn tidy(world: &World) {
    let before = world.now() - SignedDuration::from_hours(24 * 7 * KEPT);
    world.accounts.iter().for_each(Account::forget_deleted);
    people::forget(world, before);
    for own in lying(world).iter().filter(|own| own.span.end < before) {
        world.accounts[0].remove(&own.href);
    }
    world.said.borrow_mut().clear();
    world.watch.borrow_mut().forget_refreshes();
}

async fn ends_where_a_fresh_start_would(days: &Days) {
    let world = &days.world;
    let again = days.by_hand(Consent::default()).await.unwrap();
    assert_eq!(crate::support::told::changes(&again), "", "another program with the same state has nothing to do");
    let hours = minutes(world);
    days.is_over.set(true);
    days.kill().await;
    world.lose_store(0);
    let again = days.by_hand(Consent::default()).await.unwrap();
    assert_eq!(crate::support::told::hold_changes(&again), "", "nor has one with a new state");
    for own in lying(world) {
        world.accounts[0].remove(&own.href);
    }
    world.lose_store(0);
    days.by_hand(Consent::default()).await.unwrap();
    assert_eq!(minutes(world), hours, "a first start on the same calendars protects as much");
}

/// Minutes of holds in each week to come.
fn minutes(world: &Rc<World>) -> BTreeMap<IsoWeek, i64> {
    let tz = &world.settings(0).policy.tz;
    let this = IsoWeek::at(world.now(), tz);
    let mut out = BTreeMap::new();
    for own in lying(world).iter().filter(|own| own.marker.key.kind == Kind::Hold && own.marker.key.week > this) {
        *out.entry(own.marker.key.week).or_default() += own.span.minutes();
    }
    out
}

/// Resident memory of this process in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
