//! Taking back what was written (design 5.10), and releasing one hold: what goes is decided here from what lies on
//! the calendars now, whatever the store remembers, and goes through the same safety rules as every write.

use jiff::Timestamp;

use super::apply::{self, Tools};
use super::decide;
use super::gone;
use super::outcome::Attempt;
use super::read::{self, Input};
use super::record;
use super::run::{Context, CycleError};
use super::warning::{About, Warning};
use crate::calendar::ical;
use crate::provider::Provider;
use crate::reconcile::change::{Change, Urgency};
use crate::reconcile::holds::deletion;
use crate::reconcile::key::{Key, Kind, Written};
use crate::reconcile::ledger::{LedgerRow, LedgerState};
use crate::reconcile::own::{Claims, OwnObject, Owned, Standing, standings};

/// Which of them are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Past ones too.
    pub past: bool,
    /// Those that the user edited too.
    pub pinned: bool,
}

/// What undo would take away, and what it leaves alone though it looks like ours.
#[derive(Debug, Default)]
pub struct Removals {
    /// Deletes, in order of start.
    pub changes: Vec<Change>,
    /// In words, each with the reason why it stays.
    pub left: Vec<String>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// Calendars that were not read to the end: what lies there may be seawall's too.
    pub unread: Vec<String>,
    /// Accounts that need a login of the user.
    pub logins: Vec<String>,
}

/// Own objects, and how much of the calendars was read.
#[derive(Debug)]
pub struct Own {
    /// The objects with their standing.
    pub objects: Vec<Owned>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// Calendars that were not read to the end.
    pub unread: Vec<String>,
    /// Accounts that need a login of the user.
    pub logins: Vec<String>,
}

/// Own objects on all calendars that the config names, all of which are listed in full. A list is not believed where the
/// ledger knows of more: what ends after `since` is asked for by its name.
///
/// # Errors
/// Where the store fails.
pub async fn own_objects<P: Provider>(cx: Context<'_, P>, since: Timestamp) -> Result<Own, CycleError> {
    let cx = Context { thorough: true, ..cx };
    let mut input = read::read(cx, false).await?;
    let ledger = cx.store.ledger()?;
    let every = decide::calendars(cx.settings, |_| true);
    let hold_calendar = cx.settings.hold_calendar.as_ref();
    let claims = Claims { instance: cx.instance, hold_calendar, emptied: &every, ledger: &ledger };
    let listed = std::mem::take(&mut input.own).into_iter().map(|candidate| candidate.object);
    let mut objects: Vec<OwnObject> = listed.collect();
    let unlisted = unlisted(cx, &mut input, &standings(objects.clone(), claims), &ledger, since).await;
    objects.extend(unlisted);
    let (warnings, unread, logins) = (input.warnings, input.incomplete, input.logins);
    Ok(Own { objects: standings(objects, claims), warnings, unread, logins })
}

/// Own objects that the ledger knows and the lists leave out, where they are there all the same.
async fn unlisted<P: Provider>(
    cx: Context<'_, P>,
    input: &mut Input,
    listed: &[Owned],
    ledger: &[LedgerRow],
    since: Timestamp,
) -> Vec<OwnObject> {
    let is_listed = |row: &LedgerRow| listed.iter().any(|one| one.object.uid == row.uid);
    let is_meant = |row: &&LedgerRow| row.state == LedgerState::Live && row.written.span.end > since && !is_listed(row);
    let mut found = Vec::new();
    for (calendar, object) in gone::ask(cx, input, listed, ledger.iter().filter(is_meant)).await.there {
        match read::own_object(&calendar, &object, &ical::read(&object.body), cx.lens()) {
            Some(own) => found.push(own),
            None => gone::unsure(input, &calendar, &format!("{} can't be read", object.href), About::Seawall),
        }
    }
    found
}

/// What undo takes away.
///
/// # Errors
/// Where the store fails.
pub async fn removals<P: Provider>(cx: Context<'_, P>, reach: Reach) -> Result<Removals, CycleError> {
    let since = if reach.past { Timestamp::MIN } else { cx.now };
    let Own { objects, warnings, unread, logins } = own_objects(cx, since).await?;
    let mut out = Removals { warnings, unread, logins, ..Removals::default() };
    for one in &objects {
        let object = &one.object;
        let is_past = object.span.end <= cx.now;
        let what = format!("{} in {}", object.title, object.lies_in);
        match &one.standing {
            _ if is_past && !reach.past => {}
            Standing::Ours(marker) => out.changes.push(deletion(one, &marker.key, Urgency::Delete, "undo")),
            Standing::Pinned(key) if reach.pinned => {
                out.changes.push(deletion(one, key, Urgency::Delete, "undo --pinned"));
            }
            Standing::Pinned(_) => out.left.push(format!("{what}: you edited it (--pinned removes it too)")),
            Standing::Users => out.left.push(format!("{what}: it has people or a recurrence now, so it is yours")),
            Standing::Other(marker) => out.left.push(format!("{what}: another seawall wrote it ({})", marker.instance)),
            Standing::Copy => out.left.push(format!("{what}: a copy that you made")),
            Standing::Unknown => out.left.push(format!("{what}: nothing proves that it is seawall's")),
        }
    }
    out.changes.sort_by(|a, b| (a.span(), &a.uid).cmp(&(b.span(), &b.uid)));
    Ok(out)
}

/// Carries out deletes that the user asked for; no budget and no breaker binds them.
///
/// # Errors
/// Where the store fails; a delete that failed is no error but part of the answer.
pub async fn remove<P: Provider>(cx: Context<'_, P>, changes: Vec<Change>) -> Result<Vec<Attempt>, CycleError> {
    let mut out = Vec::new();
    for change in changes {
        let Some(provider) = cx.provider(&change.calendar) else { continue };
        let (store, now, instance, lens) = (cx.store, cx.now, cx.instance, cx.lens());
        let tools = Tools { provider, store, now, instance, take_over: false, pinned_too: true, lens };
        let error = match apply::apply(tools, &change).await {
            Ok(()) => None,
            Err(apply::ApplyError::Store(error)) => return Err(error.into()),
            Err(error) => Some(error.to_string()),
        };
        record::write(cx, &change, error.clone())?;
        out.push(Attempt { applied: error.is_none(), change, error });
    }
    Ok(out)
}

/// The current or future hold that a UID prefix or an instant names.
pub fn find<'a>(owned: &'a [Owned], now: Timestamp, prefix: &str, at: Option<Timestamp>) -> Vec<(&'a Owned, &'a Key)> {
    owned
        .iter()
        .filter(|one| is_meant(one, now, prefix, at))
        .filter(|one| matches!(one.standing, Standing::Ours(_) | Standing::Pinned(_)))
        .filter_map(|one| Some((one, one.key().filter(|key| key.kind == Kind::Hold)?)))
        .collect()
}

/// Which other seawall wrote the current or future hold that is named so, where one did.
pub fn of_another<'a>(owned: &'a [Owned], now: Timestamp, prefix: &str, at: Option<Timestamp>) -> Option<&'a str> {
    owned.iter().filter(|one| is_meant(one, now, prefix, at)).find_map(|one| match &one.standing {
        Standing::Other(marker) if marker.key.kind == Kind::Hold => Some(marker.instance.as_str()),
        _ => None,
    })
}

fn is_meant(one: &Owned, now: Timestamp, prefix: &str, at: Option<Timestamp>) -> bool {
    let fits = match at {
        Some(at) => one.object.span.contains(at),
        None => one.object.uid.starts_with(prefix),
    };
    one.object.span.end > now && fits
}

/// Deletes a hold as if the user had: its time is closed. Closed first: a crash before the delete leaves a hold that no
/// plan keeps, and one after it a time that no plan fills.
///
/// # Errors
/// Where the store fails.
pub async fn release<P: Provider>(cx: Context<'_, P>, owned: &Owned, key: &Key) -> Result<Attempt, CycleError> {
    let object = &owned.object;
    let written = Written { span: object.span, busy: object.busy, hash: object.hash.clone() };
    let (uid, key_of) = (object.uid.clone(), key.clone());
    let row = LedgerRow { uid, key: key_of, state: LedgerState::Dismissed, written, pinned: false };
    let closed = super::hand::dismissal(&cx.settings.policy, &row);
    cx.store.put_closed(std::slice::from_ref(&closed))?;
    let change = deletion(owned, key, Urgency::Delete, "released by you");
    let mut attempts = remove(cx, vec![change.clone()]).await?;
    let attempt = attempts.pop().unwrap_or(Attempt { change, applied: false, error: Some("no account".to_owned()) });
    if attempt.applied {
        cx.store.put_ledger(&row)?;
    } else {
        cx.store.remove_closed(closed.span)?;
    }
    Ok(attempt)
}
