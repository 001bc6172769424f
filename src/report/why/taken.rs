//! Why no hold can lie at a moment whatever the role: it is over, taken, away, off, closed or beyond what is planned.

use jiff::Timestamp;

use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::Outcome;
use crate::focus::busy::Counts;
use crate::focus::policy::hours_on;
use crate::focus::sight::Judged;
use crate::report::text::{clock, clocks, dated};

/// What stands against a hold.
pub(super) struct Taken {
    /// In whole sentences.
    pub(super) reasons: Vec<String>,
    /// One of them alone forbids any hold: nothing more need be asked.
    pub(super) decides: bool,
}

/// What stands against any hold at that moment.
pub(super) fn reasons(outcome: &Outcome, at: Timestamp) -> Taken {
    let firm: Vec<String> =
        [beyond(outcome, at), events(outcome, at), hours(outcome, at), closed(outcome, at), gone(outcome, at)].concat();
    let decides = !firm.is_empty();
    let mut reasons = firm;
    reasons.extend(
        of(outcome, at, Counts::Threat)
            .map(|one| format!("{} is not answered by you: it takes the time once you accept.", named(outcome, one))),
    );
    Taken { reasons, decides }
}

fn of(outcome: &Outcome, at: Timestamp, counts: Counts) -> impl Iterator<Item = &Judged> {
    outcome.judged.iter().filter(move |one| !one.own && one.verdict.counts == counts && one.taken().contains(at))
}

/// An occurrence as the user knows it.
pub(super) fn named(outcome: &Outcome, one: &Judged) -> String {
    let calendar = outcome.sources.get(one.source).map(|source| source.id.to_string()).unwrap_or_default();
    let time = if one.occurrence.all_day { "all day".to_owned() } else { clocks(one.taken(), &outcome.tz) };
    format!("`{}` ({time}, {calendar})", one.occurrence.details.title)
}

fn beyond(outcome: &Outcome, at: Timestamp) -> Vec<String> {
    let week = IsoWeek::at(at, &outcome.tz);
    match (outcome.weeks.first(), outcome.weeks.last()) {
        (Some(first), Some(last)) if week < *first || *last < week => {
            vec![format!("{week} is not planned: only {first} to {last} are.")]
        }
        _ => Vec::new(),
    }
}

fn events(outcome: &Outcome, at: Timestamp) -> Vec<String> {
    let say = |counts: Counts, words: &'static str| {
        of(outcome, at, counts).map(move |one| format!("{words}: {}: {}.", named(outcome, one), one.verdict.why))
    };
    say(Counts::Busy, "Busy")
        .chain(say(Counts::Focus, "Protected already"))
        .chain(say(Counts::Off, "A day off"))
        .collect()
}

fn hours(outcome: &Outcome, at: Timestamp) -> Vec<String> {
    let (policy, date) = (&outcome.policy, outcome.tz.to_datetime(at).date());
    let work = hours_on(&policy.work, date, &policy.tz);
    if !work.iter().any(|span| span.contains(at)) {
        let words: Vec<String> = work.iter().map(|span| clocks(span, &outcome.tz)).collect();
        if words.is_empty() {
            return vec!["You do not work on that day.".to_owned()];
        }
        return vec![format!("Outside your working hours ({}).", words.join(", "))];
    }
    if let Some(away) = hours_on(&policy.away, date, &policy.tz).iter().find(|span| span.contains(at)) {
        return vec![format!(
            "You are away from {} to {}.",
            clock(away.start, &outcome.tz),
            clock(away.end, &outcome.tz)
        )];
    }
    let named_off = of(outcome, at, Counts::Off).next().is_some();
    if !named_off && outcome.view.days_off.iter().any(|span| span.contains(at)) {
        return vec!["It lies before seawall's first cycle: that counts as a day off.".to_owned()];
    }
    Vec::new()
}

fn closed(outcome: &Outcome, at: Timestamp) -> Vec<String> {
    let here = outcome.closed.iter().filter(|closed| closed.span.contains(at));
    here.map(|closed| {
        format!(
            "Closed by you: you deleted or moved a hold of {} there ({}); `restore` opens it again.",
            closed.role,
            dated(closed.span, &outcome.tz)
        )
    })
    .collect()
}

fn gone(outcome: &Outcome, at: Timestamp) -> Vec<String> {
    if at < outcome.now { vec!["It is past: nothing is written there any more.".to_owned()] } else { Vec::new() }
}
