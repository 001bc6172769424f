//! The summary in words: a title, and plain lines of at most 60 characters. Names only what the reader of the
//! calendar it is written to may know; the caller says which titles those are.

use std::fmt::Write as _;

use super::figures::Figures;
use crate::calendar::own::{one_line, plain};
use crate::focus::arrival::Cause;
pub use crate::focus::policy::hours;
use crate::focus::policy::{Minutes, Policy};

/// The most characters of the body.
const TEXT_MAX: usize = 3000;
/// The most characters of a line.
const LINE_MAX: usize = 60;
/// The most eroders that are named.
const ERODERS_MAX: usize = 8;

/// What took focus, as the summary may say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedEroder {
    /// Its title, or `private appointment`.
    pub title: String,
    /// The day in words: `Mon 10:00`.
    pub when: String,
    /// How much it took of the blocks.
    pub minutes: Minutes,
    /// What brought it.
    pub cause: Cause,
    /// From its arrival to its start.
    pub lead: Option<Minutes>,
}

/// A week of the trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendWeek {
    /// Which week.
    pub week: crate::calendar::week::IsoWeek,
    /// Minutes protected.
    pub protected: Minutes,
    /// Minutes in meetings.
    pub meetings: Minutes,
}

/// What the summary says besides the figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// What took focus, the most costly first.
    pub eroders: Vec<NamedEroder>,
    /// Up to four weeks, the newest last.
    pub trend: Vec<TrendWeek>,
    /// Calendars that could not be read to the end.
    pub unread: Vec<String>,
    /// The week is over and this is its last word.
    pub is_final: bool,
}

/// `Week 47: 9 h 30 of 12 h deep work · 14 h meetings · 2 blocks eroded`.
pub fn title(policy: &Policy, figures: &Figures) -> String {
    let mut out = format!("Week {}: ", figures.week.number());
    if let Some(first) = policy.first_holding().and_then(|index| figures.roles.get(index)) {
        let name = policy.roles.get(first.role).map_or("focus", |role| role.name.as_str());
        let _ = match first.target {
            Some(target) => write!(out, "{} of {} {}", hours(first.minutes), hours(target), work(name)),
            None => write!(out, "{} {}", hours(first.minutes), work(name)),
        };
        out.push_str(" · ");
    }
    let _ = write!(out, "{} meetings", hours(figures.meeting_minutes));
    let _ = write!(out, " · {} eroded", count(figures.blocks_eroded, "block"));
    one_line(&out)
}

/// The body.
pub fn text(policy: &Policy, figures: &Figures, remarks: &Remarks) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.push(if remarks.is_final { "The week as it was.".into() } else { "The week so far and as planned.".into() });
    for unread in &remarks.unread {
        lines.push(format!("Not read: {unread}."));
    }
    lines.push(String::new());
    for one in &figures.roles {
        let Some(role) = policy.roles.get(one.role) else { continue };
        let of = one.target.map_or(String::new(), |target| format!(" of {}", hours(target)));
        lines.push(format!("{}: {}{of}", role.name, hours(one.minutes)));
    }
    lines.push(String::new());
    lines.push(format!("Blocks planned: {}", hours(figures.planned)));
    lines.push(format!("Blocks kept free: {}", hours(figures.kept)));
    lines.push(format!("Blocks eroded: {}", figures.blocks_eroded));
    lines.push(format!("Protected: {}, won back of it: {}", hours(figures.protected), hours(figures.recovered)));
    lines.push(format!("Longest session: {}", hours(figures.longest)));
    if figures.closed > 0 {
        lines.push(format!("Given up by you: {}", hours(figures.closed)));
    }
    lines.push(String::new());
    let met = count(figures.meetings, "meeting");
    lines.push(format!(
        "{met}: {}, in focus blocks: {}",
        hours(figures.meeting_minutes),
        hours(figures.meeting_in_blocks)
    ));
    lines.push(format!("Free to focus: {}", hours(figures.free.focus)));
    lines.push(format!("Free in fragments: {}", hours(figures.free.fragmented)));
    lines.push(format!("Switches between roles: {}", figures.switches));
    eroders(&mut lines, figures, remarks);
    if !remarks.trend.is_empty() {
        lines.push(String::new());
        lines.push("Protected and meetings, week by week:".into());
        for week in &remarks.trend {
            lines.push(format!("- {}: {} and {}", week.week, hours(week.protected), hours(week.meetings)));
        }
    }
    lines.push(String::new());
    lines.push("Chat and calls without an invitation are not in here:".into());
    lines.push("a calendar can't see them.".into());
    fit(&lines)
}

fn eroders(lines: &mut Vec<String>, figures: &Figures, remarks: &Remarks) {
    if remarks.eroders.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(format!("What took {} of your blocks:", hours(figures.eroded)));
    for one in remarks.eroders.iter().take(ERODERS_MAX) {
        let how = match one.cause {
            Cause::New => "",
            Cause::Moved => ", moved there",
            Cause::Lengthened => ", made longer",
            Cause::AcceptedLate => ", accepted late",
        };
        let lead = one.lead.map_or(String::new(), |lead| format!(", {} ahead", lead_time(lead)));
        let head = format!("- {}: ", hours(one.minutes));
        let tail = format!(" ({}{how}{lead})", one.when);
        let room = LINE_MAX.saturating_sub(head.chars().count() + tail.chars().count()).max(12);
        lines.push(format!("{head}{}{tail}", shorten(&named(&one.title), room)));
    }
    if remarks.eroders.len() > ERODERS_MAX {
        lines.push(format!("- {} more", remarks.eroders.len() - ERODERS_MAX));
    }
}

/// Lines of at most 60 characters, 3000 in all.
fn fit(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines {
        let line = shorten(&plain(line), LINE_MAX);
        if out.chars().count() + line.chars().count() + 1 > TEXT_MAX {
            break;
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.trim_end().to_owned()
}

/// A title as one line, with a word for one that is empty.
fn named(title: &str) -> String {
    let title = one_line(title);
    if title.is_empty() { "untitled".to_owned() } else { title }
}

/// At most `most` characters, the last one an ellipsis where something was cut.
fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// `3 days`, `5 h`, `20 min`.
pub fn lead_time(minutes: Minutes) -> String {
    match minutes {
        ..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn work(role: &str) -> String {
    if role == "deep" { "deep work".to_owned() } else { role.to_owned() }
}
