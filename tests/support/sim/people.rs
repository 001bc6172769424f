//! What people do: to their own events, to what seawall wrote, to the config, to the database. Everything they write is
//! kept beside the calendars, so that it can be compared to the byte.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use seawall::calendar::time::Span;
use seawall::calendar::week::IsoWeek;
use seawall::reconcile::key::Kind as Own;
use seawall::reconcile::ledger::LedgerState;

use super::account::Hand;
use super::event::{Answer, Event, Kind};
use super::own::{bring_back, choose, delete, lying, on_hold, on_summary};
use super::world::World;

/// One act of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Nothing,
    Meet,
    Series,
    MoveEvent,
    LengthenEvent,
    AnswerEvent,
    CancelEvent,
    ChangeInstance,
    DayOff,
    MoveHold,
    RetitleHold,
    FlipHold,
    DeleteHold,
    DeleteHolds,
    CopyHold,
    InviteToHold,
    DecorateHold,
    BringBackHold,
    MoveHoldElsewhere,
    StripHold,
    MoveSummary,
    EditSummary,
    DeleteSummary,
    ChangeZone,
    ChangeConfig,
    LoseDatabase,
    PutBack,
    Release,
    Restore,
    Undo,
}

const ACTS: [(Act, u32); 30] = [
    (Act::Nothing, 16),
    (Act::Meet, 16),
    (Act::Series, 4),
    (Act::MoveEvent, 8),
    (Act::LengthenEvent, 3),
    (Act::AnswerEvent, 6),
    (Act::CancelEvent, 6),
    (Act::ChangeInstance, 3),
    (Act::DayOff, 2),
    (Act::MoveHold, 5),
    (Act::RetitleHold, 2),
    (Act::FlipHold, 2),
    (Act::DeleteHold, 8),
    (Act::DeleteHolds, 1),
    (Act::CopyHold, 2),
    (Act::InviteToHold, 2),
    (Act::DecorateHold, 3),
    (Act::BringBackHold, 2),
    (Act::MoveHoldElsewhere, 1),
    (Act::StripHold, 1),
    (Act::MoveSummary, 1),
    (Act::EditSummary, 1),
    (Act::DeleteSummary, 1),
    (Act::ChangeZone, 2),
    (Act::ChangeConfig, 3),
    (Act::LoseDatabase, 2),
    (Act::PutBack, 2),
    (Act::Release, 1),
    (Act::Restore, 2),
    (Act::Undo, 1),
];

impl Act {
    pub(crate) fn roll(rng: &mut Rng) -> Self {
        let all: u32 = ACTS.iter().map(|(_, weight)| weight).sum();
        let mut left = rng.u32(..all);
        for (act, weight) in ACTS {
            if left < weight {
                return act;
            }
            left -= weight;
        }
        Self::Nothing
    }

    /// Whether it can be done while a cycle runs: by another program, and not by a command that waits for the lock.
    pub(crate) fn is_by_hand(self) -> bool {
        !matches!(
            self,
            Self::ChangeZone
                | Self::ChangeConfig
                | Self::LoseDatabase
                | Self::PutBack
                | Self::Release
                | Self::Restore
                | Self::Undo
        )
    }
}

/// A hold that a person deleted.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) uid: String,
    /// Where seawall knew it to be.
    pub(crate) span: Span,
}

/// What people have and did.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) events: Vec<Event>,
    /// Every object of theirs as the service keeps it, by account and name.
    pub(crate) theirs: BTreeMap<(usize, String), Rc<str>>,
    /// UIDs of what a person took away from the hold calendar.
    pub(crate) removed: BTreeSet<String>,
    /// UIDs of holds that seawall knew and a person deleted: never to be seen again.
    pub(crate) never_again: BTreeSet<String>,
    /// Their times, which stay free of holds.
    pub(crate) gone: Vec<Gone>,
    /// Weeks whose summary a person deleted.
    pub(crate) no_summary: BTreeSet<IsoWeek>,
    /// Holds as they were before a person deleted them.
    pub(super) trash: Vec<(String, Rc<str>)>,
    /// Time that was ever busy, or off.
    pub(crate) ever: Vec<Span>,
    pub(super) made: usize,
}

/// A person does something, if there is anything to do it to.
pub(crate) fn act(world: &World, act: Act, rng: &mut Rng) {
    match act {
        Act::Nothing | Act::Release | Act::Undo => {}
        Act::Meet | Act::Series | Act::DayOff => make(world, act, rng),
        Act::MoveEvent | Act::LengthenEvent | Act::AnswerEvent | Act::CancelEvent | Act::ChangeInstance => {
            change(world, act, rng);
        }
        Act::MoveSummary | Act::EditSummary | Act::DeleteSummary => {
            if let Some(summary) = choose(world, Own::Summary, rng) {
                on_summary(world, act, &summary, rng);
            }
        }
        Act::DeleteHolds => {
            let now = world.now();
            let holds = lying(world).into_iter().filter(|one| one.marker.key.kind == Own::Hold && one.span.start > now);
            for hold in holds.filter(|_| rng.u32(..4) > 0).collect::<Vec<_>>() {
                delete(world, &hold);
            }
        }
        Act::BringBackHold => bring_back(world, rng),
        Act::ChangeZone => {
            let zone = ["Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata"][rng.usize(..4)];
            world.say(format!("the zone is {zone}"));
            world.wishes.borrow_mut().zone = zone;
            remember_taken(world);
        }
        Act::ChangeConfig => {
            let mut wishes = world.wishes.borrow_mut();
            wishes.from = [9, 9, 13, 10][rng.usize(..4)];
            wishes.days = ["mon,tue,thu,fri", "mon,wed", "tue,wed,thu,fri"][rng.usize(..3)];
            world.say(format!("blocks on {} from {}", wishes.days, wishes.from));
        }
        // By itself the text of a hold does not tell a server's hand from a person's.
        Act::LoseDatabase | Act::PutBack if world.accounts[0].nature.rewrites_words => {}
        Act::LoseDatabase => lose(world, rng.usize(..world.seawalls.len())),
        Act::PutBack => put_back(world, rng.usize(..world.seawalls.len())),
        Act::Restore => restore(world, rng.usize(..world.seawalls.len())),
        _ => {
            if let Some(hold) = choose(world, Own::Hold, rng) {
                on_hold(world, act, &hold, rng);
            }
        }
    }
}

/// Some time in this week or the next, in the hours of work.
pub(super) fn time(world: &World, rng: &mut Rng) -> Span {
    let tz = world.settings(0).policy.tz.clone();
    let monday = IsoWeek::at(world.now(), &tz).plus(rng.i64(0..2)).monday();
    let day = monday + rng.i64(0..5).days();
    let start = day.at(8, 0, 0, 0).to_zoned(tz).unwrap().timestamp() + SignedDuration::from_mins(15 * rng.i64(0..36));
    Span::new(start, start + SignedDuration::from_mins(15 * rng.i64(1..9)))
}

fn make(world: &World, act: Act, rng: &mut Rng) {
    let first = time(world, rng);
    let answers = [Answer::Accepted, Answer::Accepted, Answer::Tentative, Answer::Declined, Answer::None];
    let kind = match (act, rng.u32(..8)) {
        (Act::DayOff, _) => Kind::Off(world.settings(0).policy.tz.to_datetime(first.start).date(), rng.i64(1..4)),
        (_, 0) => Kind::Solo,
        (_, 1) => Kind::Free,
        _ => Kind::Meeting(answers[rng.usize(..answers.len())]),
    };
    let mut people = world.people.borrow_mut();
    people.made += 1;
    let event = Event {
        name: format!("event-{}", people.made),
        account: usize::from(rng.u32(..3) == 0),
        kind,
        first,
        every: if act == Act::Series { ([1, 7][rng.usize(..2)], rng.i64(2..6)) } else { (0, 1) },
        changed: BTreeMap::new(),
        sequence: 0,
        written: world.now(),
    };
    drop(people);
    keep(world, event);
}

/// A person makes that event.
pub(crate) fn keep(world: &World, event: Event) {
    write(world, &event, "made");
    world.people.borrow_mut().events.push(event);
}

/// People delete events that were over by then, and nobody remembers what was busy.
pub(crate) fn forget(world: &World, before: Timestamp) {
    let mut people = world.people.borrow_mut();
    let (old, kept) =
        std::mem::take(&mut people.events).into_iter().partition(|event: &Event| event.first.end < before);
    people.events = kept;
    for event in old {
        people.theirs.remove(&(event.account, event.href()));
        world.accounts[event.account].remove(&event.href());
    }
    people.ever.retain(|span| span.end >= before);
}

/// Writes an event of a person to its calendar.
fn write(world: &World, event: &Event, what: &str) {
    world.say(format!(
        "{} is {what}: {} {:?} x{:?} {:?}",
        event.name,
        shown(event.first),
        event.kind,
        event.every,
        event.changed
    ));
    put(world, event.account, &event.href(), &event.text(), Hand::Person);
    let taken = event.taken(&world.settings(0).policy.tz);
    world.people.borrow_mut().ever.extend(taken);
}

/// A person writes an object.
pub(super) fn put(world: &World, account: usize, href: &str, text: &str, hand: Hand) {
    let body = world.accounts[account].put(href, text, hand);
    let mut people = world.people.borrow_mut();
    match hand {
        Hand::Person => drop(people.theirs.insert((account, href.to_owned()), body)),
        Hand::Seawall => drop(people.theirs.remove(&(account, href.to_owned()))),
    }
}

fn remember_taken(world: &World) {
    let tz = world.settings(0).policy.tz.clone();
    let mut people = world.people.borrow_mut();
    let taken: Vec<Span> = people.events.iter().flat_map(|event| event.taken(&tz)).collect();
    people.ever.extend(taken);
}

fn change(world: &World, act: Act, rng: &mut Rng) {
    let mut people = world.people.borrow_mut();
    if people.events.is_empty() {
        return;
    }
    let index = rng.usize(..people.events.len());
    if act == Act::CancelEvent {
        let event = people.events.swap_remove(index);
        people.theirs.remove(&(event.account, event.href()));
        world.accounts[event.account].remove(&event.href());
        world.say(format!("{} is cancelled", event.name));
        return;
    }
    let mut event = people.events[index].clone();
    drop(people);
    let to = time(world, rng);
    event.sequence += 1;
    event.written = world.now();
    match (act, &event.kind) {
        (Act::LengthenEvent, _) => event.first.end += SignedDuration::from_mins(15 * rng.i64(1..6)),
        (Act::AnswerEvent, Kind::Meeting(_)) => {
            let answers = [Answer::Accepted, Answer::Tentative, Answer::Declined, Answer::None];
            event.kind = Kind::Meeting(answers[rng.usize(..answers.len())]);
        }
        (Act::ChangeInstance, _) if event.every.1 > 1 => {
            let n = rng.i64(0..event.every.1);
            event.changed.insert(n, (rng.bool()).then_some(to));
        }
        (_, Kind::Off(..)) => {
            event.kind = Kind::Off(world.settings(0).policy.tz.to_datetime(to.start).date(), rng.i64(1..3));
        }
        _ => {
            // A series keeps its exceptions by the time of their instances.
            event.changed.clear();
            event.first = to;
        }
    }
    write(world, &event, "changed");
    world.people.borrow_mut().events[index] = event;
}

/// A new database.
fn lose(world: &World, seawall: usize) {
    world.say(format!("the database of {} is lost", world.seawalls[seawall].instance));
    world.lose_store(seawall);
    forget_what_was_remembered(world, seawall);
}

/// A backup of the database is made, or the one that was is put in its place.
fn put_back(world: &World, seawall: usize) {
    let one = &world.seawalls[seawall];
    if one.dir.is_none() {
        return;
    }
    let is_there = one.copy.borrow().is_some();
    world.say(format!("the database of {} is {}", one.instance, if is_there { "put back" } else { "backed up" }));
    if is_there {
        world.put_back(seawall);
        forget_what_was_remembered(world, seawall);
    } else {
        world.back_up(seawall);
    }
}

/// A database that does not know what was last: what it and the newest summary do not remember is forgotten.
fn forget_what_was_remembered(world: &World, seawall: usize) {
    world.watch.borrow_mut().forget_refreshes();
    forget_unwritten(world, seawall);
}

/// Only what the database and the newest summary say is known to be gone.
pub(crate) fn forget_unwritten(world: &World, seawall: usize) {
    let summaries = lying(world).into_iter().filter(|one| one.marker.key.kind == Own::Summary && one.is_original());
    let newest = summaries.max_by_key(|one| one.marker.key.week);
    let known = world.store(seawall).closed().unwrap_or_default();
    let closed = newest.into_iter().flat_map(|one| one.marker.closed).chain(known);
    let closed: Vec<Span> = closed.map(|one| one.span).collect();
    let mut people = world.people.borrow_mut();
    people.gone.retain(|gone| closed.contains(&gone.span));
    if !world.accounts[0].nature.keeps_names {
        people.never_again.clear();
    }
}

/// All closed time is opened again.
fn restore(world: &World, seawall: usize) {
    let store = world.store(seawall);
    for closed in store.closed().unwrap() {
        store.remove_closed(closed.span).unwrap();
    }
    world.say("closed time is opened");
    // What was deleted and not seen yet is closed all the same; a new database may have given the name to another hold.
    let rows = store.ledger().unwrap();
    let is_unseen = |uid: &str| {
        let is_there = world.accounts[0].live_entry(&format!("{uid}.ics")).is_some();
        !is_there && rows.iter().any(|row| row.uid == uid && row.state == LedgerState::Live)
    };
    world.people.borrow_mut().gone.retain(|gone| is_unseen(&gone.uid));
}

/// `Mon 16 09:00-12:00Z`.
pub(crate) fn shown(span: Span) -> String {
    let at = |at: Timestamp, form: &str| at.strftime(form).to_string();
    format!("{}-{}Z", at(span.start, "%a %d %H:%M"), at(span.end, "%H:%M"))
}
