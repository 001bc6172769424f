//! The write test of `check`: one canary event is made, written over, and removed, and every guard that seawall's
//! safety rests on is tried on it. It lies in the past and is shown as free.

use jiff::Timestamp;

use crate::calendar::CalendarId;
use crate::calendar::own::{self, OwnEvent, When};
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;
use crate::focus::view::later;
use crate::provider::{ErrorKind, Etag, Object, Provider, ProviderError};
use crate::reconcile::key::{GENERATIONS_MAX, Key, Kind, Marker, Written};
use crate::reconcile::marker;

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What should be so.
    pub rule: &'static str,
    /// It is a guard of the service against a second writer: without it seawall still looks before each write and reads
    /// back after it, and only what happens in between goes unseen.
    pub is_guard: bool,
    /// Why it is not; none: it is.
    pub fault: Option<String>,
}

/// The names of the guards that hold, for the store; what a calendar lacks is not in it.
pub fn guards(trials: &[Trial]) -> String {
    let held: Vec<&str> =
        trials.iter().filter(|trial| trial.is_guard && trial.fault.is_none()).map(|trial| trial.rule).collect();
    held.join("; ")
}

/// Name of the single value that holds which guards held in the last write test of a calendar.
pub fn guards_key(calendar: &CalendarId) -> String {
    format!("guards {calendar}")
}

/// What is tried, and on what.
struct Bench<'a, P> {
    provider: &'a P,
    calendar: &'a str,
    name: String,
    body: Vec<u8>,
    trials: Vec<Trial>,
}

impl<P: Provider> Bench<'_, P> {
    fn tell(&mut self, rule: &'static str, fault: Option<String>) {
        self.trials.push(Trial { rule, is_guard: false, fault });
    }

    fn guard(&mut self, rule: &'static str, fault: Option<String>) {
        self.trials.push(Trial { rule, is_guard: true, fault });
    }

    async fn create(&self) -> Result<(), ProviderError> {
        self.provider.create(self.calendar, &self.name, &self.body).await
    }

    async fn there(&self) -> Result<Option<Object>, ProviderError> {
        self.provider.get(self.calendar, &self.name).await
    }

    /// The guards against a second writer. A service without one may have lost the canary: it is made again.
    async fn guards(&mut self) {
        // Quoted, as HTTP wants it (RFC 9110 8.8.3): a service must refuse it for being another one, not for its form.
        let stale = Etag("\"stale\"".to_owned());
        let second = refused(self.create().await);
        self.guard("a second one of the same name is refused", second);
        let update = refused(self.provider.update(self.calendar, &self.name, &stale, &self.body).await);
        self.guard("an update of a stale version is refused", update);
        let delete = refused(self.provider.delete(self.calendar, &self.name, &stale).await);
        self.guard("a delete of a stale version is refused", delete);
        if let Ok(None) = self.there().await {
            // Whether it can be made is tried already.
            let _ = self.create().await;
        }
    }

    /// Whether what is written stays as it was written, and can be changed.
    async fn keeping(&mut self, event: &OwnEvent, now: Timestamp) {
        let kept = match self.there().await {
            Ok(Some(object)) => object,
            Ok(None) => {
                return self.tell("what was written is kept", Some("it was not there when read back".to_owned()));
            }
            Err(error) => return self.tell("what was written is kept", Some(error.to_string())),
        };
        let components = crate::calendar::ical::read(&kept.body).components;
        let same = components.first().is_some_and(|one| one.details.marker.as_deref() == Some(event.marker.as_str()));
        self.tell("what was written is kept", (!same).then(|| "the marker came back changed or not at all".to_owned()));
        let changed = own::patch(&kept.body, event, now).unwrap_or_else(|| self.body.clone());
        let changed = self.provider.update(self.calendar, &self.name, &kept.etag, &changed).await;
        self.tell("it can be changed", fault(changed));
    }

    async fn removal(&mut self) {
        let gone = match self.there().await {
            Ok(Some(object)) => fault(self.provider.delete(self.calendar, &self.name, &object.etag).await),
            Ok(None) => None,
            Err(error) => Some(error.to_string()),
        };
        self.tell("it can be removed", gone);
    }
}

/// Tries every guard. What was made is removed again, whatever happens, as far as the calendar lets it.
pub async fn test<P: Provider>(provider: &P, calendar: &CalendarId, instance: &str, now: Timestamp) -> Vec<Trial> {
    let mut event = canary(calendar, instance, now, 0);
    for generation in 1..=GENERATIONS_MAX {
        // Where names stay taken each test needs a new one.
        match provider.remains(&calendar.calendar, &format!("{}.ics", event.uid)).await {
            Ok(Some(_)) => event = canary(calendar, instance, now, generation),
            Ok(None) | Err(_) => break,
        }
    }
    let (name, body) = (format!("{}.ics", event.uid), own::render(&event, now));
    let mut bench = Bench { provider, calendar: &calendar.calendar, name, body, trials: Vec::new() };
    // A canary that an earlier, interrupted test left behind would make the first create fail.
    if let Ok(Some(left)) = bench.there().await {
        let _ = provider.delete(bench.calendar, &bench.name, &left.etag).await;
    }
    let made = bench.create().await;
    let could = made.is_ok();
    bench.tell("an event can be made", fault(made));
    if could {
        bench.guards().await;
        bench.keeping(&event, now).await;
        bench.removal().await;
    }
    bench.trials
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

fn canary(calendar: &CalendarId, instance: &str, now: Timestamp, generation: u32) -> OwnEvent {
    let key = Key {
        kind: Kind::Canary,
        calendar: calendar.clone(),
        week: IsoWeek::at(now, &jiff::tz::TimeZone::UTC),
        role: String::new(),
        ordinal: 0,
        generation,
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
        strict: false,
        released: false,
        serial: 0,
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
        strict: false,
        marker: marker::encode(&marker),
    }
}
