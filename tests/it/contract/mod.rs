//! What every provider owes its caller, as one suite that runs on each of them.

mod checks;

pub(crate) use checks::meaning;

use seawall::provider::Provider;
use seawall::provider::vdir::Vdir;

use crate::google::Stage;
use crate::support::block_on;
use crate::support::memory::Memory;

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
    BodiesKeepTheirMeaning,
    BodiesSurviveByteForByte,
    GoingOnTellsAll,
    NewContentUnderAnOldNameIsSeen,
    SortedByHref,
    MissingCalendarIsNotFound,
}

impl Check {
    pub(crate) const ALL: [Self; 14] = [
        Self::ListedAsWritable,
        Self::EmptyReadsCompleteAndEmpty,
        Self::MissingObjectIsNoneAndNotFound,
        Self::NameIsTakenOnce,
        Self::StaleEtagWritesNothing,
        Self::DeletedIsGone,
        Self::DeletedNameIsFree,
        Self::ListingAndGetAgree,
        Self::BodiesKeepTheirMeaning,
        Self::BodiesSurviveByteForByte,
        Self::GoingOnTellsAll,
        Self::NewContentUnderAnOldNameIsSeen,
        Self::SortedByHref,
        Self::MissingCalendarIsNotFound,
    ];

    /// Tries it; `missing` is the name of no calendar.
    pub(crate) async fn run(self, provider: &impl Provider, calendar: &str, missing: &str) {
        match self {
            Self::ListedAsWritable => checks::it_is_listed_as_writable(provider, calendar).await,
            Self::EmptyReadsCompleteAndEmpty => {
                checks::an_empty_calendar_reads_complete_and_empty(provider, calendar).await;
            }
            Self::MissingObjectIsNoneAndNotFound => {
                checks::a_missing_object_is_none_and_not_found(provider, calendar).await;
            }
            Self::NameIsTakenOnce => checks::a_name_is_taken_once(provider, calendar).await,
            Self::StaleEtagWritesNothing => checks::a_stale_etag_writes_nothing(provider, calendar).await,
            Self::DeletedIsGone => checks::a_deleted_object_is_gone(provider, calendar).await,
            Self::DeletedNameIsFree => checks::the_name_of_a_deleted_object_is_free(provider, calendar).await,
            Self::ListingAndGetAgree => checks::a_listing_gives_what_a_look_gives(provider, calendar).await,
            Self::BodiesKeepTheirMeaning => checks::bodies_keep_their_meaning(provider, calendar).await,
            Self::GoingOnTellsAll => {
                checks::a_reading_that_goes_on_tells_what_a_full_one_tells(provider, calendar).await;
            }
            Self::NewContentUnderAnOldNameIsSeen => {
                checks::new_content_under_an_old_name_is_seen(provider, calendar).await;
            }
            Self::BodiesSurviveByteForByte => checks::bodies_survive_byte_for_byte(provider, calendar).await,
            Self::SortedByHref => checks::objects_are_sorted_by_href(provider, calendar).await,
            Self::MissingCalendarIsNotFound => checks::a_missing_calendar_is_not_found(provider, missing).await,
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
        (Check::NewContentUnderAnOldNameIsSeen, "the same: no second object gets the name"),
        (Check::BodiesKeepTheirMeaning, "Google gives each event a UID of its own, and says TRANSP always"),
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
    assert_eq!(block_on(memory.get("work", "a.ics")).unwrap().unwrap().body[..], *b"theirs");
    assert!(memory.remove("work", "a.ics"));
    assert_eq!(block_on(memory.get("work", "a.ics")).unwrap(), None);
}
