//! Own objects that are nowhere to be seen: deleted by the user, in a list that was cut off, or in a calendar that the
//! config names no more. Nothing counts as deleted without a complete list and the word of the calendar itself.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::decide;
use super::hand;
use super::memory::Memory;
use super::read::{self, Input, OwnCandidate};
use super::run::{Context, CycleError};
use super::warning::{About, Warning};
use crate::calendar::CalendarId;
use crate::calendar::ical;
use crate::config::settings::{CalendarUse, Settings};
use crate::provider::{ErrorKind, Object, Provider};
use crate::reconcile::guard;
use crate::reconcile::key::{Kind, Written};
use crate::reconcile::ledger::{LedgerRow, LedgerState};
use crate::reconcile::own::{OwnObject, Owned};
use crate::store::StoreError;

/// Own objects that a list shows and the ledger does not know to be there, or at another time: deleted since, moved, or
/// not known at all. A list may be an old one; so the calendar itself is asked, or seawall's own delete would look like
/// the user's a cycle later, and a hold that the user then deletes would be thought to have lain where it lay before.
///
/// # Errors
/// Where the store fails.
pub(super) async fn confirm<P: Provider>(
    cx: Context<'_, P>,
    input: &mut Input,
    ledger: &[LedgerRow],
) -> Result<(), StoreError> {
    let live = |object: &OwnObject| ledger.iter().find(|row| row.state == LedgerState::Live && row.uid == object.uid);
    let is_known = |object: &OwnObject| live(object).is_some_and(|row| row.written.span == object.span);
    // An old list may also show in the past what lies ahead by now.
    let is_coming =
        |object: &OwnObject| object.span.end > cx.now || live(object).is_some_and(|row| row.written.span.end > cx.now);
    // Elsewhere lie the holds of others, which nothing is done to.
    let is_ours = |object: &OwnObject| {
        cx.settings.hold_calendar.as_ref() == Some(&object.lies_in)
            || decide::calendars(cx.settings, CalendarUse::only_emptied).contains(&object.lies_in)
            || ledger.iter().any(|row| row.uid == object.uid)
    };
    let mut silent: Vec<CalendarId> = Vec::new();
    let mut confirmed = Vec::new();
    for candidate in std::mem::take(&mut input.own) {
        let object = &candidate.object;
        let is_news = object.plain && is_coming(object) && !is_known(object) && is_ours(object);
        let Some(provider) = cx.provider(&object.lies_in).filter(|_| is_news) else {
            confirmed.push(candidate);
            continue;
        };
        let calendar = object.lies_in.clone();
        // Counts as not read to the end already.
        if silent.contains(&calendar) {
            continue;
        }
        // Not by its version alone: services give one version two names.
        let is_as_listed = |there: &Object| {
            let is = || read::own_object(&calendar, there, &ical::read(&there.body), cx.lens());
            there.etag == object.etag || is().is_some_and(|is| is.span == object.span)
        };
        match provider.get(&calendar.calendar, &object.href).await {
            Ok(Some(there)) if is_as_listed(&there) => confirmed.push(candidate),
            Ok(there) => {
                let how = if there.is_some() { "as it is no more" } else { "that is no more" };
                unsure(input, &calendar, &format!("the list shows an event {how}"), About::Seawall);
                list_anew(cx, &calendar, there.as_ref())?;
            }
            // It may name the file, and a copy of a hold has the name that a person gave it.
            Err(error) => {
                unsure(input, &calendar, &error.to_string(), About::Content(calendar.clone()));
                silent.push(calendar);
            }
        }
    }
    input.own = confirmed;
    Ok(())
}

/// Holds that are gone from the calendar. Deleted by the user, if a complete list and the object itself say so; but
/// where that is more than half of the future holds that were known before, only if the user says so too.
pub(super) async fn gone<P: Provider>(
    cx: Context<'_, P>,
    input: &mut Input,
    owned: &[Owned],
    memory: &mut Memory,
    halted: bool,
) -> Result<Option<String>, CycleError> {
    if !input.incomplete.is_empty() {
        return Ok(None);
    }
    let Asked { there, gone: rows } = ask(cx, input, owned, hand::missing(owned, &memory.ledger, cx.now)).await;
    for (calendar, object) in there {
        unsure(input, &calendar, "the list leaves out an event that is there", About::Seawall);
        list_anew(cx, &calendar, Some(&object))?;
    }
    if !input.incomplete.is_empty() {
        return Ok(None);
    }
    let is_future_hold = |row: &&LedgerRow| row.key.kind == Kind::Hold && row.written.span.start > cx.now;
    let future = rows.iter().filter(is_future_hold).count();
    let all = memory.known_before;
    let consent = cx.consent();
    if guard::is_mass(future, all) && !consent.accept && !consent.restore {
        return Ok(Some(format!(
            "{future} of {all} future holds are gone since the last cycle: nothing is written. If you deleted them, say \
             `seawall sync --accept`; to have them written again, `seawall sync --restore`"
        )));
    }
    for row in rows {
        let closed = hand::dismissal(&cx.settings.policy, &row);
        let restore = consent.restore && row.written.span.start > cx.now;
        let state = if restore { LedgerState::Released } else { LedgerState::Dismissed };
        let row = LedgerRow { state, ..row };
        let is_hold = row.key.kind == Kind::Hold;
        if cx.writes() && !halted {
            if is_hold && !restore {
                cx.store.dismiss(&row.uid, &closed)?;
            } else {
                cx.store.put_ledger(&row)?;
            }
        }
        if is_hold && !restore {
            memory.closed.push(closed);
        }
        memory.put(row);
    }
    memory.sort_closed();
    Ok(None)
}

/// What calendars say of objects that no list shows.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Those that are there all the same, each with its calendar.
    pub(super) there: Vec<(CalendarId, Object)>,
    /// Those that are not.
    pub(super) gone: Vec<LedgerRow>,
}

/// Asks the calendars themselves for objects that no list shows, each by its name. One that does not answer counts as not
/// read to the end, and is not asked for the rest.
pub(super) async fn ask<P: Provider>(
    cx: Context<'_, P>,
    input: &mut Input,
    owned: &[Owned],
    rows: impl IntoIterator<Item = &LedgerRow>,
) -> Asked {
    let mut asked = Asked::default();
    let mut silent: Vec<CalendarId> = Vec::new();
    for row in rows {
        let Some(calendar) = lies_in(cx.settings, owned, row) else { continue };
        if silent.contains(&calendar) || input.logins.contains(&calendar.account) {
            continue;
        }
        let Some(provider) = cx.provider(&calendar) else { continue };
        match provider.get(&calendar.calendar, &format!("{}.ics", row.uid)).await {
            Ok(Some(object)) if may_hold(&object, &row.uid) => asked.there.push((calendar, object)),
            // Another event in its place is none of ours.
            Ok(_) => asked.gone.push(row.clone()),
            Err(error) => {
                if error.kind == ErrorKind::Login {
                    input.logins.push(calendar.account.clone());
                }
                unsure(input, &calendar, &error.to_string(), About::Seawall);
                silent.push(calendar);
            }
        }
    }
    asked
}

/// Whether the object is the one that is missed; one that can't be read may well be.
fn may_hold(object: &Object, uid: &str) -> bool {
    let components = ical::read(&object.body).components;
    components.is_empty() || components.iter().any(|component| component.details.uid == uid)
}

/// Own objects whose file is there and can't be read, as while another program writes it: they count as they were, and
/// stand as edited, so nothing touches them until they can be read again.
pub(super) fn remembered(input: &mut Input, ledger: &[LedgerRow]) -> Vec<OwnCandidate> {
    let mut out = Vec::new();
    for (calendar, object) in std::mem::take(&mut input.garbled) {
        let named = |row: &&LedgerRow| object.href.strip_suffix(".ics") == Some(row.uid.as_str());
        let Some(row) = ledger.iter().filter(|row| row.state == LedgerState::Live).find(named) else { continue };
        input.warnings.push(Warning::new(format!(
            "{calendar}/{} is an event of seawall that can't be read: it counts as it was, and is left alone.",
            object.href
        )));
        let Written { span, busy, hash } = row.written.clone();
        let object = OwnObject {
            lies_in: calendar,
            href: object.href,
            etag: object.etag,
            uid: row.uid.clone(),
            marker: None,
            span,
            busy,
            all_day: false,
            title: String::new(),
            text: String::new(),
            hash,
            is_focus_time: false,
            plain: true,
        };
        out.push(OwnCandidate { object, source: None, components: Vec::new() });
    }
    out
}

/// A calendar whose list turned out not to be the whole truth.
pub(super) fn unsure(input: &mut Input, calendar: &CalendarId, reason: &str, about: About) {
    let text = format!("{calendar} was not read to the end: {reason}.");
    input.warnings.push(Warning { text, about });
    let calendar = calendar.to_string();
    if !input.incomplete.contains(&calendar) {
        input.incomplete.push(calendar);
    }
}

/// Has a calendar whose list was wrong listed anew by the next poll, which knows of the object that was left out: it is
/// asked for there, so that one list does not keep everything waiting until the next is due.
fn list_anew<P>(cx: Context<'_, P>, calendar: &CalendarId, found: Option<&Object>) -> Result<(), StoreError> {
    if !cx.writes() {
        return Ok(());
    }
    if let Some(object) = found {
        cx.store.put_mirrored(calendar, &object.href, found)?;
    }
    cx.store.drop_cursor(calendar)
}

/// The calendar that a row's object lay in: the one in its key, or the hold calendar where its objects carry that
/// name as a label (the account or calendar was renamed).
fn lies_in(settings: &Settings, owned: &[Owned], row: &LedgerRow) -> Option<CalendarId> {
    let named =
        |id: &CalendarId| settings.accounts.iter().any(|account| account.calendars.iter().any(|one| one.id == *id));
    if named(&row.key.calendar) {
        return Some(row.key.calendar.clone());
    }
    let same_label = |one: &&Owned| one.key().is_some_and(|key| key.calendar == row.key.calendar);
    owned.iter().find(same_label).map(|one| one.object.lies_in.clone())
}

/// Live objects that are not over, in calendars that the config does not name: a warning each.
pub(super) fn unnamed(settings: &Settings, owned: &[Owned], ledger: &[LedgerRow], now: Timestamp) -> Vec<Warning> {
    let mut lost: BTreeMap<&CalendarId, usize> = BTreeMap::new();
    for row in ledger.iter().filter(|row| row.state == LedgerState::Live && row.written.span.end > now) {
        let seen = owned.iter().any(|one| one.object.uid == row.uid);
        if !seen && lies_in(settings, owned, row).is_none() {
            *lost.entry(&row.key.calendar).or_default() += 1;
        }
    }
    lost.iter()
        .map(|(calendar, count)| {
            let word = shell_word(calendar);
            let text = format!(
                "{count} events of seawall lie in {calendar}, which the config does not name: name it with \
                 use = \"none\" and they are removed, or give them up with `seawall forget {word}`."
            );
            Warning { text, about: About::Unnamed }
        })
        .collect()
}

/// The calendar as a shell takes it: a name can be an address, or words with blanks.
fn shell_word(calendar: &CalendarId) -> String {
    let text = calendar.to_string();
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "/._-@:".contains(c));
    if is_plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
