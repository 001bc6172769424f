//! What the user may want to be told at once: blocks that eroded or are lost, accounts that need a login, the weekly
//! summary. Told once each; pure: what was told before is an argument.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::calendar::time::Span;
use crate::config::settings::NoticeKind;
use crate::cycle::outcome::Outcome;
use crate::focus::assess::Assessment;
use crate::focus::erosion::Level;
use crate::focus::policy::{Minutes, hours};
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
pub fn notices(outcome: &Outcome, told: &mut BTreeSet<String>) -> Vec<Notice> {
    let mut out = Vec::new();
    let mut current = BTreeSet::new();
    let mut fresh = |key: String| {
        let is_new = !told.contains(&key);
        current.insert(key);
        is_new
    };
    for (kind, levels) in [
        (NoticeKind::Erosion, [Level::Nibbled, Level::Eroded].as_slice()),
        (NoticeKind::Loss, [Level::Lost].as_slice()),
    ] {
        let upcoming = outcome.blocks.iter().filter(|one| one.block.span.end > outcome.now);
        let affected = upcoming.filter(|one| levels.contains(&one.level));
        let news: Vec<&Assessment> = affected.filter(|one| fresh(key(kind, one))).collect();
        out.extend((!news.is_empty()).then(|| of_blocks(kind, &news, outcome)));
    }
    let logins: Vec<String> =
        outcome.logins.iter().filter(|account| fresh(format!("login {account}"))).cloned().collect();
    if !logins.is_empty() {
        let message = format!("needs a login or another password: {}", logins.join(", "));
        out.push(Notice { accounts: logins, ..notice(NoticeKind::Login, message, outcome) });
    }
    out.extend(summaries(outcome));
    *told = current;
    out
}

fn notice(kind: NoticeKind, message: String, outcome: &Outcome) -> Notice {
    let (at, tz) = (outcome.now, outcome.tz.clone());
    Notice { kind, at, tz, message, blocks: Vec::new(), accounts: Vec::new(), text: None }
}

/// Names what is told of a block: it is news again where more of it is gone.
fn key(kind: NoticeKind, one: &Assessment) -> String {
    let kept = if kind == NoticeKind::Loss { 0 } else { one.kept };
    format!("{} {} {} {kept}", kind.word(), one.block.span.start, one.block.name)
}

fn of_blocks(kind: NoticeKind, news: &[&Assessment], outcome: &Outcome) -> Notice {
    let blocks: Vec<ErodedBlock> = news.iter().map(|one| eroded(one, outcome)).collect();
    let line = |block: &ErodedBlock| {
        let when = block.span.start.to_zoned(outcome.tz.clone()).strftime("%a %d %b %H:%M").to_string();
        match kind {
            NoticeKind::Loss => format!("{}, {when}: nothing is left", block.name),
            _ => format!("{}, {when}: {} of {} is left", block.name, hours(block.kept), hours(block.planned)),
        }
    };
    let message = blocks.iter().map(line).collect::<Vec<_>>().join("\n");
    Notice { blocks, ..notice(kind, message, outcome) }
}

fn eroded(one: &Assessment, outcome: &Outcome) -> ErodedBlock {
    let judged = one.eroded_by.iter().filter_map(|by| outcome.judged.get(by.judged));
    ErodedBlock {
        name: one.block.name.clone(),
        span: one.block.span,
        planned: one.planned,
        kept: one.kept,
        by: judged.map(|judged| judged.occurrence.details.title.clone()).collect(),
    }
}

/// Summaries that were written for the last time by this cycle.
fn summaries(outcome: &Outcome) -> impl Iterator<Item = Notice> {
    let finals = outcome.changes.iter().filter(|one| one.applied && one.change.key.kind == Kind::Summary);
    finals.filter_map(|one| {
        let content = one.change.content.as_ref().filter(|content| content.notes.is_final)?;
        let text = Some(content.text.clone());
        Some(Notice { text, ..notice(NoticeKind::Summary, content.title.clone(), outcome) })
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
