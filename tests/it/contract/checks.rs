//! The checks of the contract, one function each, in the order of the list.

use seawall::calendar::event::{Details, Written};
use seawall::calendar::ical::Component;
use seawall::provider::{ErrorKind, Etag, Known, Object, Provider, ProviderError};

use crate::support;

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//seawall//test//EN\r\nBEGIN:VEVENT\r\nUID:event1\r\n\
                     DTSTAMP:20261101T000000Z\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T100000Z\r\n\
                     SUMMARY:Focus\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// Where that event lies, in letters that every service takes.
const NAME: &str = "event1.ics";

pub(super) async fn it_is_listed_as_writable(provider: &impl Provider, calendar: &str) {
    let calendars = provider.calendars().await.unwrap();
    assert!(calendars.iter().any(|info| info.name == calendar && info.writable), "{calendars:?}");
}

pub(super) async fn an_empty_calendar_reads_complete_and_empty(provider: &impl Provider, calendar: &str) {
    let reading = provider.read(calendar, &Known::nothing()).await.unwrap();
    assert_eq!((reading.objects, reading.unreadable, reading.incomplete), (vec![], vec![], None));
    assert!(reading.warnings.is_empty() && !reading.resumed);
}

pub(super) async fn a_missing_object_is_none_and_not_found(provider: &impl Provider, calendar: &str) {
    let etag = Etag("none".to_owned());
    assert_eq!(provider.get(calendar, "none1.ics").await.unwrap(), None);
    let updated = provider.update(calendar, "none1.ics", &etag, EVENT.as_bytes()).await;
    assert_kind(updated, ErrorKind::NotFound);
    assert_kind(provider.delete(calendar, "none1.ics", &etag).await, ErrorKind::NotFound);
    assert_eq!(provider.get(calendar, "none1.ics").await.unwrap(), None);
}

pub(super) async fn a_name_is_taken_once(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    let again = provider.create(calendar, NAME, with_summary("Other").as_bytes()).await;
    assert_kind(again, ErrorKind::Precondition);
    assert_eq!(title(&present(provider, calendar, NAME).await), "Focus");
}

pub(super) async fn a_stale_etag_writes_nothing(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    let stale = present(provider, calendar, NAME).await.etag;
    provider.update(calendar, NAME, &stale, with_summary("Second").as_bytes()).await.unwrap();
    let object = present(provider, calendar, NAME).await;
    assert_ne!(object.etag, stale);
    assert_eq!(title(&object), "Second");

    let third = with_summary("Third");
    assert_kind(provider.update(calendar, NAME, &stale, third.as_bytes()).await, ErrorKind::Precondition);
    assert_kind(provider.delete(calendar, NAME, &stale).await, ErrorKind::Precondition);
    assert_eq!(present(provider, calendar, NAME).await, object);
}

pub(super) async fn a_deleted_object_is_gone(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    let etag = present(provider, calendar, NAME).await.etag;
    provider.delete(calendar, NAME, &etag).await.unwrap();
    assert_eq!(provider.get(calendar, NAME).await.unwrap(), None);
    assert_kind(provider.delete(calendar, NAME, &etag).await, ErrorKind::NotFound);
    assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap().objects, []);
}

pub(super) async fn the_name_of_a_deleted_object_is_free(provider: &impl Provider, calendar: &str) {
    for _ in 0..2 {
        provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
        let etag = present(provider, calendar, NAME).await.etag;
        provider.delete(calendar, NAME, &etag).await.unwrap();
    }
    assert!(!provider.keeps_names());
}

pub(super) async fn a_listing_gives_what_a_look_gives(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    for summary in ["Fokus: Übung 深い仕事 🌊", "Focus"] {
        let etag = present(provider, calendar, NAME).await.etag;
        provider.update(calendar, NAME, &etag, with_summary(summary).as_bytes()).await.unwrap();
        let object = present(provider, calendar, NAME).await;
        assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap().objects, [object]);
    }
}

pub(super) async fn bodies_keep_their_meaning(provider: &impl Provider, calendar: &str) {
    for (body, object) in bodies_written(provider, calendar).await {
        assert_eq!(meaning(&object.body), meaning(body.as_bytes()), "{body}");
    }
}

pub(super) async fn bodies_survive_byte_for_byte(provider: &impl Provider, calendar: &str) {
    for (body, object) in bodies_written(provider, calendar).await {
        assert_eq!(String::from_utf8_lossy(&object.body), body);
    }
}

/// Bodies as they were written, and as they came back.
async fn bodies_written(provider: &impl Provider, calendar: &str) -> Vec<(String, Object)> {
    let bodies = [
        EVENT.to_owned(),
        with_summary("Fokus: Übung 深い仕事 🌊"),
        with_summary(&format!("{}long", "long ".repeat(2000))),
        EVENT.replace("SUMMARY:Focus\r\n", "SUMMARY:Focus\r\nX-UNKNOWN;X-PARAM=\"a;b\":1\r\nCONFERENCE:x:y\r\n"),
        EVENT.replace("SUMMARY:Focus\r\n", "SUMMARY:folded \r\n in two\r\nDESCRIPTION:a\\nb\\, c\r\n"),
        EVENT.replace(
            "SUMMARY:Focus\r\n",
            "SUMMARY:Focus\r\nTRANSP:TRANSPARENT\r\nX-SEAWALL:k=0-9az A.Z:s=2026 e=1\r\n",
        ),
    ];
    let mut out = Vec::new();
    for body in bodies {
        match provider.get(calendar, NAME).await.unwrap() {
            None => provider.create(calendar, NAME, body.as_bytes()).await.unwrap(),
            Some(object) => provider.update(calendar, NAME, &object.etag, body.as_bytes()).await.unwrap(),
        }
        out.push((body, present(provider, calendar, NAME).await));
    }
    out
}

pub(super) async fn a_reading_that_goes_on_tells_what_a_full_one_tells(provider: &impl Provider, calendar: &str) {
    let named = |name: &str, summary: &str| {
        let event = with_summary(summary).replace("UID:event1", &format!("UID:{name}"));
        (format!("{name}.ics"), event.into_bytes())
    };
    let mut known = Known::nothing();
    for step in 0..7 {
        match step {
            1 | 2 => {
                let (name, body) = named(["first", "second"][step - 1], "Focus");
                provider.create(calendar, &name, &body).await.unwrap();
            }
            3 => {
                let (name, body) = named("first", "Other");
                let etag = present(provider, calendar, &name).await.etag;
                provider.update(calendar, &name, &etag, &body).await.unwrap();
            }
            5 => {
                let etag = present(provider, calendar, "second.ics").await.etag;
                provider.delete(calendar, "second.ics", &etag).await.unwrap();
            }
            // Nothing happens before the first reading, between two, and before the last.
            _ => {}
        }
        let went_on = provider.read(calendar, &known).await.unwrap();
        let full = provider.read(calendar, &Known::nothing()).await.unwrap();
        assert_eq!((&went_on.incomplete, &went_on.unreadable), (&None, &vec![]), "step {step}");
        assert_eq!(went_on.objects, full.objects, "step {step}");
        known = support::known(&went_on);
    }
    assert_eq!(known.objects.len(), 1);
}

pub(super) async fn new_content_under_an_old_name_is_seen(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    let known = support::known(&provider.read(calendar, &Known::nothing()).await.unwrap());
    let etag = present(provider, calendar, NAME).await.etag;
    provider.delete(calendar, NAME, &etag).await.unwrap();
    provider.create(calendar, NAME, with_summary("Other").as_bytes()).await.unwrap();
    let objects = provider.read(calendar, &known).await.unwrap().objects;
    assert_eq!(objects.iter().map(title).collect::<Vec<_>>(), ["Other"]);
}

pub(super) async fn objects_are_sorted_by_href(provider: &impl Provider, calendar: &str) {
    for name in ["delta", "alpha", "bravo"] {
        let event = EVENT.replace("UID:event1", &format!("UID:{name}"));
        provider.create(calendar, &format!("{name}.ics"), event.as_bytes()).await.unwrap();
    }
    let objects = provider.read(calendar, &Known::nothing()).await.unwrap().objects;
    assert_eq!(objects.iter().map(|object| &*object.href).collect::<Vec<_>>(), ["alpha.ics", "bravo.ics", "delta.ics"]);
}

pub(super) async fn a_missing_calendar_is_not_found(provider: &impl Provider, missing: &str) {
    let etag = Etag("none".to_owned());
    assert_kind(provider.read(missing, &Known::nothing()).await.map(drop), ErrorKind::NotFound);
    assert_kind(provider.get(missing, NAME).await.map(drop), ErrorKind::NotFound);
    assert_kind(provider.create(missing, NAME, EVENT.as_bytes()).await, ErrorKind::NotFound);
    assert_kind(provider.update(missing, NAME, &etag, EVENT.as_bytes()).await, ErrorKind::NotFound);
    assert_kind(provider.delete(missing, NAME, &etag).await, ErrorKind::NotFound);
}

fn with_summary(summary: &str) -> String {
    EVENT.replace("SUMMARY:Focus", &format!("SUMMARY:{summary}"))
}

/// What a text says, apart from how it is written and when it was stored.
pub(crate) fn meaning(body: &[u8]) -> Vec<String> {
    let of = |one: Component| {
        let mut details = Details::clone(&one.details);
        (details.stamped, details.created, details.written) = (None, None, Written::default());
        let recurrence_id = one.recurrence_id.map(|id| (id.at, id.is_this_and_future));
        format!("{:?} {:?} {} {recurrence_id:?} {details:?}", one.start, one.end, one.sequence)
    };
    seawall::calendar::ical::read(body).components.into_iter().map(of).collect()
}

fn title(object: &Object) -> String {
    seawall::calendar::ical::read(&object.body).components[0].details.title.clone()
}

async fn present(provider: &impl Provider, calendar: &str, href: &str) -> Object {
    provider.get(calendar, href).await.unwrap().expect("the object is there")
}

#[track_caller]
fn assert_kind(result: Result<(), ProviderError>, kind: ErrorKind) {
    let error = result.expect_err("it fails");
    assert_eq!(error.kind, kind, "{error}");
}
