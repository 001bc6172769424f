//! What every provider owes its caller, as one suite that runs on each of them.

use seawall::provider::vdir::Vdir;
use seawall::provider::{ErrorKind, Etag, Known, Object, Provider, ProviderError};

use crate::google::Stage;
use crate::support::block_on;
use crate::support::memory::Memory;

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//seawall//test//EN\r\nBEGIN:VEVENT\r\nUID:event1\r\n\
                     DTSTAMP:20261101T000000Z\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T100000Z\r\n\
                     SUMMARY:Focus\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// Where that event lies, in letters that every service takes.
const NAME: &str = "event1.ics";

/// One thing that a provider owes. Each is tried on a calendar that is there, writable and empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    ListedAsWritable,
    EmptyReadsCompleteAndEmpty,
    MissingObjectIsNoneAndNotFound,
    NameIsTakenOnce,
    StaleEtagWritesNothing,
    DeletedIsGone,
    DeletedNameIsFree,
    ListingAndGetAgree,
    BodiesSurviveByteForByte,
    SortedByHref,
    MissingCalendarIsNotFound,
}

impl Check {
    pub(crate) const ALL: [Self; 11] = [
        Self::ListedAsWritable,
        Self::EmptyReadsCompleteAndEmpty,
        Self::MissingObjectIsNoneAndNotFound,
        Self::NameIsTakenOnce,
        Self::StaleEtagWritesNothing,
        Self::DeletedIsGone,
        Self::DeletedNameIsFree,
        Self::ListingAndGetAgree,
        Self::BodiesSurviveByteForByte,
        Self::SortedByHref,
        Self::MissingCalendarIsNotFound,
    ];

    /// Tries it; `missing` is the name of no calendar.
    pub(crate) async fn run(self, provider: &impl Provider, calendar: &str, missing: &str) {
        match self {
            Self::ListedAsWritable => it_is_listed_as_writable(provider, calendar).await,
            Self::EmptyReadsCompleteAndEmpty => an_empty_calendar_reads_complete_and_empty(provider, calendar).await,
            Self::MissingObjectIsNoneAndNotFound => a_missing_object_is_none_and_not_found(provider, calendar).await,
            Self::NameIsTakenOnce => a_name_is_taken_once(provider, calendar).await,
            Self::StaleEtagWritesNothing => a_stale_etag_writes_nothing(provider, calendar).await,
            Self::DeletedIsGone => a_deleted_object_is_gone(provider, calendar).await,
            Self::DeletedNameIsFree => the_name_of_a_deleted_object_is_free(provider, calendar).await,
            Self::ListingAndGetAgree => a_listing_gives_what_a_look_gives(provider, calendar).await,
            Self::BodiesSurviveByteForByte => bodies_survive_byte_for_byte(provider, calendar).await,
            Self::SortedByHref => objects_are_sorted_by_href(provider, calendar).await,
            Self::MissingCalendarIsNotFound => a_missing_calendar_is_not_found(provider, missing).await,
        }
    }
}

/// Runs every check by `run`, each on calendars of its own. What a service deviates in must stand in its table, with
/// the reason; and what stands there and passes is a fault of the table.
pub(crate) fn holds_but_for(deviations: &[(Check, &str)], run: impl Fn(Check)) {
    let mut faults = Vec::new();
    for check in Check::ALL {
        let passed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(check))).is_ok();
        match (passed, deviations.iter().find(|(other, _)| *other == check)) {
            (true, Some((_, reason))) => faults.push(format!("{check:?} passes, against the table: {reason}")),
            (false, None) => faults.push(format!("{check:?} fails")),
            _ => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn it_is_listed_as_writable(provider: &impl Provider, calendar: &str) {
    let calendars = provider.calendars().await.unwrap();
    assert!(calendars.iter().any(|info| info.name == calendar && info.writable), "{calendars:?}");
}

async fn an_empty_calendar_reads_complete_and_empty(provider: &impl Provider, calendar: &str) {
    let reading = provider.read(calendar, &Known::nothing()).await.unwrap();
    assert_eq!((reading.objects, reading.unreadable, reading.incomplete), (vec![], vec![], None));
    assert!(reading.warnings.is_empty() && !reading.resumed);
}

async fn a_missing_object_is_none_and_not_found(provider: &impl Provider, calendar: &str) {
    let etag = Etag("none".to_owned());
    assert_eq!(provider.get(calendar, "none1.ics").await.unwrap(), None);
    let updated = provider.update(calendar, "none1.ics", &etag, EVENT.as_bytes()).await;
    assert_kind(updated, ErrorKind::NotFound);
    assert_kind(provider.delete(calendar, "none1.ics", &etag).await, ErrorKind::NotFound);
    assert_eq!(provider.get(calendar, "none1.ics").await.unwrap(), None);
}

async fn a_name_is_taken_once(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    let again = provider.create(calendar, NAME, with_summary("Other").as_bytes()).await;
    assert_kind(again, ErrorKind::Precondition);
    assert_eq!(title(&present(provider, calendar, NAME).await), "Focus");
}

async fn a_stale_etag_writes_nothing(provider: &impl Provider, calendar: &str) {
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

async fn a_deleted_object_is_gone(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    let etag = present(provider, calendar, NAME).await.etag;
    provider.delete(calendar, NAME, &etag).await.unwrap();
    assert_eq!(provider.get(calendar, NAME).await.unwrap(), None);
    assert_kind(provider.delete(calendar, NAME, &etag).await, ErrorKind::NotFound);
    assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap().objects, []);
}

async fn the_name_of_a_deleted_object_is_free(provider: &impl Provider, calendar: &str) {
    for _ in 0..2 {
        provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
        let etag = present(provider, calendar, NAME).await.etag;
        provider.delete(calendar, NAME, &etag).await.unwrap();
    }
    assert!(!provider.keeps_names());
}

async fn a_listing_gives_what_a_look_gives(provider: &impl Provider, calendar: &str) {
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    for summary in ["Fokus: Übung 深い仕事 🌊", "Focus"] {
        let etag = present(provider, calendar, NAME).await.etag;
        provider.update(calendar, NAME, &etag, with_summary(summary).as_bytes()).await.unwrap();
        let object = present(provider, calendar, NAME).await;
        assert_eq!(provider.read(calendar, &Known::nothing()).await.unwrap().objects, [object]);
    }
}

async fn bodies_survive_byte_for_byte(provider: &impl Provider, calendar: &str) {
    let bodies = [
        with_summary("Fokus: Übung 深い仕事 🌊"),
        with_summary(&"long ".repeat(2000)),
        EVENT.replace("SUMMARY:Focus\r\n", "SUMMARY:Focus\r\nX-UNKNOWN;X-PARAM=\"a;b\":1\r\nCONFERENCE:x:y\r\n"),
        EVENT.replace("SUMMARY:Focus\r\n", "SUMMARY:folded \r\n in two\r\nDESCRIPTION:a\\nb\\, c\r\n"),
    ];
    provider.create(calendar, NAME, EVENT.as_bytes()).await.unwrap();
    assert_eq!(present(provider, calendar, NAME).await.body, EVENT.as_bytes());
    for body in &bodies {
        let etag = present(provider, calendar, NAME).await.etag;
        provider.update(calendar, NAME, &etag, body.as_bytes()).await.unwrap();
        let object = present(provider, calendar, NAME).await;
        assert_eq!(String::from_utf8_lossy(&object.body), *body);
    }
}

async fn objects_are_sorted_by_href(provider: &impl Provider, calendar: &str) {
    for name in ["delta", "alpha", "bravo"] {
        let event = EVENT.replace("UID:event1", &format!("UID:{name}"));
        provider.create(calendar, &format!("{name}.ics"), event.as_bytes()).await.unwrap();
    }
    let objects = provider.read(calendar, &Known::nothing()).await.unwrap().objects;
    assert_eq!(objects.iter().map(|object| &*object.href).collect::<Vec<_>>(), ["alpha.ics", "bravo.ics", "delta.ics"]);
}

async fn a_missing_calendar_is_not_found(provider: &impl Provider, missing: &str) {
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

#[test]
fn folders_keep_the_contract() {
    holds_but_for(&[], |check| {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("work")).unwrap();
        block_on(check.run(&Vdir::new(root.path()), "work", "missing"));
        let left = std::fs::read_dir(root.path().join("work")).unwrap().map(|entry| entry.unwrap().file_name());
        let stray: Vec<_> = left.filter(|name| !name.to_string_lossy().ends_with(".ics")).collect();
        assert!(stray.is_empty(), "{stray:?} is left behind");
    });
}

#[test]
fn memory_keeps_the_contract() {
    holds_but_for(&[], |check| block_on(check.run(&Memory::new(&["work"]), "work", "missing")));
}

#[test]
fn google_keeps_the_contract() {
    let deviations = [
        (
            Check::DeletedNameIsFree,
            "Google keeps the ids of deleted events for ever: the cycle takes the next generation",
        ),
        (Check::BodiesSurviveByteForByte, "Google speaks JSON: it keeps what it has a field for"),
    ];
    holds_but_for(&deviations, |check| {
        let stage = Stage::new();
        stage.run(check.run(&stage.account, "primary", "missing"));
        stage.google.assert_clean();
    });
}

#[test]
#[should_panic(expected = "DeletedIsGone passes, against the table")]
fn a_table_that_excuses_what_passes_fails() {
    let deviations = [(Check::DeletedIsGone, "an old fault, mended")];
    holds_but_for(&deviations, |check| block_on(check.run(&Memory::new(&["work"]), "work", "missing")));
}

#[test]
fn memory_shows_what_somebody_else_did() {
    let memory = Memory::new(&["work"]);
    memory.put("work", "a.ics", b"theirs");
    assert_eq!(block_on(memory.get("work", "a.ics")).unwrap().unwrap().body, b"theirs");
    assert!(memory.remove("work", "a.ics"));
    assert_eq!(block_on(memory.get("work", "a.ics")).unwrap(), None);
}
