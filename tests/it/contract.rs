//! What every provider owes its caller, as one suite that runs on each of them.

use seawall::provider::vdir::Vdir;
use seawall::provider::{ErrorKind, Etag, Known, Object, Provider, ProviderError};

use crate::support::block_on;
use crate::support::memory::Memory;

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//seawall//test//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n\
                     DTSTAMP:20261101T000000Z\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T100000Z\r\n\
                     SUMMARY:Focus\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Runs the suite on a calendar that is there, writable and empty; `missing` is the name of none.
async fn keeps_the_contract(provider: &impl Provider, calendar: &str, missing: &str) {
    it_is_listed_as_writable(provider, calendar).await;
    an_empty_calendar_reads_complete_and_empty(provider, calendar).await;
    a_missing_object_is_none_and_not_found(provider, calendar).await;
    a_name_is_taken_once(provider, calendar).await;
    a_stale_etag_writes_nothing(provider, calendar).await;
    a_deleted_object_is_gone_and_its_name_free(provider, calendar).await;
    bodies_survive_byte_for_byte(provider, calendar).await;
    objects_are_sorted_by_href(provider, calendar).await;
    a_missing_calendar_is_not_found(provider, missing).await;
}

async fn it_is_listed_as_writable(provider: &impl Provider, calendar: &str) {
    let calendars = provider.calendars().await.unwrap();
    assert!(calendars.iter().any(|info| info.name == calendar && info.writable), "{calendars:?}");
}

async fn an_empty_calendar_reads_complete_and_empty(provider: &impl Provider, calendar: &str) {
    assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap(), seawall::provider::Reading::default());
}

async fn a_missing_object_is_none_and_not_found(provider: &impl Provider, calendar: &str) {
    let etag = Etag("none".to_owned());
    assert_eq!(provider.get(calendar, "none.ics").await.unwrap(), None);
    let updated = provider.update(calendar, "none.ics", &etag, EVENT.as_bytes()).await;
    assert_kind(updated, ErrorKind::NotFound);
    assert_kind(provider.delete(calendar, "none.ics", &etag).await, ErrorKind::NotFound);
    assert_eq!(provider.get(calendar, "none.ics").await.unwrap(), None);
}

async fn a_name_is_taken_once(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, "one.ics", EVENT.as_bytes()).await.unwrap();
    let again = provider.create(calendar, "one.ics", with_summary("Other").as_bytes()).await;
    assert_kind(again, ErrorKind::Precondition);
    let object = present(provider, calendar, "one.ics").await;
    assert_eq!(object.body, EVENT.as_bytes());
    assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap().objects, std::slice::from_ref(&object));
    provider.delete(calendar, "one.ics", &object.etag).await.unwrap();
}

async fn a_stale_etag_writes_nothing(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, "one.ics", EVENT.as_bytes()).await.unwrap();
    let stale = present(provider, calendar, "one.ics").await.etag;
    let second = with_summary("Second");
    provider.update(calendar, "one.ics", &stale, second.as_bytes()).await.unwrap();
    let object = present(provider, calendar, "one.ics").await;
    assert_ne!(object.etag, stale);

    let third = with_summary("Third");
    let updated = provider.update(calendar, "one.ics", &stale, third.as_bytes()).await;
    assert_kind(updated, ErrorKind::Precondition);
    assert_kind(provider.delete(calendar, "one.ics", &stale).await, ErrorKind::Precondition);
    assert_eq!(present(provider, calendar, "one.ics").await, object);
    provider.delete(calendar, "one.ics", &object.etag).await.unwrap();
}

async fn a_deleted_object_is_gone_and_its_name_free(provider: &impl Provider, calendar: &str) {
    for _ in 0..2 {
        provider.create(calendar, "one.ics", EVENT.as_bytes()).await.unwrap();
        let etag = present(provider, calendar, "one.ics").await.etag;
        provider.delete(calendar, "one.ics", &etag).await.unwrap();
        assert_eq!(provider.get(calendar, "one.ics").await.unwrap(), None);
        assert_kind(provider.delete(calendar, "one.ics", &etag).await, ErrorKind::NotFound);
    }
    assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap().objects, []);
}

async fn bodies_survive_byte_for_byte(provider: &impl Provider, calendar: &str) {
    let bodies = [
        with_summary("Fokus: Übung 深い仕事 🌊"),
        with_summary(&"long ".repeat(2000)),
        EVENT.replace("SUMMARY:Focus\r\n", "SUMMARY:Focus\r\nX-UNKNOWN;X-PARAM=\"a;b\":1\r\nCONFERENCE:x:y\r\n"),
        EVENT.replace("SUMMARY:Focus\r\n", "SUMMARY:folded \r\n in two\r\nDESCRIPTION:a\\nb\\, c\r\n"),
    ];
    provider.create(calendar, "one.ics", EVENT.as_bytes()).await.unwrap();
    for body in &bodies {
        let etag = present(provider, calendar, "one.ics").await.etag;
        provider.update(calendar, "one.ics", &etag, body.as_bytes()).await.unwrap();
        let object = present(provider, calendar, "one.ics").await;
        assert_eq!(String::from_utf8_lossy(&object.body), *body);
        assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap().objects, [object]);
    }
    let etag = present(provider, calendar, "one.ics").await.etag;
    provider.delete(calendar, "one.ics", &etag).await.unwrap();
}

async fn objects_are_sorted_by_href(provider: &impl Provider, calendar: &str) {
    for name in ["c.ics", "a.ics", "b.ics"] {
        provider.create(calendar, name, EVENT.replace("UID:one", &format!("UID:{name}")).as_bytes()).await.unwrap();
    }
    let objects = provider.read(calendar, &Known::nothing()).await.unwrap().objects;
    assert_eq!(objects.iter().map(|object| &*object.href).collect::<Vec<_>>(), ["a.ics", "b.ics", "c.ics"]);
    for object in objects {
        provider.delete(calendar, &object.href, &object.etag).await.unwrap();
    }
}

async fn a_missing_calendar_is_not_found(provider: &impl Provider, missing: &str) {
    let etag = Etag("none".to_owned());
    assert_kind(provider.read(missing, &Known::nothing()).await.map(drop), ErrorKind::NotFound);
    assert_kind(provider.get(missing, "one.ics").await.map(drop), ErrorKind::NotFound);
    assert_kind(provider.create(missing, "one.ics", EVENT.as_bytes()).await, ErrorKind::NotFound);
    assert_kind(provider.update(missing, "one.ics", &etag, EVENT.as_bytes()).await, ErrorKind::NotFound);
    assert_kind(provider.delete(missing, "one.ics", &etag).await, ErrorKind::NotFound);
}

fn with_summary(summary: &str) -> String {
    EVENT.replace("SUMMARY:Focus", &format!("SUMMARY:{summary}"))
}

async fn present(provider: &impl Provider, calendar: &str, href: &str) -> Object {
    provider.get(calendar, href).await.unwrap().expect("the object is there")
}

#[track_caller]
fn assert_kind(result: Result<(), ProviderError>, kind: ErrorKind) {
    let error = result.expect_err("it fails");
    assert_eq!(error.kind, kind, "{error}");
}

#[test]
fn folders_keep_the_contract() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("work")).unwrap();
    block_on(keeps_the_contract(&Vdir::new(root.path()), "work", "missing"));
    assert_eq!(std::fs::read_dir(root.path().join("work")).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn memory_keeps_the_contract() {
    block_on(keeps_the_contract(&Memory::new(&["work"]), "work", "missing"));
}

#[test]
fn memory_shows_what_somebody_else_did() {
    let memory = Memory::new(&["work"]);
    memory.put("work", "a.ics", b"theirs");
    assert_eq!(block_on(memory.get("work", "a.ics")).unwrap().unwrap().body, b"theirs");
    assert!(memory.remove("work", "a.ics"));
    assert_eq!(block_on(memory.get("work", "a.ics")).unwrap(), None);
}
