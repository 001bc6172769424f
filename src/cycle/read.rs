//! Step one of a cycle: everything that the calendars say, as occurrences and as objects that look like ours.
//! Decides nothing about them; knows how much of it was really read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::calendar::CalendarId;
use crate::calendar::expand::expand;
use crate::calendar::ical::{self, Component};
use crate::calendar::time::Span;
use crate::calendar::zones::Zones;
use crate::config::settings::{CalendarUse, Settings};
use crate::focus::sight::{Origin, Seen, Source};
use crate::provider::{Object, Provider, ProviderError};
use crate::reconcile::marker;
use crate::reconcile::own::OwnObject;
use crate::store::{Store, StoreError};

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Input {
    /// The calendars whose events are input, in config order.
    pub sources: Vec<Source>,
    /// Their occurrences, those of objects that look like ours left out.
    pub seen: Vec<Seen>,
    /// Objects that look like ours, of every named calendar.
    pub own: Vec<OwnCandidate>,
    /// Calendars that were not read to the end, each with the reason.
    pub incomplete: Vec<String>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// An object that looks like ours, with its components: if it is none of ours after all it is input like any other.
#[derive(Debug)]
pub struct OwnCandidate {
    /// What decides whose it is.
    pub object: OwnObject,
    /// Index of its calendar among the sources; none where that is not input.
    pub source: Option<usize>,
    /// What it holds.
    pub components: Vec<Component>,
}

/// How to read text: the zones, the user's zone, and the window that matters.
#[derive(Clone, Copy, Debug)]
pub struct Lens<'a> {
    /// The database of zones.
    pub zones: &'a Zones,
    /// The user's zone.
    pub tz: &'a TimeZone,
    /// Occurrences that touch it are wanted.
    pub window: Span,
}

/// What one calendar gave, before it is understood.
struct Raw<'a> {
    calendar: &'a CalendarUse,
    source: Option<usize>,
    objects: Vec<Object>,
}

/// Reads every calendar that the config names. `remember` takes what was read over into the mirror.
///
/// # Errors
/// Where the store fails; a calendar that can't be read is no error but an incomplete one.
pub async fn read<P: Provider>(
    settings: &Settings,
    accounts: &[P],
    store: &Store,
    remember: bool,
    lens: Lens<'_>,
) -> Result<Input, StoreError> {
    let mut input = Input::default();
    let mut raw = Vec::new();
    for (account, provider) in settings.accounts.iter().zip(accounts) {
        for calendar in &account.calendars {
            let source = calendar.read.then(|| {
                input.sources.push(Source {
                    id: calendar.id.clone(),
                    emails: account.emails.clone(),
                    private: calendar.private,
                    only_invited: calendar.only_invited,
                });
                input.sources.len() - 1
            });
            match fetch(provider, &calendar.id, store, remember, &mut input).await? {
                Ok(objects) => raw.push(Raw { calendar, source, objects }),
                Err(error) => {
                    input.warnings.push(format!("{}: {error}.", calendar.id));
                    input.incomplete.push(calendar.id.to_string());
                }
            }
        }
    }
    for one in raw {
        understand(&one, lens, &mut input);
    }
    Ok(input)
}

/// One calendar's objects; those that can't be opened with their last known content.
async fn fetch<P: Provider>(
    provider: &P,
    id: &CalendarId,
    store: &Store,
    remember: bool,
    input: &mut Input,
) -> Result<Result<Vec<Object>, ProviderError>, StoreError> {
    let reading = match provider.read(&id.calendar).await {
        Ok(reading) => reading,
        Err(error) => return Ok(Err(error)),
    };
    input.warnings.extend(reading.warnings.iter().map(|warning| format!("{id}: {warning}.")));
    if let Some(reason) = &reading.incomplete {
        input.warnings.push(format!("{id} was not read to the end: {reason}."));
        input.incomplete.push(id.to_string());
    }
    let mirror = store.mirror(id)?;
    let mut objects = reading.objects;
    if remember {
        remember_reading(store, id, &mirror, &objects, &reading.unreadable)?;
    }
    for (href, reason) in reading.unreadable {
        match mirror.get(&href) {
            Some(known) => {
                input.warnings.push(format!("{id}: {href}: {reason}; it counts as it was when last read."));
                objects.push(known.clone());
            }
            None => {
                input.warnings.push(format!("{id}: {href}: {reason}; what it holds is not known and does not count."));
            }
        }
    }
    Ok(Ok(objects))
}

fn remember_reading(
    store: &Store,
    id: &CalendarId,
    mirror: &BTreeMap<String, Object>,
    objects: &[Object],
    unreadable: &[(String, String)],
) -> Result<(), StoreError> {
    let is_new = |object: &&Object| mirror.get(&object.href).is_none_or(|known| known.etag != object.etag);
    let changed: Vec<Object> = objects.iter().filter(is_new).cloned().collect();
    let mut gone: BTreeSet<&str> = mirror.keys().map(String::as_str).collect();
    for href in objects.iter().map(|object| &object.href).chain(unreadable.iter().map(|(href, _)| href)) {
        gone.remove(href.as_str());
    }
    if changed.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let gone: Vec<String> = gone.into_iter().map(str::to_owned).collect();
    store.put_mirror(id, &changed, &gone)
}

/// Parses what a calendar gave, sets aside what looks like ours and expands the rest.
fn understand(raw: &Raw<'_>, lens: Lens<'_>, input: &mut Input) {
    let mut components = Vec::new();
    let mut warnings = Vec::new();
    for object in &raw.objects {
        let parsed = ical::read(&object.body);
        if parsed.is_cut && raw.source.is_some() {
            input.incomplete.push(raw.calendar.id.to_string());
        }
        warnings
            .extend(parsed.warnings.iter().map(|warning| format!("{}/{}: {warning}.", raw.calendar.id, object.href)));
        if parsed.components.iter().any(looks_like_ours) {
            input.own.push(OwnCandidate {
                object: own_object(&raw.calendar.id, object, &parsed.components, lens),
                source: raw.source,
                components: parsed.components,
            });
        } else if raw.source.is_some() {
            components.extend(parsed.components);
        }
    }
    let Some(source) = raw.source else { return };
    input.warnings.extend(warnings);
    let expanded = expand(&components, lens.window, lens.zones, lens.tz);
    input.warnings.extend(expanded.warnings.iter().map(|warning| format!("{}: {warning}.", raw.calendar.id)));
    let foreign = |(_, occurrence)| Seen { source, occurrence, origin: Origin::Foreign };
    input.seen.extend(expanded.occurrences.into_iter().map(foreign));
}

/// The one place that tells whether a component may be seawall's: by the form of its UID or by its marker.
pub fn looks_like_ours(component: &Component) -> bool {
    component.details.marker.is_some() || marker::is_our_form(&component.details.uid)
}

/// What decides whose an object is. `components` must not be empty; the first one that looks like ours speaks.
pub fn own_object(id: &CalendarId, object: &Object, components: &[Component], lens: Lens<'_>) -> OwnObject {
    let speaker = components.iter().find(|one| looks_like_ours(one)).unwrap_or(&components[0]);
    let details = &speaker.details;
    let single = components.len() == 1 && !speaker.is_recurring() && speaker.recurrence_id.is_none();
    OwnObject {
        lies_in: id.clone(),
        href: object.href.clone(),
        etag: object.etag.clone(),
        uid: details.uid.clone(),
        marker: details.marker.clone(),
        span: speaker.span(lens.zones, lens.tz),
        busy: details.transparency != Some(crate::calendar::event::Transparency::Transparent),
        all_day: speaker.start.is_date(),
        title: details.title.clone(),
        text: details.text.clone(),
        hash: marker::content_hash(&details.title, &details.text, &details.place, status_word(details.status)),
        plain: single && details.organizer.is_none() && details.attendees.is_empty(),
    }
}

fn status_word(status: crate::calendar::event::Status) -> &'static str {
    match status {
        crate::calendar::event::Status::Confirmed => "CONFIRMED",
        crate::calendar::event::Status::Tentative => "TENTATIVE",
        crate::calendar::event::Status::Cancelled => "CANCELLED",
    }
}
