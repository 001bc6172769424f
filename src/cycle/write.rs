//! The guards and then the writes of a cycle, in order: what is held back and why, and what came of the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{self, ApplyError, Tools};
use super::decide::{Decision, Knowledge};
use super::fetch::{self, Fetched};
use super::memory;
use super::outcome::Attempt;
use super::read::Lens;
use super::record;
use super::run::{Context, CycleError};
use super::warning::Warning;
use crate::calendar::CalendarId;
use crate::calendar::time::Span;
use crate::provider::{ErrorKind, Provider};
use crate::reconcile::change::{Action, Change};
use crate::reconcile::guard::{self, Breaker};
use crate::reconcile::holds;
use crate::store::{Store, StoreError};

/// So many writes in a row that were not read back as sent make a calendar unfit.
const STRIKES_MAX: u32 = 2;

/// What is known about the cycle when writing begins.
#[derive(Debug)]
pub struct Report<'a> {
    /// Why nothing may be written.
    pub halted: Option<String>,
    /// What was fetched for it.
    pub fetched: &'a [Fetched],
    /// Calendars that were not read to the end.
    pub unread: &'a [String],
    /// The local day of the cycle.
    pub today: Span,
    /// What the cycle finds out is kept: it writes, and the clock is right.
    pub remembers: bool,
}

/// What writing came to.
#[derive(Debug, Default)]
pub struct Written {
    /// What was tried, in order, then what was held back.
    pub attempts: Vec<Attempt>,
    /// Why nothing was written.
    pub halted: Option<String>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// What was read became too old before all was written.
    pub is_stale: bool,
}

/// Holds back what may not happen now, and applies the rest.
///
/// # Errors
/// Where the store fails; a change that was not applied is no error but part of the answer.
pub async fn write<P: Provider>(
    cx: Context<'_, P>,
    lens: Lens<'_>,
    knowledge: Knowledge<'_>,
    decision: &Decision,
    mut changes: Vec<Change>,
    report: Report<'_>,
) -> Result<Written, CycleError> {
    let mut out = Written { halted: report.halted, ..Written::default() };
    let home_unread = cx.settings.hold_calendar.as_ref().is_some_and(|home| report.unread.contains(&home.to_string()));
    if out.halted.is_some() && home_unread {
        // What lies there is not known, so what would be made or changed is not either.
        changes.clear();
    }
    holds::sort(&mut changes);
    // While something was not read there are only yields, and what is thought to move may not once all is read. And where
    // something else stops everything, of that alone the user is told: an alarm that nobody heard of is none.
    if report.unread.is_empty() && out.halted.is_none() {
        out.halted = alarm(cx, knowledge, decision, &changes, report.remembers)?;
    }
    if let Some(home) = &cx.settings.hold_calendar
        && strikes(cx.store, home)? >= STRIKES_MAX
    {
        out.halted.get_or_insert(format!(
            "{home} did not keep what was written to it, twice: nothing more is written there until \
             `seawall check --write-test` passes"
        ));
    }
    if !cx.writes() || out.halted.is_some() {
        out.attempts = changes.into_iter().map(|change| untried(change, None)).collect();
        return Ok(out);
    }
    let mut waiting = Vec::new();
    if !report.unread.is_empty() {
        let split = guard::only_yields(changes);
        changes = split.go;
        waiting
            .extend(split.wait.into_iter().map(|change| untried(change, Some("a calendar was not read to the end"))));
    }
    changes = guard::with_room(changes);
    holds::sort(&mut changes);
    let split = guard::within_budget(changes, room(cx, report.today)?);
    waiting.extend(split.wait.into_iter().map(|change| untried(change, Some("waits: the budget of writes is spent"))));
    let all = apply_all(cx, lens, split.go, &mut out).await?;
    let mut written: BTreeMap<&CalendarId, BTreeSet<String>> = BTreeMap::new();
    for change in out.attempts.iter().filter(|one| one.applied).map(|one| &one.change) {
        let name = change.target.as_ref().map_or_else(|| format!("{}.ics", change.uid), |target| target.href.clone());
        written.entry(&change.calendar).or_default().insert(name);
    }
    for (calendar, names) in written {
        fetch::settle(cx, calendar, names, report.fetched).await?;
    }
    if all && waiting.is_empty() {
        memory::keep_config(cx.store, cx.config_hash)?;
    }
    if !waiting.is_empty() {
        out.warnings.push(Warning::new(format!("{} changes wait for a later cycle.", waiting.len())));
    }
    out.attempts.extend(waiting);
    Ok(out)
}

/// How many changes the budget leaves. A take-over has to be whole, or neither of the two seawalls goes on.
fn room<P>(cx: Context<'_, P>, today: Span) -> Result<usize, StoreError> {
    if cx.consent().take_over {
        return Ok(usize::MAX);
    }
    let used = cx.store.writes_between(today.start, today.end)? as usize;
    let limits = cx.settings.limits;
    Ok(limits.writes_per_cycle.min(limits.writes_per_day.saturating_sub(used)))
}

fn untried(change: Change, why: Option<&str>) -> Attempt {
    Attempt { change, applied: false, error: why.map(str::to_owned) }
}

/// The mass-change breaker. What follows from a changed config is no alarm.
fn alarm<P>(
    cx: Context<'_, P>,
    knowledge: Knowledge<'_>,
    decision: &Decision,
    changes: &[Change],
    remembers: bool,
) -> Result<Option<String>, StoreError> {
    let memory = knowledge.memory;
    let config_changed = memory.config.as_deref().is_some_and(|hash| hash != cx.config_hash);
    let future = guard::future_holds(&memory.ledger, cx.now);
    let verdict = if config_changed || cx.consent().take_over {
        Breaker::Calm
    } else {
        guard::mass_change(changes, future, &decision.blockers, memory.alarm.as_ref(), cx.now)
    };
    let alarm = match &verdict {
        Breaker::Hold(alarm) => Some(alarm),
        Breaker::Calm | Breaker::Confirmed => None,
    };
    if remembers && alarm != memory.alarm.as_ref() {
        memory::keep_alarm(cx.store, alarm)?;
    }
    Ok(alarm.map(|alarm| {
        format!(
            "more than half of the future holds would go or move though nothing that was read takes their time: nothing \
             is written. If a complete read 15 min after {} says the same, it goes on",
            alarm.since.to_zoned(cx.settings.policy.tz.clone()).strftime("%H:%M")
        )
    }))
}

/// Applies changes in order; true where all were. A calendar that no longer holds must be empty before the other
/// one is filled, so nothing is created after a failed delete elsewhere.
async fn apply_all<P: Provider>(
    cx: Context<'_, P>,
    lens: Lens<'_>,
    changes: Vec<Change>,
    out: &mut Written,
) -> Result<bool, CycleError> {
    let home = cx.settings.hold_calendar.as_ref();
    let (mut all, mut blocked): (bool, Option<String>) = (true, None);
    for change in changes {
        if blocked.is_none() && cx.is_stale() {
            (all, out.is_stale) = (false, true);
            blocked = Some("waits: what was read is too old by now, and is read again first".to_owned());
        }
        if let Some(reason) = &blocked {
            out.attempts.push(untried(change, Some(reason)));
            continue;
        }
        let Some(provider) = cx.provider(&change.calendar) else { continue };
        let tools = Tools {
            provider,
            store: cx.store,
            now: cx.now,
            instance: cx.instance,
            take_over: cx.consent().take_over,
            pinned_too: false,
            lens,
        };
        let result = apply::apply(tools, &change).await;
        count_strikes(cx.store, &change, &result)?;
        let error = result.as_ref().err().map(ToString::to_string);
        record::write(cx, &change, error.clone())?;
        all &= error.is_none();
        blocked = match result {
            Err(ApplyError::Store(error)) => return Err(error.into()),
            Err(ApplyError::Provider(error))
                if matches!(error.kind, ErrorKind::ReadOnly | ErrorKind::Login | ErrorKind::Unavailable) =>
            {
                Some(format!("not tried: {error}"))
            }
            Err(ApplyError::ReadBack(_)) => Some("not tried: the calendar does not keep what is written".to_owned()),
            Err(_) if change.action == Action::Delete && home != Some(&change.calendar) => {
                Some(format!("not tried: {} is not empty yet", change.calendar))
            }
            Ok(()) | Err(_) => None,
        };
        out.attempts.push(Attempt { change, applied: error.is_none(), error });
    }
    Ok(all)
}

fn strikes_name(calendar: &CalendarId) -> String {
    format!("strikes {calendar}")
}

/// How many writes in a row the calendar did not keep as sent.
fn strikes(store: &Store, calendar: &CalendarId) -> Result<u32, StoreError> {
    Ok(store.meta(&strikes_name(calendar))?.and_then(|text| text.parse().ok()).unwrap_or_default())
}

fn count_strikes(store: &Store, change: &Change, result: &Result<(), ApplyError>) -> Result<(), StoreError> {
    let before = strikes(store, &change.calendar)?;
    match result {
        Err(ApplyError::ReadBack(_)) => set_strikes(store, &change.calendar, before + 1),
        Ok(()) if before > 0 && change.action != Action::Delete => set_strikes(store, &change.calendar, 0),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Sets how many writes in a row the calendar did not keep; 0 once a write test has passed.
///
/// # Errors
/// Where the store fails.
pub fn set_strikes(store: &Store, calendar: &CalendarId, strikes: u32) -> Result<(), StoreError> {
    store.set_meta(&strikes_name(calendar), (strikes > 0).then(|| strikes.to_string()).as_deref())
}
