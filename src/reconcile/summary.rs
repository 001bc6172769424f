//! The weekly summary event (design section 7): when it is made, refreshed and written for the last time, and what
//! a person's hand on it means. Knows nothing of how its text came to be.

use jiff::{SignedDuration, Timestamp};

use super::change::{Action, Change, Content, Notes, Urgency};
use super::holds;
use super::key::{GENERATIONS_MAX, Key, Kind, Marker};
use super::ledger::{LedgerRow, LedgerState};
use super::marker;
use super::own::{Owned, Standing};
use crate::balance::schedule::SummarySettings;
use crate::calendar::CalendarId;
use crate::calendar::own::When;
use crate::calendar::time::Span;
use crate::calendar::week::{self, IsoWeek};
use crate::focus::plan::Closed;
use crate::focus::view::later;

/// How long the last word waits for calendars that can't be read.
const PATIENCE: SignedDuration = SignedDuration::from_hours(48);

/// What one week's summary shall say, twice: while the week goes on, and as its last word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Which week.
    pub week: IsoWeek,
    /// The title.
    pub title: String,
    /// The body.
    pub text: String,
    /// The body of the last word.
    pub final_text: String,
}

/// All that decides what happens to a week's summary.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The present.
    pub now: Timestamp,
    /// The user's zone.
    pub tz: &'a jiff::tz::TimeZone,
    /// When and how.
    pub settings: &'a SummarySettings,
    /// The calendar that holds.
    pub calendar: &'a CalendarId,
    /// This seawall.
    pub instance: &'a str,
    /// What is there.
    pub owned: &'a [Owned],
    /// What is remembered.
    pub ledger: &'a [LedgerRow],
    /// Every calendar was read to the end.
    pub complete: bool,
    /// Refreshes of this week's summary so far today.
    pub refreshed_today: u32,
    /// The very first cycle.
    pub first_cycle: Timestamp,
    /// Closed time that is not over.
    pub closed: &'a [Closed],
}

/// What happens to the summary of a week, if anything.
pub fn changes(desk: Desk<'_>, words: &Words) -> Vec<Change> {
    match of_week(desk.owned, desk.calendar, words.week) {
        None => creation(desk, words).into_iter().collect(),
        Some(owned) => surplus(desk, owned).into_iter().chain(update(desk, words, owned)).collect(),
    }
}

/// The summary of a week. There are several where two seawalls made one each at the same moment, or a new database did not
/// know of the first: one of them goes on, for every seawall the same.
pub fn of_week<'a>(owned: &'a [Owned], calendar: &CalendarId, week: IsoWeek) -> Option<&'a Owned> {
    let found = owned.iter().filter(|owned| {
        owned.key().is_some_and(|key| key.kind == Kind::Summary && key.week == week)
            && (owned.object.lies_in == *calendar || !matches!(owned.standing, Standing::Ours(_)))
    });
    found.max_by_key(|owned| (weight(owned), owned.key().map(|key| key.generation), &owned.object.uid))
}

/// What would be lost with a summary: its last word, the place that its user gave it, its user's words, nothing.
fn weight(owned: &Owned) -> u32 {
    match &owned.standing {
        Standing::Ours(marker) | Standing::Other(marker) if marker.is_final => 3,
        Standing::Ours(marker) | Standing::Other(marker) if marker.written.span != owned.object.span => 2,
        Standing::Ours(_) | Standing::Other(_) => 0,
        _ => 1,
    }
}

/// Own summaries of the week beside the one that goes on, where nothing is lost with them: a week is told once. Past ones
/// too: they would stand there for ever with figures that are no longer true.
fn surplus(desk: Desk<'_>, goes_on: &Owned) -> Vec<Change> {
    let week = goes_on.key().map(|key| key.week);
    let others = desk.owned.iter().filter(|owned| *owned != goes_on && weight(owned) == 0 && desk.complete);
    let delete = |owned: &Owned| {
        let Standing::Ours(Marker { key, .. }) = &owned.standing else { return None };
        let is_it = key.kind == Kind::Summary && Some(key.week) == week && owned.object.lies_in == *desk.calendar;
        is_it.then(|| holds::deletion(owned, key, Urgency::Delete, "another one tells of this week"))
    };
    others.filter_map(delete).collect()
}

fn update(desk: Desk<'_>, words: &Words, owned: &Owned) -> Option<Change> {
    let Standing::Ours(marker) = &owned.standing else { return None };
    let is_over = desk.now >= desk.settings.due(words.week, desk.tz);
    let last_word =
        is_over && (desk.complete || desk.now.duration_since(desk.settings.due(words.week, desk.tz)) >= PATIENCE);
    let (mut content, was_moved) = (content(desk, words), owned.object.span != marker.written.span);
    if was_moved {
        content.span = owned.object.span;
        content.when = when(owned, desk.tz);
        content.notes.moved_from = Some(marker.written.span);
    }
    if marker.is_final {
        content.title.clone_from(&owned.object.title);
        content.text.clone_from(&owned.object.text);
        content.notes.is_final = true;
    } else if last_word {
        content.text.clone_from(&words.final_text);
        content.notes.is_final = true;
    } else if is_over {
        return None;
    }
    let still_closed = marker.closed.iter().filter(|closed| closed.span.end > desk.now);
    let closed_changed = !content.notes.closed.iter().eq(still_closed) && words.week == IsoWeek::at(desk.now, desk.tz);
    let hash = marker::content_hash(&content.title, &content.text, "", "CONFIRMED");
    let says_else = !marker.is_final && (hash != marker.written.hash || last_word || content.span != owned.object.span);
    let may = last_word || desk.refreshed_today < desk.settings.refresh;
    let foreign_hand = marker.instance != desk.instance;
    if !(closed_changed || foreign_hand || (says_else && may)) {
        return None;
    }
    let why = match (last_word && !marker.is_final, closed_changed) {
        (true, _) => "the week's last word",
        (false, true) => "closed time has changed",
        (false, false) => "the week's figures have changed",
    };
    Some(Change {
        action: Action::Update,
        key: marker.key.clone(),
        uid: owned.object.uid.clone(),
        calendar: desk.calendar.clone(),
        target: Some(holds::target(owned)),
        content: Some(content),
        urgency: if last_word { Urgency::Final } else { Urgency::Update },
        why: why.to_owned(),
    })
}

/// A summary is made inside its week and before its time, and not where the user deleted it.
fn creation(desk: Desk<'_>, words: &Words) -> Option<Change> {
    let this_week = IsoWeek::at(desk.now, desk.tz) == words.week;
    if !this_week || desk.now >= desk.settings.due(words.week, desk.tz) {
        return None;
    }
    let rows = desk.ledger.iter().filter(|row| row.key.kind == Kind::Summary && row.key.week == words.week);
    let mut generation = 0;
    for row in rows {
        match row.state {
            LedgerState::Released => generation = generation.max(row.key.generation + 1),
            LedgerState::Dismissed | LedgerState::Live => return None,
        }
    }
    if generation > GENERATIONS_MAX {
        return None;
    }
    let key = Key {
        kind: Kind::Summary,
        calendar: desk.calendar.clone(),
        week: words.week,
        role: String::new(),
        ordinal: 0,
        generation,
    };
    if desk.owned.iter().any(|owned| owned.object.lies_in == *desk.calendar && was_summary(owned, &key)) {
        return None;
    }
    Some(Change {
        action: Action::Create,
        uid: marker::uid(&key),
        key,
        calendar: desk.calendar.clone(),
        target: None,
        content: Some(content(desk, words)),
        urgency: Urgency::Create,
        why: "tells how the week balances".to_owned(),
    })
}

/// Whether an object is the summary of that week, though the user has made it an event of their own.
fn was_summary(owned: &Owned, key: &Key) -> bool {
    let marker = owned.object.marker.as_deref().and_then(marker::decode);
    owned.object.uid == marker::uid(key)
        || marker.is_some_and(|marker| {
            marker.key.kind == Kind::Summary
                && marker.key.week == key.week
                && marker::uid(&marker.key) == owned.object.uid
        })
}

fn content(desk: Desk<'_>, words: &Words) -> Content {
    let date = desk.settings.date(words.week);
    let (when, span) = match desk.settings.at {
        Some(minute) => {
            let start = week::instant(date, minute, desk.tz);
            let span = Span::new(start, later(start, desk.settings.length));
            (When::Timed(span), span)
        }
        None => (When::AllDay(date), week::day_span(date, desk.tz)),
    };
    let first = Some(desk.first_cycle).filter(|first| words.week.span(desk.tz).contains(*first));
    let closed = desk.closed.iter().take(marker::CLOSED_MAX).cloned().collect();
    Content {
        title: words.title.clone(),
        text: words.text.clone(),
        when,
        span,
        busy: false,
        private: true,
        color: None,
        strict: false,
        notes: Notes { is_final: false, first_cycle: first, closed, moved_from: None },
    }
}

fn when(owned: &Owned, tz: &jiff::tz::TimeZone) -> When {
    let span = owned.object.span;
    if owned.object.all_day { When::AllDay(tz.to_datetime(span.start).date()) } else { When::Timed(span) }
}
