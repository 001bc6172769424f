//! The order of the steps of a cycle, and what each hands to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::clock::Clock;
use super::decide::{self, Decision, Knowledge, WEEKS_BACK, decide};
use super::fetch::{self, Fetched};
use super::gone;
use super::hand;
use super::memory::Memory;
use super::outcome::{Attempt, Outcome, ShownHold};
use super::read::{self, Input, Lens};
use super::record;
use super::summarize;
use super::warning::Warning;
use super::write;
use crate::calendar::CalendarId;
use crate::calendar::expand::expand;
use crate::calendar::time::Span;
use crate::calendar::week::{self, IsoWeek};
use crate::calendar::zones::Zones;
use crate::config::settings::{CalendarUse, Settings};
use crate::focus::sight::Seen;
use crate::provider::{Provider, ProviderError};
use crate::reconcile::own::{Claims, Owned, Standing, standings, undefended};
use crate::store::{Store, StoreError};

/// What the user agrees to that a cycle alone would not do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Many holds are gone: the user deleted them.
    pub accept: bool,
    /// Many holds are gone: write them again.
    pub restore: bool,
    /// Another seawall wrote here: go on in its place.
    pub take_over: bool,
}

/// Whether a cycle writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is written, neither to a calendar nor to the store.
    Look,
    /// The plan is carried out.
    Write(Consent),
}

/// All that a cycle needs.
pub struct Context<'a, P> {
    /// The present.
    pub now: Timestamp,
    /// Where the present came from.
    pub clock: Clock,
    /// Why the clock can't be trusted with writing, if so.
    pub clock_doubt: Option<&'a str>,
    /// The config.
    pub settings: &'a Settings,
    /// Changes with every change of the config.
    pub config_hash: &'a str,
    /// The database of zones.
    pub zones: &'a Zones,
    /// This seawall.
    pub instance: &'a str,
    /// The accounts in config order.
    pub accounts: &'a [P],
    /// What is remembered.
    pub store: &'a Store,
    /// Whether to write.
    pub mode: Mode,
    /// All names of all calendars shall be listed, whatever was remembered: after a resume, say.
    pub thorough: bool,
    /// A span that is wanted besides the weeks that are planned anyway: for reports of other weeks.
    pub also: Option<Span>,
    /// When what was read becomes too old to write on, by [`Clock::running`]; none where it is read for this cycle alone.
    pub stale_at: Option<Duration>,
}

// By hand: a derive would ask the provider to be copied too.
impl<P> Clone for Context<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Context<'_, P> {}

/// Why there was no cycle.
#[derive(Debug, thiserror::Error)]
pub enum CycleError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A calendar service failed in the middle.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

impl<P> Context<'_, P> {
    /// Whether this cycle writes.
    pub fn writes(&self) -> bool {
        matches!(self.mode, Mode::Write(_))
    }

    /// What the user agreed to.
    pub fn consent(&self) -> Consent {
        match self.mode {
            Mode::Look => Consent::default(),
            Mode::Write(consent) => consent,
        }
    }

    /// Whether what was read is too old to write on by now.
    pub fn is_stale(&self) -> bool {
        self.stale_at.is_some_and(|at| self.clock.running() > at)
    }

    /// How text is read: from some weeks back, for summaries that wait for their last word, to the end of the horizon.
    pub fn lens(&self) -> Lens<'_> {
        let tz = &self.settings.policy.tz;
        let this = IsoWeek::at(self.now, tz);
        let first = this.plus(-WEEKS_BACK).span(tz).start;
        let last = this.plus(i64::from(self.settings.policy.horizon)).span(tz).start;
        let also = self.also.unwrap_or(Span::new(first, first));
        Lens { zones: self.zones, tz, window: Span::new(first.min(also.start), last.max(also.end)) }
    }

    /// The account that a calendar belongs to.
    pub fn provider(&self, calendar: &CalendarId) -> Option<&P> {
        let index = self.settings.accounts.iter().position(|account| account.name == calendar.account)?;
        self.accounts.get(index)
    }
}

/// Runs one cycle.
///
/// # Errors
/// Where the store fails, or a calendar service in the middle of a question; calendars that can't be read at all are
/// no error but part of the outcome.
pub async fn cycle<P: Provider>(cx: Context<'_, P>) -> Result<Outcome, CycleError> {
    let fetched = fetch::fetch(cx, cx.writes()).await?;
    // On the heap, for it is large.
    Box::pin(cycle_on(cx, &fetched)).await
}

/// Runs one cycle on what was fetched before: judges, plans, and writes where the mode says so. Whoever calls it
/// answers for how old that is; each object is looked at once more right before it is written.
///
/// # Errors
/// As [`cycle`].
pub async fn cycle_on<P: Provider>(cx: Context<'_, P>, fetched: &[Fetched]) -> Result<Outcome, CycleError> {
    let lens = cx.lens();
    let mut input = read::sort(fetched, lens);
    let mut memory = Memory::load(cx.store, lens.window.start, cx.now)?;
    gone::confirm(cx, &mut input, &memory.ledger).await?;
    let (owned, seen) = sort_out(cx, &mut input, &memory, lens);
    memory.recall(&owned, cx.instance, cx.now);
    let remembers = take_note(cx, &mut input, &owned, &mut memory)?;
    let mut halted = halt(cx, &input, &owned);
    if let Some(reason) = gone::gone(cx, &mut input, &owned, &mut memory, halted.is_some()).await? {
        halted.get_or_insert(reason);
    }
    input.warnings.extend(gone::unnamed(cx.settings, &owned, &memory.ledger, cx.now));

    let knowledge = Knowledge {
        now: cx.now,
        settings: cx.settings,
        also: cx.also,
        sources: &input.sources,
        owned: &owned,
        memory: &memory,
        has_strict: cx.settings.hold_calendar.as_ref().and_then(|home| cx.provider(home)).is_some_and(P::has_strict),
    };
    let decision = decide(knowledge, seen, cx.instance);
    let today = week::day_span(cx.settings.policy.tz.to_datetime(cx.now).date(), &cx.settings.policy.tz);
    let balances_before = cx.store.balances(8, IsoWeek::at(cx.now, &cx.settings.policy.tz))?;
    let notes = summarize::Notes {
        instance: cx.instance,
        balances: &balances_before,
        unread: &input.incomplete,
        refreshed_today: &refreshes(cx.store, today.start)?,
    };
    let mut changes = decision.changes.clone();
    changes.extend(summarize::changes(knowledge, &decision, notes));
    let balances = summarize::balances(knowledge, &decision, notes);
    let report = write::Report { halted, fetched, unread: &input.incomplete, today, remembers };
    let written = write::write(cx, lens, knowledge, &decision, changes, report).await?;

    if remembers {
        record::sightings(cx.store, knowledge, &decision.judged)?;
    }
    let holds = shown(&decision, &written.attempts);
    let failed = written.halted.is_some() || written.attempts.iter().any(|one| !one.applied);
    let partly = !input.incomplete.is_empty() || (cx.writes() && cx.settings.write && failed);
    input.warnings.extend(cx.settings.warnings.iter().map(Warning::new).chain(written.warnings));
    let outcome = Outcome {
        now: cx.now,
        tz: cx.settings.policy.tz.clone(),
        policy: cx.settings.policy.clone(),
        rows: decision.plan.weeks.iter().filter(|row| decision.weeks.contains(&row.week)).cloned().collect(),
        weeks: decision.weeks,
        sources: input.sources,
        judged: decision.judged,
        view: decision.view,
        before: decision.before,
        holds,
        blocks: decision.blocks,
        closed: memory.closed,
        balances,
        changes: written.attempts,
        warnings: input.warnings,
        halted: written.halted,
        unread: input.incomplete,
        logins: input.logins,
        partly,
        is_stale: written.is_stale,
    };
    if remembers {
        record::balance(cx.store, &outcome)?;
    }
    Ok(outcome)
}

/// Gives every object that looks like ours its standing, and takes what is not ours back into the input.
fn sort_out<P>(cx: Context<'_, P>, input: &mut Input, memory: &Memory, lens: Lens<'_>) -> (Vec<Owned>, Vec<Seen>) {
    let mut candidates = std::mem::take(&mut input.own);
    candidates.extend(gone::remembered(input, &memory.ledger));
    let emptied = decide::calendars(cx.settings, CalendarUse::only_emptied);
    let claims = Claims {
        instance: cx.instance,
        hold_calendar: cx.settings.hold_calendar.as_ref(),
        emptied: &emptied,
        ledger: &memory.ledger,
    };
    let mut owned = standings(candidates.iter().map(|one| one.object.clone()).collect(), claims);
    let mut seen = std::mem::take(&mut input.seen);
    for (candidate, one) in candidates.iter().zip(&mut owned) {
        if let (true, Standing::Other(marker)) = (cx.consent().take_over, &one.standing) {
            one.standing = Standing::Ours(marker.clone());
        }
        let Some(source) = candidate.source else { continue };
        let origin = one.origin();
        let expanded = expand(&candidate.components, lens.window, lens.zones, lens.tz);
        seen.extend(expanded.occurrences.into_iter().map(|(_, mut occurrence)| {
            occurrence.provenance.file = Some(candidate.object.href.as_str().into());
            Seen { source, occurrence, origin }
        }));
    }
    seen.sort_by_key(|one| one.source);
    input.warnings.extend(undefended(&owned, cx.now).map(Warning::new));
    (owned, seen)
}

/// Learns what a person's hand did to our objects, and stores it where this cycle remembers; whether it does.
fn take_note<P>(
    cx: Context<'_, P>,
    input: &mut Input,
    owned: &[Owned],
    memory: &mut Memory,
) -> Result<bool, StoreError> {
    // By a clock that is wrong much may seem long past: nothing is learnt by it, and nothing forgotten.
    let remembers = cx.writes() && cx.clock_doubt.is_none() && input.clock_doubt.is_none();
    let is_unread = |home: &CalendarId| input.incomplete.contains(&home.to_string());
    let is_known = !cx.settings.hold_calendar.as_ref().is_some_and(is_unread);
    let forgotten = if is_known { memory.forget_suspects(owned) } else { BTreeSet::new() };
    if !forgotten.is_empty() {
        input.warnings.push(Warning::new(format!(
            "the state was older than the calendar, and {} of what it remembered is gone: whether you deleted that nobody \
             knows, so holds may be written there again",
            forgotten.len()
        )));
    }
    let hand = hand::compare(&cx.settings.policy, owned, &memory.ledger, &memory.closed, memory.is_behind, cx.now);
    if remembers {
        cx.store.put_closed(&memory.closed)?;
        forgotten.iter().try_for_each(|uid| cx.store.remove_ledger(uid))?;
        // A new database asks the newest summary once, as one that is behind does, and keeps that it did after what it was
        // told; where the summary may be what was not read, it asks again.
        memory.keep(cx.store, is_known)?;
        // Closed before the row: a crash in between closes the same time again, which changes nothing.
        cx.store.put_closed(&hand.closed)?;
        for row in &hand.rows {
            cx.store.put_ledger(row)?;
        }
        for span in &hand.reopened {
            cx.store.remove_closed(*span)?;
        }
    }
    memory.closed.extend(hand.closed.iter().cloned());
    memory.closed.retain(|closed| !hand.reopened.contains(&closed.span));
    memory.sort_closed();
    hand.rows.into_iter().for_each(|row| memory.put(row));
    Ok(remembers)
}

/// What forbids every write, known before anything is decided.
fn halt<P>(cx: Context<'_, P>, input: &Input, owned: &[Owned]) -> Option<String> {
    if let Some(doubt) = cx.clock_doubt.or(input.clock_doubt.as_deref()) {
        return Some(doubt.to_owned());
    }
    if !cx.settings.write {
        return Some("write = false in the config: nothing is written".to_owned());
    }
    let Some(home) = &cx.settings.hold_calendar else {
        return Some("no calendar holds: give one of them use = \"hold\" or \"read+hold\"".to_owned());
    };
    if input.incomplete.contains(&home.to_string()) {
        return Some(format!("{home} was not read to the end, so nothing is written to it"));
    }
    decide::strangers(owned, cx.now).map(|(instance, calendar)| {
        format!(
            "another seawall (instance {instance}) writes to {calendar}; stop it, or take its holds over with \
             `seawall sync --take-over`"
        )
    })
}

/// How often each own object was refreshed since that instant.
fn refreshes(store: &Store, since: Timestamp) -> Result<BTreeMap<String, u32>, StoreError> {
    let mut out = BTreeMap::new();
    for write in store.log(1000, Some(since))?.iter().filter(|one| one.action == "update" && one.error.is_none()) {
        *out.entry(write.uid.clone()).or_default() += 1;
    }
    Ok(out)
}

/// The holds as a report shows them: with the UID they have or will have, and whether they are written so.
fn shown(decision: &Decision, attempts: &[Attempt]) -> Vec<ShownHold> {
    let weeks = &decision.weeks;
    decision
        .plan
        .holds
        .iter()
        .filter(|hold| weeks.contains(&hold.week))
        .map(|hold| {
            let attempt = attempts.iter().find(|one| match &hold.existing {
                Some(uid) => one.change.uid == *uid,
                None => one.change.target.is_none() && one.change.span() == hold.span,
            });
            let uid = hold.existing.clone().or_else(|| attempt.map(|one| one.change.uid.clone()));
            let written = attempt.map_or(hold.existing.is_some(), |one| one.applied);
            ShownHold { hold: hold.clone(), uid: uid.unwrap_or_default(), written }
        })
        .collect()
}
