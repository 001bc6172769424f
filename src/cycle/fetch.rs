//! What the calendar services say: every calendar of every account, with what was last read of it as a start. Knows how
//! much of it was really read, and nothing of what is in it.

use std::collections::BTreeSet;
use std::rc::Rc;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::clock::Clock;
use super::run::Context;
use super::warning::Warning;
use crate::calendar::CalendarId;
use crate::calendar::week::IsoWeek;
use crate::config::settings::{Account, CalendarUse};
use crate::provider::{ErrorKind, Known, Object, Provider, Reading};
use crate::store::StoreError;
use crate::store::mirror::{Mirror, MirrorChange};

/// All names are listed when they were not for so long: services forget to tell of changes.
const LISTING_AGE_MAX: SignedDuration = SignedDuration::from_hours(6);
/// That a calendar was read is noted no more often.
const NOTE_AGE_MAX: SignedDuration = SignedDuration::from_hours(1);
/// More than this between our clock and a service's, and nothing is written.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(5);

/// What one calendar gave, before it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Which calendar.
    pub calendar: CalendarUse,
    /// Its objects; those that can't be opened with their last known content. None where nothing could be read. Shared,
    /// for the daemon keeps them between cycles.
    pub objects: Option<Rc<Vec<Object>>>,
    /// Who the user is there.
    pub emails: Vec<String>,
    /// Whether the calendar is the user's own, where the service says.
    pub owned: Option<bool>,
    /// It was not read to the end.
    pub incomplete: bool,
    /// The account lets nobody in.
    pub needs_login: bool,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// Why the clock can't be trusted with writing.
    pub clock_doubt: Option<String>,
}

impl Fetched {
    /// A calendar of which nothing could be read.
    pub fn nothing(account: &Account, calendar: &CalendarUse) -> Self {
        Self {
            calendar: calendar.clone(),
            objects: None,
            emails: account.emails.clone(),
            owned: None,
            incomplete: true,
            needs_login: false,
            warnings: Vec::new(),
            clock_doubt: None,
        }
    }
}

/// Reads every calendar that the config names, the accounts side by side: a slow one delays no other. What was read
/// goes into the mirror where `remember` says so.
///
/// # Errors
/// Where the store fails; a calendar that can't be read is no error.
pub async fn fetch<P: Provider>(cx: Context<'_, P>, remember: bool) -> Result<Vec<Fetched>, StoreError> {
    let fetched = join_all((0..cx.accounts.len()).map(|account| poll(cx, account, &[], remember))).await;
    let fetched: Vec<Vec<Fetched>> = fetched.into_iter().collect::<Result<_, _>>()?;
    Ok(fetched.into_iter().flatten().collect())
}

/// Reads every calendar of one account, by its index. What stayed as it is in `before`, the last such answer, shares its
/// memory.
///
/// # Errors
/// Where the store fails; a calendar that can't be read is no error.
pub async fn poll<P: Provider>(
    cx: Context<'_, P>,
    account: usize,
    before: &[Fetched],
    remember: bool,
) -> Result<Vec<Fetched>, StoreError> {
    match (cx.settings.accounts.get(account), cx.accounts.get(account)) {
        (Some(account), Some(provider)) => of_account(cx, account, provider, before, remember).await,
        _ => Ok(Vec::new()),
    }
}

/// Reads a calendar once more after these names in it were written to, so that the next cycle is not told of what this one
/// wrote. `before` is what was fetched for this cycle.
///
/// # Errors
/// Where the store fails; a calendar that can't be read stays as it is remembered.
pub(super) async fn settle<P: Provider>(
    cx: Context<'_, P>,
    calendar: &CalendarId,
    own: BTreeSet<String>,
    before: &[Fetched],
) -> Result<(), StoreError> {
    let Some(provider) = cx.provider(calendar) else { return Ok(()) };
    let mirror = mirror(cx, calendar, last(before, calendar))?;
    if mirror.cursor.is_none() {
        return Ok(());
    }
    let listed = mirror.listed;
    let known = Known { own, ..known(cx, mirror, false) };
    if let Ok(reading) = provider.read(&calendar.calendar, &known).await {
        keep(cx, calendar, &known, listed, &reading)?;
    }
    Ok(())
}

async fn of_account<P: Provider>(
    cx: Context<'_, P>,
    account: &Account,
    provider: &P,
    before: &[Fetched],
    remember: bool,
) -> Result<Vec<Fetched>, StoreError> {
    let memo_key = format!("account {}", account.name);
    let memo = cx.store.meta(&memo_key)?;
    if let Some(memo) = &memo {
        provider.recall(memo);
    }
    let mut out = Vec::new();
    for calendar in &account.calendars {
        let is_locked_out = out.last().is_some_and(|before: &Fetched| before.needs_login);
        out.push(if is_locked_out {
            Fetched { needs_login: true, ..Fetched::nothing(account, calendar) }
        } else {
            of_calendar(cx, account, calendar, provider, before, remember).await?
        });
    }
    let found = provider.memo();
    if remember && found.is_some() && found != memo {
        cx.store.set_meta(&memo_key, found.as_deref())?;
    }
    Ok(out)
}

async fn of_calendar<P: Provider>(
    cx: Context<'_, P>,
    account: &Account,
    calendar: &CalendarUse,
    provider: &P,
    before: &[Fetched],
    remember: bool,
) -> Result<Fetched, StoreError> {
    let id = &calendar.id;
    let mut out = Fetched::nothing(account, calendar);
    let before = last(before, id);
    let mirror = mirror(cx, id, before)?;
    let listed = mirror.listed;
    let known = known(cx, mirror, is_listing_due(cx, listed));
    let reading = match provider.read(&id.calendar, &known).await {
        Ok(reading) => reading,
        Err(error) => {
            out.needs_login = error.kind == ErrorKind::Login;
            // That is the account's fault, and the same for each of its calendars.
            let whose = if out.needs_login { account.name.clone() } else { id.to_string() };
            out.warnings.push(Warning::new(format!("{whose}: {error}.")));
            return Ok(out);
        }
    };
    out.incomplete = false;
    out.clock_doubt = skew(cx.clock, reading.served_at, id);
    let of_content = |text: String| Warning::of_content(id, text);
    out.warnings.extend(reading.warnings.iter().map(|warning| of_content(format!("{id}: {warning}."))));
    if let Some(reason) = &reading.incomplete {
        out.warnings.push(Warning::new(format!("{id} was not read to the end: {reason}.")));
        out.incomplete = true;
    }
    out.emails.extend(reading.addresses.iter().filter(|one| !account.emails.contains(one)).cloned());
    out.owned = reading.owned;
    if remember {
        keep(cx, id, &known, listed, &reading)?;
        if reading.unreadable.is_empty() && reading.incomplete.is_none() {
            note_read(cx, id)?;
        }
    }
    let since = if reading.unreadable.is_empty() { String::new() } else { last_read(cx, id)? };
    let mut objects = reading.objects;
    for (href, reason) in reading.unreadable {
        let counts = match known.objects.get(&href) {
            Some(object) => {
                objects.push(object.clone());
                format!("it counts as it was when last read{since}")
            }
            None => "what it holds is not known and does not count".to_owned(),
        };
        out.warnings.push(of_content(format!("{id}: {href}: {reason}; {counts}.")));
    }
    // What is kept for long stays where it lies, and all that this reading took is free again.
    let same = before.filter(|before| ***before == objects);
    out.objects = Some(same.map_or_else(|| Rc::new(objects), Rc::clone));
    Ok(out)
}

/// What an earlier answer has of a calendar.
fn last<'a>(before: &'a [Fetched], id: &CalendarId) -> Option<&'a Rc<Vec<Object>>> {
    before.iter().find(|one| one.calendar.id == *id).and_then(|one| one.objects.as_ref())
}

/// What is remembered of a calendar; it shares its memory with what is at hand.
fn mirror<P>(cx: Context<'_, P>, id: &CalendarId, before: Option<&Rc<Vec<Object>>>) -> Result<Mirror, StoreError> {
    cx.store.mirror_beside(id, before.map(|objects| objects.as_slice()).unwrap_or_default())
}

fn known<P>(cx: Context<'_, P>, mirror: Mirror, thorough: bool) -> Known {
    let window = cx.lens().window;
    Known {
        objects: mirror.objects,
        cursor: mirror.cursor,
        thorough,
        window: (window.start, window.end),
        ..Known::nothing()
    }
}

/// Whether all names are to be listed: long not done, or not since a weekly summary came due, whose last word must
/// rest on the whole truth.
fn is_listing_due<P>(cx: Context<'_, P>, listed: Option<Timestamp>) -> bool {
    let Some(listed) = listed else { return true };
    let (summary, tz) = (&cx.settings.summary, &cx.settings.policy.tz);
    let this = IsoWeek::at(cx.now, tz);
    let is_old = cx.now < listed || cx.now.duration_since(listed) >= LISTING_AGE_MAX;
    let came_due = |week: IsoWeek| {
        let due = summary.due(week, tz);
        listed < due && due <= cx.now
    };
    cx.thorough || is_old || came_due(this) || came_due(this.plus(-1))
}

/// Takes a reading over into the mirror.
fn keep<P>(
    cx: Context<'_, P>,
    id: &CalendarId,
    known: &Known,
    listed: Option<Timestamp>,
    reading: &Reading,
) -> Result<(), StoreError> {
    let changed: Vec<Object> =
        reading.objects.iter().filter(|object| known.objects.get(&object.href) != Some(object)).cloned().collect();
    // What a list that was cut off does not name may well be there.
    let is_whole = reading.incomplete.is_none();
    let mut gone: BTreeSet<&str> = known.objects.keys().filter(|_| is_whole).map(String::as_str).collect();
    let unreadable = reading.unreadable.iter().map(|(href, _)| href);
    for href in reading.objects.iter().map(|object| &object.href).chain(unreadable) {
        gone.remove(href.as_str());
    }
    let change = MirrorChange {
        changed,
        gone: gone.into_iter().map(str::to_owned).collect(),
        cursor: reading.cursor.clone().filter(|_| is_whole),
        // What can't be read was named all the same.
        listed: if is_whole && !reading.resumed { Some(cx.now) } else { listed },
    };
    // Where all was read without being asked for, that alone is not worth a write.
    let is_noted = change.cursor.is_some() || known.cursor.is_some() || known.thorough;
    let is_news = is_noted && (change.cursor != known.cursor || change.listed != listed);
    if change.changed.is_empty() && change.gone.is_empty() && !is_news {
        return Ok(());
    }
    cx.store.put_mirror(id, &change)
}

/// Why our clock can't be trusted, judged by that of a service that has just answered.
fn skew(clock: Clock, served_at: Option<Timestamp>, id: &CalendarId) -> Option<String> {
    let served_at = served_at.filter(|_| !clock.is_given())?;
    let now = clock.now();
    (now.duration_since(served_at).abs() > SKEW_MAX).then(|| {
        format!(
            "the clock of this machine shows {now} and that of {}'s server {served_at}: nothing is written until they \
             agree",
            id.account
        )
    })
}

fn last_read_key(id: &CalendarId) -> String {
    format!("last read {id}")
}

/// When the calendar was last read in full, or within [`NOTE_AGE_MAX`] before that.
fn noted_read<P>(cx: Context<'_, P>, id: &CalendarId) -> Result<Option<Timestamp>, StoreError> {
    Ok(cx.store.meta(&last_read_key(id))?.and_then(|text| text.parse().ok()))
}

/// Notes that the calendar was read in full; not at every poll, or one without changes would cost a write.
fn note_read<P>(cx: Context<'_, P>, id: &CalendarId) -> Result<(), StoreError> {
    let is_new = |at: Timestamp| at <= cx.now && cx.now.duration_since(at) < NOTE_AGE_MAX;
    if noted_read(cx, id)?.is_some_and(is_new) {
        return Ok(());
    }
    cx.store.set_meta(&last_read_key(id), Some(&cx.now.to_string()))
}

/// When the calendar was last read in full, as the end of a sentence.
fn last_read<P>(cx: Context<'_, P>, id: &CalendarId) -> Result<String, StoreError> {
    let words = ", at %H:%M on %d %b %Y or up to an hour later";
    let tz = &cx.settings.policy.tz;
    Ok(noted_read(cx, id)?.map(|at| at.to_zoned(tz.clone()).strftime(words).to_string()).unwrap_or_default())
}
