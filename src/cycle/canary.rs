//! The write test of `check`: one canary event is made, written over, and removed, and every guard that seawall's
//! safety rests on is tried on it. It lies in the past and is shown as free.

use jiff::Timestamp;

use crate::calendar::CalendarId;
use crate::calendar::own::{self, OwnEvent, When};
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;
use crate::focus::view::later;
use crate::provider::{ErrorKind, Etag, Provider, ProviderError};
use crate::reconcile::key::{Key, Kind, Marker, Written};
use crate::reconcile::marker;

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What must be so.
    pub rule: &'static str,
    /// Why it is not; none: it is.
    pub fault: Option<String>,
}

/// Tries every guard. What was made is removed again, whatever happens, as far as the calendar lets it.
pub async fn test<P: Provider>(provider: &P, calendar: &CalendarId, instance: &str, now: Timestamp) -> Vec<Trial> {
    let event = canary(calendar, instance, now);
    let name = format!("{}.ics", event.uid);
    let body = own::render(&event, now);
    let here = &calendar.calendar;
    let mut trials = Vec::new();
    let mut tell = |rule, fault: Option<String>| trials.push(Trial { rule, fault });

    // A canary that an earlier, interrupted test left behind would make the first create fail.
    if let Ok(Some(left)) = provider.get(here, &name).await {
        let _ = provider.delete(here, &name, &left.etag).await;
    }
    let made = provider.create(here, &name, &body).await;
    let could = made.is_ok();
    tell("an event can be made", fault(made));
    if !could {
        return trials;
    }
    tell("a second one of the same name is refused", refused(provider.create(here, &name, &body).await));
    let stale = Etag("stale".to_owned());
    tell("an update of a stale version is refused", refused(provider.update(here, &name, &stale, &body).await));
    tell("a delete of a stale version is refused", refused(provider.delete(here, &name, &stale).await));
    match provider.get(here, &name).await {
        Ok(Some(object)) => {
            let kept = crate::calendar::ical::read(&object.body).components;
            let same = kept.first().is_some_and(|one| one.details.marker.as_deref() == Some(event.marker.as_str()));
            tell("what was written is kept", (!same).then(|| "the marker came back changed or not at all".to_owned()));
            let changed = own::patch(&object.body, &event, now).unwrap_or(body);
            tell("it can be changed", fault(provider.update(here, &name, &object.etag, &changed).await));
        }
        Ok(None) => tell("what was written is kept", Some("it was not there when read back".to_owned())),
        Err(error) => tell("what was written is kept", Some(error.to_string())),
    }
    let gone = match provider.get(here, &name).await {
        Ok(Some(object)) => fault(provider.delete(here, &name, &object.etag).await),
        Ok(None) => None,
        Err(error) => Some(error.to_string()),
    };
    tell("it can be removed", gone);
    trials
}

fn fault(result: Result<(), ProviderError>) -> Option<String> {
    result.err().map(|error| error.to_string())
}

fn refused(result: Result<(), ProviderError>) -> Option<String> {
    match result {
        Err(error) if error.kind == ErrorKind::Precondition => None,
        Err(error) => Some(format!("refused, but for another reason: {error}")),
        Ok(()) => Some("the calendar took it".to_owned()),
    }
}

fn canary(calendar: &CalendarId, instance: &str, now: Timestamp) -> OwnEvent {
    let key = Key {
        kind: Kind::Canary,
        calendar: calendar.clone(),
        week: IsoWeek::at(now, &jiff::tz::TimeZone::UTC),
        role: String::new(),
        ordinal: 0,
        generation: 0,
    };
    let span = Span::new(later(now, -24 * 60), later(now, -24 * 60 + 5));
    let (title, text) = ("seawall write test", "Made and removed by seawall check --write-test.");
    let hash = marker::content_hash(title, text, "", "CONFIRMED");
    let written = Written { span, busy: false, hash };
    let uid = marker::uid(&key);
    let marker = Marker {
        key,
        instance: instance.to_owned(),
        written,
        is_final: false,
        released: false,
        first_cycle: None,
        closed: Vec::new(),
    };
    OwnEvent {
        uid,
        title: title.to_owned(),
        text: text.to_owned(),
        place: String::new(),
        when: When::Timed(span),
        busy: false,
        private: true,
        color: None,
        marker: marker::encode(&marker),
    }
}
