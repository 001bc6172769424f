//! The weekly summary within a cycle: the words for each week that has one, and what may be named in them.

use std::collections::BTreeMap;

use super::decide::{Decision, Knowledge};
use super::outcome::Balance;
use crate::balance::figures::Figures;
use crate::balance::text::{self, NamedEroder, Remarks, TrendWeek};
use crate::calendar::CalendarId;
use crate::calendar::week::IsoWeek;
use crate::focus::sight::{Judged, Source};
use crate::reconcile::change::Change;
use crate::reconcile::ledger::BalanceRecord;
use crate::reconcile::summary::{self, Desk, Words};

/// What a cycle knows for its summaries besides what it decided.
#[derive(Clone, Copy, Debug)]
pub struct Notes<'a> {
    /// This seawall.
    pub instance: &'a str,
    /// Balances of earlier weeks, oldest first.
    pub balances: &'a [(IsoWeek, BalanceRecord)],
    /// Calendars that were not read to the end.
    pub unread: &'a [String],
    /// Refreshes of a summary so far today, by UID.
    pub refreshed_today: &'a BTreeMap<String, u32>,
}

/// The balance of every week that the decision speaks of.
pub fn balances(knowledge: Knowledge<'_>, decision: &Decision, notes: Notes<'_>) -> Vec<Balance> {
    decision
        .figures
        .iter()
        .map(|figures| {
            let remarks = remarks(knowledge, decision, notes, figures, is_final(knowledge, figures.week));
            let policy = &knowledge.settings.policy;
            Balance {
                title: text::title(policy, figures),
                text: text::text(policy, figures, &remarks),
                figures: figures.clone(),
                remarks,
            }
        })
        .collect()
}

/// What happens to the summaries.
pub fn changes(knowledge: Knowledge<'_>, decision: &Decision, notes: Notes<'_>) -> Vec<Change> {
    let Some(calendar) = &knowledge.settings.hold_calendar else { return Vec::new() };
    let policy = &knowledge.settings.policy;
    let closed: Vec<_> =
        knowledge.memory.closed.iter().filter(|closed| closed.span.end > knowledge.now).cloned().collect();
    decision
        .figures
        .iter()
        .flat_map(|figures| {
            let words = Words {
                week: figures.week,
                title: text::title(policy, figures),
                text: text::text(policy, figures, &remarks(knowledge, decision, notes, figures, false)),
                final_text: text::text(policy, figures, &remarks(knowledge, decision, notes, figures, true)),
            };
            let desk = Desk {
                now: knowledge.now,
                tz: &policy.tz,
                settings: &knowledge.settings.summary,
                calendar,
                instance: notes.instance,
                owned: knowledge.owned,
                ledger: &knowledge.memory.ledger,
                complete: notes.unread.is_empty(),
                refreshed_today: refreshed(knowledge, calendar, figures.week, notes),
                first_cycle: knowledge.memory.first_cycle.unwrap_or(knowledge.now),
                closed: &closed,
            };
            summary::changes(desk, &words)
        })
        .collect()
}

fn refreshed(knowledge: Knowledge<'_>, calendar: &CalendarId, week: IsoWeek, notes: Notes<'_>) -> u32 {
    let owned = summary::of_week(knowledge.owned, calendar, week);
    owned.and_then(|owned| notes.refreshed_today.get(&owned.object.uid)).copied().unwrap_or_default()
}

fn is_final(knowledge: Knowledge<'_>, week: IsoWeek) -> bool {
    knowledge.now >= knowledge.settings.summary.due(week, &knowledge.settings.policy.tz)
}

fn remarks(
    knowledge: Knowledge<'_>,
    decision: &Decision,
    notes: Notes<'_>,
    figures: &Figures,
    is_final: bool,
) -> Remarks {
    let mut trend: Vec<TrendWeek> = notes
        .balances
        .iter()
        .filter(|(week, _)| *week < figures.week && *week >= figures.week.plus(-3))
        .map(|(week, balance)| TrendWeek { week: *week, protected: balance.protected, meetings: balance.meetings })
        .collect();
    trend.push(TrendWeek { week: figures.week, protected: figures.protected, meetings: figures.meeting_minutes });
    Remarks { eroders: eroders(knowledge, decision, figures), trend, unread: notes.unread.to_vec(), is_final }
}

/// What took the blocks of the week, the most costly first; a series counts as one for each of its instances.
fn eroders(knowledge: Knowledge<'_>, decision: &Decision, figures: &Figures) -> Vec<NamedEroder> {
    let policy = &knowledge.settings.policy;
    let span = figures.week.span(&policy.tz);
    let mut out: Vec<NamedEroder> = decision
        .blocks
        .iter()
        .filter(|one| {
            span.contains(one.block.span.start) && policy.roles.get(one.block.role).is_some_and(|role| role.holds)
        })
        .flat_map(|one| &one.eroded_by)
        .map(|by| {
            let judged = &decision.judged[by.judged];
            let start = policy.tz.to_datetime(judged.occurrence.span.start);
            NamedEroder {
                title: public_title(judged, knowledge.sources, knowledge.settings.hold_calendar.as_ref()),
                when: start.strftime("%a %H:%M").to_string(),
                minutes: by.minutes,
                cause: by.cause,
                lead: by.lead,
            }
        })
        .collect();
    out.sort_by(|a, b| (b.minutes, &a.when, &a.title).cmp(&(a.minutes, &b.when, &b.title)));
    out
}

/// The title as it may be written to a calendar: only meetings of that calendar's account are named, and none of a
/// private calendar.
pub fn public_title(judged: &Judged, sources: &[Source], calendar: Option<&CalendarId>) -> String {
    let source = &sources[judged.source];
    let same_account = calendar.is_some_and(|calendar| calendar.account == source.id.account);
    if same_account && !source.private { judged.occurrence.details.title.clone() } else { PRIVATE.to_owned() }
}

/// What an event is called where its title is not to be told.
pub const PRIVATE: &str = "private appointment";
