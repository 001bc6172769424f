//! What the database is told comes back as it was, and nothing else.

use jiff::Timestamp;
use rusqlite::Connection;
use seawall::focus::arrival::{Cause, Sighting, SightingKey};
use seawall::focus::plan::Closed;
use seawall::provider::{Etag, Object};
use seawall::reconcile::key::Kind;
use seawall::reconcile::ledger::{BalanceRecord, LedgerRow, LedgerState, WriteRecord};
use seawall::store::mirror::{Mirror, MirrorChange};
use seawall::store::{Store, StoreError};

use super::{Dir, at, calendar, closed, hold, morning, span};

#[test]
fn a_ledger_row_comes_back_as_it_was_and_in_order_of_key() {
    let store = Store::in_memory().unwrap();
    let mut summary = hold(1);
    summary.uid = "sea0s".to_owned();
    summary.key.kind = Kind::Summary;
    summary.key.role = String::new();
    let mut released = hold(10);
    released.state = LedgerState::Released;
    released.key.generation = 20;
    released.written.busy = false;
    let mut pinned = hold(2);
    pinned.state = LedgerState::Dismissed;
    pinned.pinned = true;
    let mut canary = hold(3);
    canary.key.kind = Kind::Canary;
    canary.key.calendar.calendar = "ä/b".to_owned();
    for row in [&canary, &released, &summary, &pinned] {
        store.put_ledger(row).unwrap();
    }
    assert_eq!(store.ledger().unwrap(), [pinned.clone(), released.clone(), summary, canary.clone()]);

    released.state = LedgerState::Live;
    store.put_ledger(&released).unwrap();
    store.remove_ledger("sea0s").unwrap();
    store.remove_ledger("unknown").unwrap();
    assert_eq!(store.ledger().unwrap(), [pinned, released, canary]);
}

#[test]
fn closed_time_is_kept_once_removed_by_span_and_forgotten_when_past() {
    let store = Store::in_memory().unwrap();
    let (first, second) = (morning(), closed("2026-11-19T08:00:00Z", "2026-11-19T09:00:00Z"));
    let other_role = Closed { role: "learning".to_owned(), forgiven: 0, ..morning() };
    store.put_closed(&[second.clone(), first.clone(), first.clone()]).unwrap();
    store.put_closed(&[first.clone(), other_role.clone()]).unwrap();
    assert_eq!(store.closed().unwrap(), [first.clone(), other_role, second.clone()]);

    assert_eq!(store.remove_closed(span("2026-11-18T08:00:00Z", "2026-11-18T10:00:00Z")).unwrap(), 0);
    assert_eq!(store.remove_closed(first.span).unwrap(), 2);
    store.prune_closed(at("2026-11-19T08:59:59Z")).unwrap();
    assert_eq!(store.closed().unwrap(), [second]);
    store.prune_closed(at("2026-11-19T09:00:00Z")).unwrap();
    assert_eq!(store.closed().unwrap(), []);
}

#[test]
fn a_dismissal_marks_the_row_and_closes_its_time() {
    let store = Store::in_memory().unwrap();
    store.put_ledger(&hold(1)).unwrap();
    store.dismiss("sea01", &morning()).unwrap();
    assert_eq!(store.ledger().unwrap(), [LedgerRow { state: LedgerState::Dismissed, ..hold(1) }]);
    assert_eq!(store.closed().unwrap(), [morning()]);
}

#[test]
fn what_the_user_did_to_an_unknown_object_changes_nothing() {
    let store = Store::in_memory().unwrap();
    let result = store.dismiss("sea09", &morning());
    assert!(matches!(result, Err(StoreError::Unknown { uid, .. }) if uid == "sea09"));
    assert_eq!(store.closed().unwrap(), []);
}

#[test]
fn a_dismissal_whose_second_half_fails_leaves_no_first_half() {
    let dir = Dir::new();
    let store = dir.open();
    store.put_ledger(&hold(1)).unwrap();
    let saboteur = Connection::open(dir.file("seawall.sqlite")).unwrap();
    saboteur
        .execute_batch("CREATE TRIGGER no BEFORE INSERT ON closed BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        .unwrap();
    let error = store.dismiss("sea01", &morning()).unwrap_err();
    assert!(error.to_string().contains("disk full"), "{error}");
    assert!(error.to_string().contains(dir.file("seawall.sqlite").to_str().unwrap()), "{error}");
    assert_eq!(store.ledger().unwrap(), [hold(1)]);

    saboteur.execute_batch("DROP TRIGGER no").unwrap();
    store.dismiss("sea01", &morning()).unwrap();
    assert_eq!(store.closed().unwrap(), [morning()]);
}

#[test]
fn a_row_that_means_nothing_names_its_column() {
    let dir = Dir::new();
    let store = dir.open();
    store.put_ledger(&hold(1)).unwrap();
    Connection::open(dir.file("seawall.sqlite")).unwrap().execute("UPDATE ledger SET week = 'soon'", ()).unwrap();
    let error = store.ledger().unwrap_err().to_string();
    assert!(error.contains("`week`") && error.contains("soon"), "{error}");
}

#[test]
fn sightings_come_back_as_they_were_but_only_those_that_end_late_enough() {
    let store = Store::in_memory().unwrap();
    let key = |uid: &str, recurrence_id: Option<&str>| SightingKey {
        calendar: calendar("Personal"),
        uid: uid.to_owned(),
        recurrence_id: recurrence_id.map(at),
    };
    let seen = |start, end, changed, cancelled: Option<&str>| Sighting {
        span: span(start, end),
        busy: cancelled.is_none(),
        first_seen: at("2026-11-01T00:00:00Z"),
        changed,
        cancelled: cancelled.map(at),
    };
    let (monday, noon, one) = ("2026-11-16T09:00:00Z", "2026-11-16T12:00:00Z", "2026-11-16T13:00:00Z");
    let moved = |cause| Some((at("2026-11-10T00:00:00Z"), cause));
    let mut rows = vec![
        (key("a", None), seen(monday, noon, None, None)),
        (key("a", Some("1969-12-31T00:00:00Z")), seen(monday, one, moved(Cause::New), None)),
        (key("a", Some(monday)), seen(monday, one, moved(Cause::Moved), Some(noon))),
        (key("b", Some(monday)), seen(monday, one, moved(Cause::Lengthened), None)),
        (key("c", Some(monday)), seen(monday, one, moved(Cause::AcceptedLate), None)),
    ];
    store.put_sightings(&rows).unwrap();
    assert_eq!(store.sightings(at(noon)).unwrap(), rows.iter().cloned().collect());
    assert_eq!(store.sightings(at("2026-11-16T12:00:01Z")).unwrap().len(), 4);
    assert_eq!(store.sightings(at("2026-11-16T13:00:01Z")).unwrap().len(), 0);

    rows[0].1.busy = false;
    store.put_sightings(&rows[..1]).unwrap();
    assert_eq!(store.sightings(Timestamp::MIN).unwrap(), rows.into_iter().collect());
}

#[test]
fn the_log_keeps_every_write_and_counts_the_applied_ones() {
    let store = Store::in_memory().unwrap();
    let write = |minute: i64, error: Option<&str>| WriteRecord {
        at: at("2026-11-16T06:30:00Z") + jiff::SignedDuration::from_mins(minute),
        action: "create".to_owned(),
        kind: "hold".to_owned(),
        uid: format!("sea0{minute}"),
        calendar: "work/Personal".to_owned(),
        title: "Focus: Morning ä".to_owned(),
        start: at("2026-11-18T08:00:00Z"),
        end: at("2026-11-18T11:00:00Z"),
        why: "covers the block".to_owned(),
        error: error.map(str::to_owned),
    };
    let writes = [write(0, None), write(0, None), write(5, Some("412")), write(10, None)];
    for record in &writes {
        store.record_write(record).unwrap();
    }
    assert_eq!(store.log(10, None).unwrap(), writes);
    assert_eq!(store.log(2, None).unwrap(), writes[2..]);
    assert_eq!(store.log(10, Some(writes[2].at)).unwrap(), writes[2..]);
    assert_eq!(store.writes_between(writes[0].at, writes[3].at).unwrap(), 2);
    assert_eq!(store.writes_between(writes[2].at, Timestamp::MAX).unwrap(), 1);
}

#[test]
fn balances_are_those_of_the_last_weeks_across_the_new_year() {
    let store = Store::in_memory().unwrap();
    let week = |text: &str| text.parse().unwrap();
    let minutes = |protected| BalanceRecord { protected, meetings: 60 };
    for (text, protected) in [("2026-W51", 1), ("2026-W53", 2), ("2027-W01", 9), ("2027-W01", 3), ("2027-W02", 4)] {
        store.put_balance(week(text), minutes(protected)).unwrap();
    }
    let last = |weeks| store.balances(weeks, week("2027-W01")).unwrap();
    assert_eq!(last(3), [(week("2026-W53"), minutes(2)), (week("2027-W01"), minutes(3))]);
    assert_eq!(last(4)[0], (week("2026-W51"), minutes(1)));
    assert_eq!(last(0), []);
}

#[test]
fn texts_that_somebody_still_has_are_not_read_into_memory_twice() {
    let (store, work) = (Store::in_memory().unwrap(), calendar("Personal"));
    let object = |href: &str, body: &str| Object {
        href: href.to_owned(),
        etag: Etag("1".to_owned()),
        body: body.as_bytes().into(),
    };
    let changed = vec![object("a.ics", "A"), object("b.ics", "B"), object("c.ics", "C")];
    store.put_mirror(&work, &MirrorChange { changed, ..MirrorChange::default() }).unwrap();
    let before = [object("a.ics", "A"), object("c.ics", "an older C")];
    let mirror = store.mirror_beside(&work, &before).unwrap();
    assert_eq!(mirror, store.mirror(&work).unwrap(), "the same in any case");
    let is_shared = |href: &str| {
        let there = &mirror.objects[href].body;
        before.iter().any(|object| std::sync::Arc::ptr_eq(&object.body, there))
    };
    assert_eq!(["a.ics", "b.ics", "c.ics"].map(is_shared), [true, false, false]);
}

#[test]
fn the_mirror_takes_over_changes_per_calendar_and_can_be_dropped() {
    let store = Store::in_memory().unwrap();
    let object = |href: &str, etag: &str| Object {
        href: href.to_owned(),
        etag: Etag(etag.to_owned()),
        body: b"\x00\xffnot text".as_slice().into(),
    };
    let (work, team) = (calendar("Personal"), calendar("Team"));
    let hrefs = |calendar| {
        let objects = store.mirror(calendar).unwrap().objects.into_values();
        objects.map(|object| (object.href, object.etag.0)).collect::<Vec<_>>()
    };
    let put = |calendar, changed: &[Object], gone: &[&str], cursor: &str| {
        let gone = gone.iter().map(|href| (*href).to_owned()).collect();
        let (cursor, listed) = (Some(cursor.to_owned()), Some(Timestamp::UNIX_EPOCH));
        store.put_mirror(calendar, &MirrorChange { changed: changed.to_vec(), gone, cursor, listed }).unwrap();
    };
    assert_eq!(store.mirror(&work).unwrap(), Mirror::default());
    put(&work, &[object("b.ics", "1"), object("a.ics", "1")], &[], "one");
    put(&team, &[object("a.ics", "t")], &["b.ics"], "team");
    put(&work, &[object("a.ics", "2")], &["b.ics", "never.ics"], "two");
    assert_eq!(hrefs(&work), [("a.ics".to_owned(), "2".to_owned())]);
    let mirror = store.mirror(&team).unwrap();
    assert_eq!(mirror.objects["a.ics"], object("a.ics", "t"));
    assert_eq!((mirror.cursor.as_deref(), mirror.listed), (Some("team"), Some(Timestamp::UNIX_EPOCH)));
    store.put_mirrored(&work, "c.ics", Some(&object("c.ics", "3"))).unwrap();
    store.put_mirrored(&work, "a.ics", None).unwrap();
    assert_eq!(hrefs(&work), [("c.ics".to_owned(), "3".to_owned())]);
    assert_eq!(store.mirror(&work).unwrap().cursor.as_deref(), Some("two"), "a single object moves no cursor");
}

#[test]
fn single_values_are_kept_replaced_and_removed() {
    let dir = Dir::new();
    let store = dir.open();
    assert_eq!(store.meta("paused").unwrap(), None);
    store.set_meta("paused", Some("until undone")).unwrap();
    store.set_meta("paused", Some("")).unwrap();
    assert_eq!(dir.open().meta("paused").unwrap().as_deref(), Some(""));
    store.set_meta("paused", None).unwrap();
    store.set_meta("paused", None).unwrap();
    assert_eq!(store.meta("paused").unwrap(), None);
}
