//! What a cycle owes a calendar service that answers from a cursor: how often everything is listed, what is asked when
//! nothing changed, whose clock counts, and what is left of deleted events where their names stay taken.

use jiff::ToSpan as _;
use seawall::calendar::ical;
use seawall::cycle::clock::Clock;
use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::{Consent, Context, Mode, cycle};
use seawall::cycle::undo::{self, Reach};
use seawall::reconcile::marker;

use crate::support::block_on;
use crate::support::service::Service;
use crate::support::world::{World, hold_changes, instant, zones};

const WRITE: Mode = Mode::Write(Consent { accept: false, restore: false, take_over: false });

fn start() -> (World, [Service; 1]) {
    (World::new(), [Service::new(&["work", "private"])])
}

fn run(world: &World, service: &[Service; 1]) -> Outcome {
    run_with(world, service, |cx| cx)
}

fn run_with<'a>(
    world: &'a World,
    service: &'a [Service; 1],
    change: impl FnOnce(Context<'a, Service>) -> Context<'a, Service>,
) -> Outcome {
    let settings = Box::leak(Box::new(world.settings()));
    block_on(cycle(change(world.context(settings, zones(), service, WRITE, None)))).unwrap()
}

fn meeting(service: &Service, calendar: &str, name: &str, day: &str, from: &str, to: &str) {
    let stamp = |time| instant(day, time).strftime("%Y%m%dT%H%M%SZ").to_string();
    let body = format!("UID:{name}\nDTSTART:{}\nDTEND:{}\nSUMMARY:{name}", stamp(from), stamp(to));
    service.put(calendar, &format!("{name}.ics"), &crate::support::ics::calendar(&body));
}

/// The questions without those about the account.
fn asked(service: &Service) -> Vec<String> {
    service.asked().into_iter().filter(|what| !what.starts_with("recall")).collect()
}

fn holds(service: &Service) -> usize {
    service.live("work").values().filter(|text| text.contains("kind=hold")).count()
}

#[test]
fn when_nothing_changed_one_question_per_calendar_is_all() {
    let (mut world, service) = start();
    run(&world, &service);
    assert_eq!(holds(&service[0]), 4);
    let first = asked(&service[0]);
    assert_eq!(first[..2], ["list work", "list private"]);
    assert!(first.iter().any(|what| what.starts_with("news of work")), "read once more after the writes: {first:?}");
    world.forward(5);
    assert_eq!(hold_changes(&run(&world, &service)), "");
    let second = asked(&service[0]);
    assert_eq!(second.len(), 2, "{second:?}");
    assert!(second.iter().all(|what| what.starts_with("news of ")), "{second:?}");
}

#[test]
fn all_names_are_listed_every_six_hours_and_when_the_last_word_is_due_and_when_asked_to() {
    let (mut world, service) = start();
    let lists = |world: &World, thorough: bool| {
        run_with(world, &service, |cx| Context { thorough, ..cx });
        asked(&service[0]).iter().filter(|what| what.starts_with("list ")).count()
    };
    assert_eq!(lists(&world, false), 2, "the first time");
    world.forward(359);
    assert_eq!(lists(&world, false), 0);
    assert_eq!(lists(&world, true), 2, "after a resume");
    world.forward(360);
    assert_eq!(lists(&world, false), 2, "six hours later");
    world.at("fri 15:59");
    assert_eq!(lists(&world, false), 2);
    world.at("fri 16:00");
    assert_eq!(lists(&world, false), 2, "the summary is due");
    world.at("fri 16:05");
    assert_eq!(lists(&world, false), 0);
}

/// Each poll would be a full one else, for as long as the object lies there.
#[test]
fn an_object_that_is_never_given_is_no_reason_to_list_everything_each_time() {
    let (mut world, service) = start();
    meeting(&service[0], "work", "review", "tue", "10", "11");
    run(&world, &service);
    world.forward(5);
    service[0].kept_back.borrow_mut().insert("review.ics".to_owned());
    meeting(&service[0], "work", "never-seen", "wed", "10", "11");
    service[0].kept_back.borrow_mut().insert("never-seen.ics".to_owned());
    let warns = |outcome: &Outcome| {
        for (name, said) in [("review.ics", "counts as it was when last read"), ("never-seen.ics", "does not count")] {
            let told = outcome.warnings.iter().filter(|one| one.text.contains(name) && one.text.contains(said)).count();
            assert_eq!(told, 1, "{:?}", outcome.warnings);
        }
    };
    for (minutes, lists) in [(5, 0), (5, 0), (360, 2), (5, 0)] {
        service[0].asked();
        world.forward(minutes);
        let outcome = run(&world, &service);
        warns(&outcome);
        assert!(outcome.judged.iter().any(|one| one.occurrence.details.uid == "review"), "it is not taken for deleted");
        let asked = asked(&service[0]);
        assert_eq!(asked.iter().filter(|what| what.starts_with("list ")).count(), lists, "{minutes} min: {asked:?}");
    }
}

#[test]
fn a_service_that_forgets_to_tell_of_a_meeting_is_found_out_by_the_next_listing() {
    let (mut world, service) = start();
    run(&world, &service);
    service[0].forgets.set(true);
    meeting(&service[0], "work", "review", "tue", "10", "11");
    world.forward(30);
    assert_eq!(hold_changes(&run(&world, &service)), "", "nobody could know");
    world.forward(360);
    assert!(hold_changes(&run(&world, &service)).contains("tue"), "the hold yields");
}

#[test]
fn after_a_list_that_left_out_an_own_event_the_next_poll_lists_anew() {
    let (mut world, service) = start();
    run(&world, &service);
    let own = || service[0].live("work").into_keys().collect::<Vec<_>>();
    *service[0].left_out.borrow_mut() = own().into_iter().take(1).collect();
    world.forward(360);
    let outcome = run(&world, &service);
    assert!(outcome.warnings.iter().any(|one| one.text.contains("leaves out an event")), "{:?}", outcome.warnings);
    assert!(outcome.partly && own().len() == holds(&service[0]) + 1, "nothing is taken for deleted");
    service[0].left_out.borrow_mut().clear();
    meeting(&service[0], "private", "dentist", "tue", "10", "11");
    asked(&service[0]);
    world.forward(5);
    let outcome = run(&world, &service);
    assert_eq!(asked(&service[0])[..1], ["list work"]);
    assert!(!outcome.partly, "{:?}", outcome.warnings);
    assert!(hold_changes(&outcome).contains("tue"), "and it writes again");
    world.forward(5);
    run(&world, &service);
    assert!(asked(&service[0]).iter().all(|what| !what.starts_with("list ")), "an honest list is gone on from");
}

#[test]
fn undo_removes_what_the_lists_leave_out() {
    let (world, service) = start();
    run(&world, &service);
    let theirs = crate::support::ics::calendar("UID:theirs\nDTSTART:20261117T090000Z\nDTEND:20261117T100000Z");
    service[0].put("work", "theirs.ics", &theirs);
    let own: Vec<String> = service[0].live("work").into_keys().filter(|href| href != "theirs.ics").collect();
    assert!(own.len() > 4);
    *service[0].left_out.borrow_mut() = own.iter().cloned().collect();
    let settings = world.settings();
    let cx = world.context(&settings, zones(), &service, WRITE, None);
    service[0].gives_none.set(true);
    let blind = block_on(undo::removals(cx, Reach::default())).unwrap();
    assert_eq!((blind.changes.len(), blind.unread), (0, vec!["local/work".to_owned()]), "it is said, not passed over");
    service[0].gives_none.set(false);
    let removals = block_on(undo::removals(cx, Reach::default())).unwrap();
    assert_eq!((removals.changes.len(), removals.unread.len()), (own.len(), 0));
    let attempts = block_on(undo::remove(cx, removals.changes)).unwrap();
    assert!(attempts.iter().all(|one| one.applied), "{attempts:?}");
    assert_eq!(service[0].live("work").into_keys().collect::<Vec<_>>(), ["theirs.ics"]);
    let again = block_on(undo::removals(cx, Reach { past: true, pinned: true })).unwrap();
    assert_eq!((again.changes.len(), again.unread.len()), (0, 0), "what was removed is not asked for again");
}

#[test]
fn what_an_account_has_found_out_comes_back_in_the_next_run() {
    let (world, service) = start();
    run(&world, &service);
    assert!(!service[0].asked().iter().any(|what| what.starts_with("recall")), "there was nothing yet");
    run(&world, &service);
    assert!(service[0].asked().contains(&"recall found out".to_owned()));
}

#[test]
fn a_clock_more_than_five_minutes_from_the_services_writes_nothing() {
    for (minutes, writes) in [(0, true), (4, true), (-4, true), (6, false), (-6, false)] {
        let (world, service) = start();
        service[0].served_at.set(Some(Clock::System.now() + minutes.minutes()));
        let outcome = run_with(&world, &service, |cx| Context { clock: Clock::System, ..cx });
        assert_eq!(outcome.halted.is_none(), writes, "{minutes} min: {:?}", outcome.halted);
        assert_eq!(holds(&service[0]) > 0, writes);
    }
}

#[test]
fn a_given_clock_is_believed_whatever_the_service_shows() {
    let (world, service) = start();
    service[0].served_at.set(Some(instant("mon", "3")));
    assert_eq!(run(&world, &service).halted, None);
}

#[test]
fn who_the_user_is_and_whose_the_calendar_is_the_service_knows() {
    let invited = "ORGANIZER:mailto:ben@example.org\nATTENDEE;PARTSTAT=DECLINED:mailto:anna@work.example";
    let body = |lines: &str| {
        let (start, end) = ("20261117T090000Z", "20261117T100000Z");
        crate::support::ics::calendar(&format!("UID:x\nDTSTART:{start}\nDTEND:{end}\nSUMMARY:x\n{lines}"))
    };
    let why = |lines: &str, address: &str, owned: Option<bool>| {
        let (world, service) = start();
        service[0].put("work", "x.ics", &body(lines));
        *service[0].addresses.borrow_mut() = vec![address.to_owned()];
        service[0].owned.set(owned);
        let outcome = run(&world, &service);
        outcome.judged.iter().find(|one| one.occurrence.details.uid == "x").unwrap().verdict.why.clone()
    };
    assert!(why(invited, "anna@work.example", None).contains("declined"));
    assert!(!why(invited, "anna@elsewhere.example", None).contains("declined"));
    let (solo, shared) = (why("", "a@b.example", Some(true)), why("", "a@b.example", Some(false)));
    assert_ne!(solo, shared, "an event of a colleague in a calendar that is not the user's own counts nothing");
}

#[test]
fn an_account_that_needs_a_login_is_named_and_writes_nothing() {
    let (world, service) = start();
    service[0].needs_login.set(true);
    let outcome = run(&world, &service);
    assert_eq!(outcome.logins, ["local"]);
    assert!(outcome.partly && holds(&service[0]) == 0);
}

/// Tuesday off: its hold goes, for there is less to protect.
fn day_off(service: &Service) {
    let body = "UID:off\nDTSTART;VALUE=DATE:20261117\nSUMMARY:Vacation\nTRANSP:OPAQUE";
    service.put("work", "off.ics", &crate::support::ics::calendar(body));
}

/// A service that keeps names, with four holds, and the href of the one on Tuesday.
fn with_kept_names() -> (World, [Service; 1], String) {
    let (world, mut service) = start();
    service[0].keeps_names = true;
    run(&world, &service);
    let of_tuesday = service[0].live("work").into_iter().find(|(_, text)| text.contains("DTSTART:20261117T080000Z"));
    (world, service, of_tuesday.unwrap().0)
}

#[test]
fn where_names_stay_taken_a_delete_says_first_who_deletes() {
    let (mut world, service, tuesday) = with_kept_names();
    day_off(&service[0]);
    world.forward(5);
    asked(&service[0]);
    run(&world, &service);
    let calls = asked(&service[0]);
    let (update, delete) =
        (calls.iter().position(|what| what == "update work"), calls.iter().position(|what| what == "delete work"));
    assert!(update.is_some() && update < delete, "{calls:?}");
    let left = block_on(seawall::provider::Provider::remains(&service[0], "work", &tuesday)).unwrap().unwrap();
    let text = ical::read(&left.body).components[0].details.marker.clone().unwrap();
    assert!(marker::decode(&text).unwrap().released);
}

#[test]
fn a_person_who_is_quicker_between_the_mark_and_the_delete_keeps_the_event() {
    let (mut world, service, tuesday) = with_kept_names();
    day_off(&service[0]);
    service[0].after_update.set(Some(|service, href| {
        let edited = service.live("work")[href].replace("SUMMARY:", "SUMMARY:My ");
        service.put("work", href, &edited);
    }));
    for _ in 0..3 {
        world.forward(5);
        run(&world, &service);
        assert!(service[0].live("work").get(&tuesday).is_some_and(|text| text.contains("SUMMARY:My Focus")));
    }
}

#[test]
fn with_the_database_lost_what_seawall_deleted_gets_another_name_and_what_the_user_deleted_stays_deleted() {
    for by_user in [false, true] {
        let (mut world, service, tuesday) = with_kept_names();
        if by_user {
            service[0].remove("work", &tuesday);
        } else {
            day_off(&service[0]);
            world.forward(5);
            run(&world, &service);
            assert!(!service[0].live("work").contains_key(&tuesday));
            service[0].remove("work", "off.ics");
        }
        world.lose_database();
        for _ in 0..4 {
            world.forward(5);
            run(&world, &service);
        }
        let again = service[0].live("work").values().any(|text| text.contains("DTSTART:20261117T080000Z"));
        assert_eq!(again, !by_user);
        assert!(!service[0].live("work").contains_key(&tuesday), "a deleted name is never revived");
        asked(&service[0]);
        world.forward(5);
        assert_eq!(hold_changes(&run(&world, &service)), "", "and it comes to rest");
    }
}
