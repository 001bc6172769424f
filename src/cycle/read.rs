//! Step one of a cycle: everything that the calendars say, as occurrences and as objects that look like ours.
//! Decides nothing about them; knows how much of it was really read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::fetch::{self, Fetched};
use super::run::Context;
use super::warning::Warning;

use crate::calendar::CalendarId;
use crate::calendar::expand::{Sieve, expand};
use crate::calendar::ical::{self, Component, Parsed};
use crate::calendar::time::Span;
use crate::calendar::zones::Zones;
use crate::focus::sight::{Origin, Seen, Source};
use crate::provider::{Object, Provider};
use crate::reconcile::marker;
use crate::reconcile::own::OwnObject;
use crate::store::StoreError;

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Input {
    /// The calendars whose events are input, in config order.
    pub sources: Vec<Source>,
    /// Their occurrences, those of objects that look like ours left out.
    pub seen: Vec<Seen>,
    /// Objects that look like ours, of every named calendar.
    pub own: Vec<OwnCandidate>,
    /// Files with the name of one of our objects that can't be read as one: nobody deleted it.
    pub garbled: Vec<(CalendarId, Object)>,
    /// Calendars that were not read to the end.
    pub incomplete: Vec<String>,
    /// Accounts that need a login of the user.
    pub logins: Vec<String>,
    /// Why the clock can't be trusted with writing, by the word of a service.
    pub clock_doubt: Option<String>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
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

/// Reads every calendar that the config names. What was read goes into the mirror where `remember` says so.
///
/// # Errors
/// Where the store fails; a calendar that can't be read is no error but an incomplete one.
pub async fn read<P: Provider>(cx: Context<'_, P>, remember: bool) -> Result<Input, StoreError> {
    Ok(sort(&fetch::fetch(cx, remember).await?, cx.lens()))
}

/// The same from what was fetched before.
pub fn sort(fetched: &[Fetched], lens: Lens<'_>) -> Input {
    let mut input = Input::default();
    for one in fetched {
        for warning in &one.warnings {
            if !input.warnings.contains(warning) {
                input.warnings.push(warning.clone());
            }
        }
        if one.incomplete {
            input.incomplete.push(one.calendar.id.to_string());
        }
        if one.needs_login && !input.logins.contains(&one.calendar.id.account) {
            input.logins.push(one.calendar.id.account.clone());
        }
        if input.clock_doubt.is_none() {
            input.clock_doubt.clone_from(&one.clock_doubt);
        }
        let source = one.calendar.read.then(|| {
            input.sources.push(Source {
                id: one.calendar.id.clone(),
                emails: one.emails.clone(),
                private: one.calendar.private,
                only_invited: one.calendar.only_invited.unwrap_or(one.owned == Some(false)),
            });
            input.sources.len() - 1
        });
        understand(one, source, lens, &mut input);
    }
    input
}

/// Events to expand together, each with the number and the name of the file it stands in.
#[derive(Default)]
struct Lot {
    components: Vec<Component>,
    files: Vec<(usize, Arc<str>)>,
}

impl Lot {
    fn add(&mut self, components: impl IntoIterator<Item = Component>, file: (usize, &str)) {
        self.components.extend(components);
        self.files.resize(self.components.len(), (file.0, Arc::from(file.1)));
    }

    /// Puts them in the order of their files.
    fn sort(&mut self) {
        let mut all: Vec<_> = self.files.drain(..).zip(self.components.drain(..)).collect();
        all.sort_by_key(|((number, _), _)| *number);
        (self.files, self.components) = all.into_iter().unzip();
    }

    /// Their occurrences; `label` tells where a warning comes from.
    fn expand(&self, source: usize, origin: Origin, lens: Lens<'_>, label: &str, input: &mut Input) {
        let expanded = expand(&self.components, lens.window, lens.zones, lens.tz);
        let texts = expanded.warnings.iter().map(|warning| format!("{label}: {warning}."));
        let warnings: Vec<Warning> = texts.map(|text| Warning::of_content(&input.sources[source].id, text)).collect();
        input.warnings.extend(warnings);
        input.seen.extend(expanded.occurrences.into_iter().map(|(index, mut occurrence)| {
            occurrence.provenance.file = self.files.get(index).map(|(_, name)| Arc::clone(name));
            Seen { source, occurrence, origin }
        }));
    }
}

/// A text, with our own UIDs as we gave them: where Google shows an event to others than its own programs (as its
/// address for subscribers does) it makes `<id>@google.com` of the id, and leaves out the marker.
fn parsed(body: &[u8]) -> Parsed {
    let mut parsed = ical::read(body);
    for component in &mut parsed.components {
        let id = component.details.uid.strip_suffix("@google.com").filter(|id| marker::is_our_form(id));
        if let Some(id) = id.map(str::to_owned) {
            Arc::make_mut(&mut component.details).uid = id;
        }
    }
    parsed
}

/// Parses what a calendar gave, sets aside what looks like ours and expands the rest.
fn understand(fetched: &Fetched, source: Option<usize>, lens: Lens<'_>, input: &mut Input) {
    let Some(objects) = &fetched.objects else { return };
    let id = &fetched.calendar.id;
    let (mut foreign, mut copies) = (Lot::default(), Lot::default());
    let mut far = Far::default();
    let mut sieve = Sieve::new(lens.window, lens.zones, lens.tz);
    let mut warnings = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        let parsed = parsed(&object.body);
        if parsed.is_cut && source.is_some() {
            input.incomplete.push(id.to_string());
        }
        let texts = parsed.warnings.iter().map(|warning| format!("{id}/{}: {warning}.", object.href));
        warnings.extend(texts.map(|text| Warning::of_content(id, text)));
        let file = (number, object.href.as_str());
        if !fetched.calendar.hold && is_collection(&parsed.components) {
            // A whole calendar in one text, as servers publish it: a hold in it is another copy of one.
            let (ours, theirs): (Vec<_>, Vec<_>) = parsed.components.into_iter().partition(looks_like_ours);
            copies.add(ours, file);
            foreign.add(theirs, file);
        } else if is_garbled(object, &parsed) {
            input.garbled.push((id.clone(), object.clone()));
        } else if let Some(own) = own_object(id, object, &parsed, lens)
            && parsed.components.iter().any(looks_like_ours)
        {
            input.own.push(OwnCandidate { object: own, source, components: parsed.components });
        } else if source.is_some() {
            match parsed.components.as_slice() {
                [only] if sieve.is_outside(only) => far.add(only, number),
                _ => foreign.add(parsed.components, file),
            }
        }
    }
    let Some(source) = source else { return };
    input.warnings.extend(warnings);
    far.give_back(&mut foreign, objects);
    for (lot, origin) in [(foreign, Origin::Foreign), (copies, Origin::Hold)] {
        lot.expand(source, origin, lens, &id.to_string(), input);
    }
}

/// Events outside of the window that may belong together with others, and mostly don't: their UIDs, each with the numbers
/// of its files. Most of a calendar is past, and to have all of it in memory would be most of what the daemon needs.
#[derive(Default)]
struct Far(BTreeMap<Box<str>, Vec<usize>>);

impl Far {
    fn add(&mut self, component: &Component, file: usize) {
        self.0.entry(component.details.uid.as_str().into()).or_default().push(file);
    }

    /// Adds those whose UID others have too, read once more.
    fn give_back(&self, lot: &mut Lot, objects: &[Object]) {
        let near: BTreeSet<&str> = lot.components.iter().map(|one| one.details.uid.as_str()).collect();
        let shared = self.0.iter().filter(|(uid, files)| files.len() > 1 || near.contains(&***uid));
        let files: Vec<usize> = shared.flat_map(|(_, files)| files).copied().collect();
        for (file, object) in files.iter().filter_map(|file| Some((*file, objects.get(*file)?))) {
            lot.add(parsed(&object.body).components, (file, &object.href));
        }
        if !files.is_empty() {
            lot.sort();
        }
    }
}

/// Whether the file has the name of one of our objects and not what makes one, as while another program writes it.
fn is_garbled(object: &Object, parsed: &Parsed) -> bool {
    let named_ours = object.href.strip_suffix(".ics").is_some_and(marker::is_our_form);
    let has_marker = parsed.components.iter().any(|one| one.details.marker.is_some());
    named_ours && (parsed.components.is_empty() || (!has_marker && !parsed.warnings.is_empty()))
}

/// One text on its own, with no config behind it, as the only calendar of an account `file`.
pub fn text(name: &str, body: &[u8], emails: Vec<String>, lens: Lens<'_>) -> Input {
    let id = CalendarId { account: "file".to_owned(), calendar: name.to_owned() };
    let mut input = Input::default();
    let parsed = parsed(body);
    let texts = parsed.warnings.iter().map(|warning| format!("{name}: {warning}."));
    input.warnings.extend(texts.map(|text| Warning::of_content(&id, text)));
    input.sources.push(Source { id, emails, private: false, only_invited: false });
    let (ours, theirs): (Vec<_>, Vec<_>) = parsed.components.into_iter().partition(looks_like_ours);
    for (components, origin) in [(theirs, Origin::Foreign), (ours, Origin::Hold)] {
        let mut lot = Lot::default();
        lot.add(components, (0, name));
        lot.expand(0, origin, lens, name, &mut input);
    }
    input
}

/// Whether they are several events: an object of a calendar server is one (RFC 4791 4.1).
fn is_collection(components: &[Component]) -> bool {
    let mut uids = components.iter().map(|component| &component.details.uid);
    let first = uids.next();
    uids.any(|uid| Some(uid) != first)
}

/// The one place that tells whether a component may be seawall's: by the form of its UID or by its marker.
pub fn looks_like_ours(component: &Component) -> bool {
    component.details.marker.is_some() || marker::is_our_form(&component.details.uid)
}

/// What decides whose an object is; none where no event in it can be read. The first that looks like ours speaks.
pub fn own_object(id: &CalendarId, object: &Object, parsed: &Parsed, lens: Lens<'_>) -> Option<OwnObject> {
    let components = &parsed.components;
    let speaker = components.iter().find(|one| looks_like_ours(one)).or(components.first())?;
    let details = &speaker.details;
    let single = parsed.is_lone && !speaker.is_recurring() && speaker.recurrence_id.is_none();
    Some(OwnObject {
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
        is_focus_time: details.event_type == crate::calendar::event::EventType::FocusTime,
        plain: single && details.organizer.is_none() && details.attendees.is_empty(),
    })
}

fn status_word(status: crate::calendar::event::Status) -> &'static str {
    match status {
        crate::calendar::event::Status::Confirmed => "CONFIRMED",
        crate::calendar::event::Status::Tentative => "TENTATIVE",
        crate::calendar::event::Status::Cancelled => "CANCELLED",
    }
}
