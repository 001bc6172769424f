//! What the user may want to be told at once: blocks that eroded or are lost, accounts that need a login, the weekly
//! summary. Told once each; pure: what was told before is an argument.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::told::{Telling, Told};
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;
use crate::config::settings::NoticeKind;
use crate::cycle::outcome::Outcome;
use crate::cycle::summarize::PRIVATE;
use crate::focus::assess::Assessment;
use crate::focus::erosion::Level;
use crate::focus::policy::{Minutes, hours};
use crate::focus::sight::Judged;
use crate::reconcile::key::Kind;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// When the daemon saw it.
    pub at: Timestamp,
    /// The user's zone.
    pub tz: TimeZone,
    /// The same in words, without titles of meetings or names of people.
    pub message: String,
    /// The blocks, where it is about some.
    pub blocks: Vec<ErodedBlock>,
    /// The accounts, where it is about some.
    pub accounts: Vec<String>,
    /// The text of the summary, where it is one; names meetings.
    pub text: Option<String>,
}

/// A block that lost time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErodedBlock {
    /// Its name.
    pub name: String,
    /// When.
    pub span: Span,
    /// Its minutes after days off.
    pub planned: Minutes,
    /// What is left.
    pub kept: Minutes,
    /// Titles of what took the rest.
    pub by: Vec<String>,
}

/// The notices of an outcome that were not told before. `told` is brought up to date: what is over leaves it.
pub fn notices(outcome: &Outcome, told: &mut Told) -> Vec<Notice> {
    let mut out = Vec::new();
    let mut telling = Telling::new(told, IsoWeek::at(outcome.now, &outcome.tz));
    let is_sure = outcome.unread.is_empty();
    let upcoming = outcome.blocks.iter().filter(|one| one.block.span.end > outcome.now);
    // Nothing left is more than all that was lost before, whatever a day off made of the block meanwhile.
    let lost = |one: &Assessment| if one.level == Level::Lost { Minutes::MAX } else { one.eroded };
    let mut is_news = |one: &&Assessment| telling.of_block(one.block.span.start, &one.block.name, lost(one), is_sure);
    let news: Vec<&Assessment> = upcoming.filter(|one| is_news(one)).collect();
    for (kind, is_lost) in [(NoticeKind::Erosion, false), (NoticeKind::Loss, true)] {
        let such: Vec<&Assessment> = news.iter().copied().filter(|one| (one.level == Level::Lost) == is_lost).collect();
        out.extend((!such.is_empty()).then(|| of_blocks(kind, &such, outcome)));
    }
    for id in &outcome.unread {
        id.match_indices('/').for_each(|(end, _)| telling.keep_login(&id[..end]));
    }
    let logins: Vec<String> = outcome.logins.iter().filter(|account| telling.of_login(account)).cloned().collect();
    if !logins.is_empty() {
        let message = words_of_accounts(&logins);
        out.push(Notice { accounts: logins, ..notice(NoticeKind::Login, message, outcome) });
    }
    let finals = final_summaries(outcome).filter(|(week, _)| telling.of_summary(*week));
    out.extend(finals.map(|(_, notice)| notice));
    *told = telling.done();
    out
}

fn notice(kind: NoticeKind, message: String, outcome: &Outcome) -> Notice {
    let (at, tz) = (outcome.now, outcome.tz.clone());
    Notice { kind, at, tz, message, blocks: Vec::new(), accounts: Vec::new(), text: None }
}

fn of_blocks(kind: NoticeKind, news: &[&Assessment], outcome: &Outcome) -> Notice {
    let blocks: Vec<ErodedBlock> = news.iter().map(|one| eroded(one, outcome)).collect();
    let message = words_of_blocks(kind, &blocks, &outcome.tz);
    Notice { blocks, ..notice(kind, message, outcome) }
}

fn words_of_blocks(kind: NoticeKind, blocks: &[ErodedBlock], tz: &TimeZone) -> String {
    let line = |block: &ErodedBlock| {
        let when = block.span.start.to_zoned(tz.clone()).strftime("%a %d %b %H:%M").to_string();
        match kind {
            NoticeKind::Loss => format!("{}, {when}: nothing is left", block.name),
            _ => format!("{}, {when}: {} of {} is left", block.name, hours(block.kept), hours(block.planned)),
        }
    };
    blocks.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn words_of_accounts(accounts: &[String]) -> String {
    format!("needs a login or another password: {}", accounts.join(", "))
}

fn eroded(one: &Assessment, outcome: &Outcome) -> ErodedBlock {
    let judged = one.eroded_by.iter().filter_map(|by| outcome.judged.get(by.judged));
    // What a calendar keeps private is named to no program, whatever it may be told of others.
    let is_private = |judged: &Judged| outcome.sources.get(judged.source).is_none_or(|source| source.private);
    let title = |judged: &Judged| {
        if is_private(judged) { PRIVATE.to_owned() } else { judged.occurrence.details.title.clone() }
    };
    ErodedBlock {
        name: one.block.name.clone(),
        span: one.block.span,
        planned: one.planned,
        kept: one.kept,
        by: judged.map(title).collect(),
    }
}

/// Summaries that have had their last word and that this cycle wrote. It may do so several times: closed time is kept in
/// them too.
fn final_summaries(outcome: &Outcome) -> impl Iterator<Item = (IsoWeek, Notice)> {
    let written = outcome.changes.iter().filter(|one| one.applied && one.change.key.kind == Kind::Summary);
    written.filter_map(|one| {
        let content = one.change.content.as_ref().filter(|content| content.notes.is_final)?;
        let text = Some(content.text.clone());
        Some((one.change.key.week, Notice { text, ..notice(NoticeKind::Summary, content.title.clone(), outcome) }))
    })
}

#[derive(Serialize)]
struct NoticeShape<'a> {
    event: &'static str,
    at: String,
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<BlockShape>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    accounts: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct BlockShape {
    name: String,
    start: String,
    end: String,
    planned_minutes: Minutes,
    kept_minutes: Minutes,
    #[serde(skip_serializing_if = "Option::is_none")]
    eroded_by: Option<Vec<String>>,
}

impl Notice {
    /// This one and a later one of its kind in one, for who could not be told of this at once; of a block only the last
    /// word.
    pub(super) fn and(mut self, later: Self) -> Self {
        let is_again =
            |one: &ErodedBlock| later.blocks.iter().any(|new| (new.span, &new.name) == (one.span, &one.name));
        self.blocks.retain(|one| !is_again(one));
        self.accounts.retain(|one| !later.accounts.contains(one));
        let blocks = [self.blocks, later.blocks].concat();
        let accounts = [self.accounts, later.accounts].concat();
        let message = match (blocks.as_slice(), accounts.as_slice()) {
            ([], []) => format!("{}\n{}", self.message, later.message),
            ([], accounts) => words_of_accounts(accounts),
            (blocks, _) => words_of_blocks(later.kind, blocks, &later.tz),
        };
        let text: Vec<String> = self.text.into_iter().chain(later.text).collect();
        let text = (!text.is_empty()).then(|| text.join("\n\n"));
        Self { message, blocks, accounts, text, kind: later.kind, at: later.at, tz: later.tz }
    }

    /// The document that a program is given; titles of meetings only where they are asked for.
    pub fn json(&self, with_titles: bool) -> String {
        let instant = |at: Timestamp| at.display_with_offset(self.tz.to_offset(at)).to_string();
        let block = |block: &ErodedBlock| BlockShape {
            name: block.name.clone(),
            start: instant(block.span.start),
            end: instant(block.span.end),
            planned_minutes: block.planned,
            kept_minutes: block.kept,
            eroded_by: with_titles.then(|| block.by.clone()),
        };
        let shape = NoticeShape {
            event: self.kind.word(),
            at: instant(self.at),
            message: &self.message,
            blocks: self.blocks.iter().map(block).collect(),
            accounts: &self.accounts,
            text: self.text.as_deref().filter(|_| with_titles),
        };
        // Plain values never fail to serialise.
        serde_json::to_string(&shape).unwrap_or_default()
    }
}
