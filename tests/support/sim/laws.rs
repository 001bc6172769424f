//! What must be so after every cycle, judged by what the simulation did itself: foreign objects, identity, deletions,
//! budgets and breakers always; busy time, closed time and the ledger after a cycle in which nothing went wrong.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use seawall::calendar::time::Span;
use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::Consent;
use seawall::reconcile::change::Urgency;
use seawall::reconcile::key::Kind;
use seawall::reconcile::ledger::{LedgerRow, LedgerState};

use super::account::Hand;
use super::own::{Lying, lying};
use super::people::shown;
use super::world::World;

/// What is known of the cycle that has just ended.
pub(crate) struct Ended<'a> {
    pub(crate) seawall: usize,
    /// None where it died or failed.
    pub(crate) outcome: Option<&'a Outcome>,
    pub(crate) consent: Consent,
    /// The ledger before it.
    pub(crate) before: &'a [LedgerRow],
    /// Nothing went wrong, and everything was read and told.
    pub(crate) is_clean: bool,
    /// No change waits, as for the budget of writes.
    pub(crate) all_done: bool,
}

/// What the laws remember of one seawall between cycles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// When changes were made that the budget binds, and how many.
    spent: Vec<(Timestamp, u32)>,
    /// Since when the breaker has been standing.
    alarm: Option<Timestamp>,
    /// The config that was last carried out in full.
    config: Option<String>,
}

type Broken = Vec<String>;

/// Every law that is broken.
pub(crate) fn broken(world: &World, record: &mut Record, ended: &Ended<'_>) -> Broken {
    let mut out = std::mem::take(&mut world.watch.borrow_mut().broken);
    foreign_objects_are_as_people_left_them(world, &mut out);
    let lying = lying(world);
    nothing_is_there_twice(world, &lying, &mut out);
    let ledger = world.store(ended.seawall).ledger().unwrap();
    only_what_a_person_took_away_is_dismissed(world, ended, &ledger, &mut out);
    if let Some(outcome) = ended.outcome {
        // A take-over is whole, or neither of the two goes on.
        if !ended.consent.take_over {
            the_budget_is_held(world, record, outcome, &mut out);
        }
        no_mass_moves_without_a_second_look(world, record, ended, outcome, &mut out);
    }
    if ended.is_clean {
        let holds = future_holds(world, &lying);
        no_hold_lies_on_taken_time(world, &holds, &mut out);
        if ended.all_done {
            no_holds_overlap(world, &holds, &mut out);
        }
        if ended.all_done || ended.outcome.is_some() {
            closed_time_stays_free(world, ended, &holds, &mut out);
        }
        the_ledger_knows_what_lies_there(world, ended, &ledger, &lying, &mut out);
    }
    out
}

fn foreign_objects_are_as_people_left_them(world: &World, out: &mut Broken) {
    for ((account, href), body) in &world.people.borrow().theirs {
        match world.accounts[*account].live_entry(href) {
            Some(entry) if entry.body == *body => {}
            Some(entry) => out.push(format!("{href} was a person's and is now\n{}", entry.body)),
            None => out.push(format!("{href} was a person's and is gone")),
        }
    }
}

fn nothing_is_there_twice(world: &World, lying: &[Lying], out: &mut Broken) {
    let made_blindly = &world.watch.borrow().made_blindly;
    let mut keys = BTreeMap::new();
    for one in lying.iter().filter(|one| one.is_original() && !made_blindly.contains(&one.href)) {
        let key = &one.marker.key;
        // Of two at the same moment one may go on with the next generation before it sees what the other made.
        let generation = world.is_pair().then_some(key.generation);
        let same = keys.insert((key.kind, key.week, key.role.clone(), key.ordinal, generation), one.span);
        out.extend(same.map(|other| format!("{key:?} is there twice: {} and {}", shown(other), shown(one.span))));
    }
}

fn only_what_a_person_took_away_is_dismissed(world: &World, ended: &Ended<'_>, ledger: &[LedgerRow], out: &mut Broken) {
    let (people, watch) = (world.people.borrow(), world.watch.borrow());
    // What one of two deletes, the other takes for a person's doing where it has not seen the take-over.
    let by_other = |uid: &str| world.is_pair() && watch.deleted[1 - ended.seawall].contains(uid);
    let was = |uid: &str, state| ended.before.iter().any(|row| row.uid == uid && row.state == state);
    let dismissed = ledger.iter().filter(|row| row.state == LedgerState::Dismissed);
    for row in dismissed.clone().filter(|row| !people.removed.contains(&row.uid) && !by_other(&row.uid)) {
        out.push(format!("{} counts as deleted by a person, and nobody did", row.uid));
    }
    let now = world.now();
    let is_future = |row: &&LedgerRow| row.key.kind == Kind::Hold && row.written.span.start > now;
    let fresh = dismissed.filter(is_future).filter(|row| was(&row.uid, LedgerState::Live)).count();
    let all = ended.before.iter().filter(is_future).filter(|row| row.state == LedgerState::Live).count();
    if is_mass(fresh, all) && !ended.consent.accept {
        out.push(format!("{fresh} of {all} holds are dismissed at once"));
    }
}

fn is_mass(some: usize, all: usize) -> bool {
    some > 4 && some * 2 > all
}

fn the_budget_is_held(world: &World, record: &mut Record, outcome: &Outcome, out: &mut Broken) {
    let (per_cycle, per_day) = world.wishes.borrow().limits;
    let bound = |urgency| !matches!(urgency, Urgency::Yield | Urgency::Final);
    let spent = outcome.changes.iter().filter(|one| one.applied && bound(one.change.urgency)).count() as u32;
    let today = outcome.tz.to_datetime(outcome.now).date();
    let midnight = seawall::calendar::week::midnight(today, &outcome.tz);
    record.spent.push((outcome.now, spent));
    record.spent.retain(|(at, _)| *at >= midnight);
    let of_today: u32 = record.spent.iter().map(|(_, spent)| spent).sum();
    let excuses = world.watch.borrow().excuses.get(&today).copied().unwrap_or_default();
    if spent > per_cycle {
        out.push(format!("{spent} changes in a cycle"));
    }
    if of_today > per_day + excuses {
        out.push(format!("{of_today} changes in a day"));
    }
}

fn no_mass_moves_without_a_second_look(
    world: &World,
    record: &mut Record,
    ended: &Ended<'_>,
    outcome: &Outcome,
    out: &mut Broken,
) {
    let now = outcome.now;
    let config = world.config(ended.seawall);
    let config_is_new = record.config.as_ref().is_some_and(|known| *known != config);
    if outcome.halted.is_none() && outcome.changes.iter().all(|one| one.applied) {
        record.config = Some(config);
    }
    let busy = outcome.view.busy.iter().map(|busy| busy.span).chain(outcome.view.days_off.iter());
    let busy: Vec<Span> = busy.collect();
    let moved = outcome.changes.iter().filter(|one| one.applied && one.change.key.kind == Kind::Hold);
    let moved = moved.filter(|one| one.change.displaces()).filter_map(|one| one.change.before());
    let moved = moved.filter(|at| at.start > now && !busy.iter().any(|busy| busy.overlaps(*at))).count();
    let live = |row: &&LedgerRow| row.state == LedgerState::Live && row.key.kind == Kind::Hold;
    let all = ended.before.iter().filter(live).filter(|row| row.written.span.start > now).count();
    let confirmed = record.alarm.is_some_and(|since| now.duration_since(since) >= SignedDuration::from_mins(15));
    if is_mass(moved, all) && !confirmed && !config_is_new && !ended.consent.take_over {
        out.push(format!("{moved} of {all} holds go or move at once, and nothing takes their time"));
    }
    let alarmed = outcome.halted.as_deref().is_some_and(|why| why.contains("would go or move"));
    // Where not everything was read it stands as it was.
    if alarmed {
        record.alarm = record.alarm.or(Some(now));
    } else if outcome.halted.is_none() && !outcome.partly {
        record.alarm = None;
    }
}

fn future_holds<'a>(world: &World, lying: &'a [Lying]) -> Vec<&'a Lying> {
    let now = world.now();
    let rewrites = world.accounts[0].nature.rewrites_words;
    let is_known = |one: &Lying| one.entry.hand == Hand::Seawall && (one.entry.read_back || !rewrites);
    lying.iter().filter(|one| one.marker.key.kind == Kind::Hold && is_known(one) && one.span.end > now).collect()
}

fn no_hold_lies_on_taken_time(world: &World, holds: &[&Lying], out: &mut Broken) {
    let tz = world.settings(0).policy.tz.clone();
    let now = world.now();
    for event in &world.people.borrow().events {
        for taken in event.taken(&tz).into_iter().filter(|taken| taken.end > now) {
            for hold in holds.iter().filter(|hold| hold.span.overlaps(taken)) {
                out.push(format!("the hold at {} lies on {} at {}", shown(hold.span), event.name, shown(taken)));
            }
        }
    }
}

fn no_holds_overlap(world: &World, holds: &[&Lying], out: &mut Broken) {
    // One that was made over another goes only while neither has begun.
    let made_blindly = &world.watch.borrow().made_blindly;
    let holds: Vec<&&Lying> = holds.iter().filter(|hold| !made_blindly.contains(&hold.href)).collect();
    for (n, hold) in holds.iter().enumerate() {
        for other in holds[n + 1..].iter().filter(|other| other.span.overlaps(hold.span)) {
            out.push(format!("the holds at {} and {} overlap", shown(hold.span), shown(other.span)));
        }
    }
}

fn closed_time_stays_free(world: &World, ended: &Ended<'_>, holds: &[&Lying], out: &mut Broken) {
    let now = world.now();
    // Another hold may have lain there, too: its move may have to wait for the budget.
    let waits = |hold: &Lying| {
        let mut waiting = ended.outcome.iter().flat_map(|outcome| &outcome.changes).filter(|one| !one.applied);
        waiting.any(|one| one.change.target.is_some() && one.change.uid == hold.uid())
    };
    let holds: Vec<&&Lying> = holds.iter().filter(|hold| !waits(hold)).collect();
    for gone in world.people.borrow().gone.iter().filter(|gone| gone.span.end > now) {
        for hold in holds.iter().filter(|hold| hold.span.start > now && hold.span.overlaps(gone.span)) {
            out.push(format!("a hold at {} was deleted, and one lies at {}", shown(gone.span), shown(hold.span)));
        }
    }
}

fn the_ledger_knows_what_lies_there(
    world: &World,
    ended: &Ended<'_>,
    ledger: &[LedgerRow],
    lying: &[Lying],
    out: &mut Broken,
) {
    let now = world.now();
    let instance = world.seawalls[ended.seawall].instance;
    // Of a name that was used before the next cycle finds out more.
    let used = |uid: &str| {
        let changes = ended.outcome.iter().flat_map(|outcome| &outcome.changes);
        changes.filter(|one| !one.applied).any(|one| one.change.uid == uid)
    };
    let lying: Vec<&Lying> = lying.iter().filter(|one| one.is_original()).collect();
    let there: BTreeSet<String> = lying.iter().map(|one| one.uid()).collect();
    let live: BTreeSet<&str> =
        ledger.iter().filter(|row| row.state == LedgerState::Live).map(|row| row.uid.as_str()).collect();
    for one in lying.iter().filter(|one| one.entry.hand == Hand::Seawall && one.span.end > now) {
        if one.marker.instance == instance && !live.contains(one.uid().as_str()) {
            out.push(format!("the ledger does not know the {} at {}", one.marker.key.kind.word(), shown(one.span)));
        }
    }
    let elsewhere = |uid: &str| world.accounts.iter().any(|one| one.live_entry(&format!("{uid}.ics")).is_some());
    for row in ledger.iter().filter(|row| row.state == LedgerState::Live && row.written.span.end > now) {
        if !there.contains(&row.uid) && !elsewhere(&row.uid) && !used(&row.uid) {
            out.push(format!("the ledger thinks that {} at {} is there", row.uid, shown(row.written.span)));
        }
    }
}
