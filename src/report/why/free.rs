//! Why a moment that is free has no hold: for each role that holds, the first thing that stands against it.

use jiff::Timestamp;

use super::taken::named;
use crate::balance::text::hours;
use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week::{self, IsoWeek};
use crate::cycle::outcome::Outcome;
use crate::focus::policy::{Role, hours_on};
use crate::focus::view::later;
use crate::report::roles::hold_name;
use crate::report::text::{clock, clocks};

/// A reason for each role that holds; the same reason once.
pub(super) fn reasons(outcome: &Outcome, at: Timestamp) -> Vec<String> {
    let holding: Vec<(usize, &Role)> = outcome.policy.roles.iter().enumerate().filter(|(_, role)| role.holds).collect();
    let all: Vec<(String, &str)> =
        holding.iter().map(|(index, role)| (reason(outcome, at, *index, role), role.name.as_str())).collect();
    match all.as_slice() {
        [] => vec!["No role in the config holds.".to_owned()],
        [(first, _), rest @ ..] if rest.iter().all(|(reason, _)| reason == first) => vec![capital(first)],
        _ => all.iter().map(|(reason, role)| format!("{role}: {reason}")).collect(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn reason(outcome: &Outcome, at: Timestamp, index: usize, role: &Role) -> String {
    let place = Place { outcome, at, index, role };
    place
        .recovery()
        .or_else(|| place.other_block())
        .or_else(|| place.short_run())
        .or_else(|| place.too_soon())
        .or_else(|| place.beside_hold())
        .or_else(|| place.not_allowed())
        .or_else(|| place.target_reached())
        .or_else(|| place.day_full())
        .unwrap_or_else(|| {
            "free, but not needed here: the plan protects as much or more elsewhere in the week with fewer changes."
                .to_owned()
        })
}

/// One role at one moment.
struct Place<'a> {
    outcome: &'a Outcome,
    at: Timestamp,
    index: usize,
    role: &'a Role,
}

impl Place<'_> {
    fn day(&self) -> Span {
        week::day_span(self.outcome.tz.to_datetime(self.at).date(), &self.outcome.tz)
    }

    fn clocks(&self, span: Span) -> String {
        clocks(span, &self.outcome.tz)
    }

    /// The free run of the day that the moment lies in.
    fn run(&self) -> Option<Span> {
        let date = self.outcome.tz.to_datetime(self.at).date();
        let runs = self.outcome.view.free_runs(&self.outcome.policy, date, self.role.session.recovery);
        runs.iter().find(|run| run.contains(self.at))
    }

    fn recovery(&self) -> Option<String> {
        let recovery = self.role.session.recovery;
        let after = |end: Timestamp| Span::new(end, later(end, recovery));
        let meetings = self.outcome.judged.iter().filter(|one| one.busy_meeting());
        let one = meetings.filter(|one| after(one.taken().end).contains(self.at)).max_by_key(|one| one.taken().end)?;
        let until = clock(after(one.taken().end).end, &self.outcome.tz);
        Some(format!("recovery after {} until {until} ({}).", named(self.outcome, one), hours(recovery)))
    }

    fn other_block(&self) -> Option<String> {
        let others = self.outcome.blocks.iter().filter(|one| one.block.role != self.index);
        let found = others.into_iter().find(|one| one.block.parts.iter().any(|part| part.contains(self.at)))?;
        let whose = self.outcome.role_name(Some(found.block.role)).unwrap_or("another role");
        let block = &found.block;
        Some(format!("`{}` ({}) is kept for {whose}.", block.name, self.clocks(block.span)))
    }

    fn short_run(&self) -> Option<String> {
        let (run, least) = (self.run()?, self.role.session.min_session);
        (run.minutes() < least).then(|| {
            format!(
                "too short: the free run {} has {}, and a session needs {}.",
                self.clocks(run),
                hours(run.minutes()),
                hours(least)
            )
        })
    }

    /// Holds and the break around them, closed time, blocks of others, leave of the run less than a session.
    fn beside_hold(&self) -> Option<String> {
        let (outcome, rules) = (self.outcome, &self.role.session);
        let run = self.run()?;
        let with_break =
            |span: Span| Span::new(later(span.start, -rules.break_between), later(span.end, rules.break_between));
        let holds = outcome.holds.iter().map(|one| one.hold.span);
        let taken: SpanSet = holds.chain(outcome.view.own_focus.iter().map(|own| own.span)).map(with_break).collect();
        let others = outcome.blocks.iter().filter(|one| one.block.role != self.index);
        let closed: SpanSet = others
            .flat_map(|one| one.block.parts.iter())
            .chain(outcome.closed.iter().map(|closed| closed.span))
            .collect();
        let left = SpanSet::from(run).minus(&taken).minus(&closed);
        let Some(piece) = left.iter().find(|piece| piece.contains(self.at)) else {
            let near = outcome.holds.iter().find(|one| with_break(one.hold.span).contains(self.at));
            let name = near.map_or("your own focus event".to_owned(), |one| {
                format!("`{}` ({})", hold_name(outcome, &one.hold), self.clocks(one.hold.span))
            });
            return Some(format!("break: {} is kept around {name}.", hours(rules.break_between)));
        };
        (piece.minutes() < rules.min_session).then(|| {
            format!(
                "too short: beside the holds {} has {}, and a session needs {}.",
                self.clocks(piece),
                hours(piece.minutes()),
                hours(rules.min_session)
            )
        })
    }

    fn too_soon(&self) -> Option<String> {
        let notice = self.role.session.notice;
        let earliest = later(self.outcome.now, notice);
        let run = self.run()?;
        if self.at < earliest {
            return Some(format!(
                "too soon: no hold starts before {} ({} from now).",
                clock(earliest, &self.outcome.tz),
                hours(notice)
            ));
        }
        let left = Span::new(earliest.max(run.start), run.end);
        (left.minutes() < self.role.session.min_session).then(|| {
            format!(
                "too late: from {} on the free run leaves {}, and a session needs {}.",
                clock(left.start, &self.outcome.tz),
                hours(left.minutes()),
                hours(self.role.session.min_session)
            )
        })
    }

    fn not_allowed(&self) -> Option<String> {
        let allowed = self.role.allowed.as_ref()?;
        let date = self.outcome.tz.to_datetime(self.at).date();
        let mine = self.outcome.blocks.iter().filter(|one| one.block.role == self.index);
        let in_block = mine.into_iter().any(|one| one.block.parts.iter().any(|part| part.contains(self.at)));
        let inside = hours_on(allowed, date, &self.outcome.tz).iter().any(|span| span.contains(self.at));
        (!in_block && !inside).then(|| "outside the hours where it may be won back (`allowed`).".to_owned())
    }

    fn target_reached(&self) -> Option<String> {
        let week = IsoWeek::at(self.at, &self.outcome.tz);
        let row = self.outcome.rows.iter().find(|row| row.week == week && row.role == self.index)?;
        // The objective's second value is the target itself where the week comes close enough to it.
        let (reached, total) = (row.objective[1], row.objective[2]);
        if reached < row.target {
            return None;
        }
        let (have, want) = (hours(total), hours(row.target));
        let near = if total < row.target { "; what is missing is less than half a session" } else { "" };
        Some(format!("the target of the week is reached: {have} of {want}{near}."))
    }

    fn day_full(&self) -> Option<String> {
        let (day, rules) = (self.day(), &self.role.session);
        let holds = self.outcome.holds.iter().map(|one| one.hold.span);
        let own = self.outcome.view.own_focus.iter().map(|own| own.span);
        let held = holds.chain(own).collect::<SpanSet>().within(day).minutes();
        (held + rules.min_session > rules.daily_max)
            .then(|| format!("the day is full: {} of at most {} are held.", hours(held), hours(rules.daily_max)))
    }
}
