//! The same event in several calendars: who speaks, whose answer counts, and what is said of the others.

use super::{Calendar, attendee, called_by_bob, check_all, mine, team};

const COPY: &str = "the same event in a calendar that comes first in the config";

fn private(events: &str) -> Calendar<'_> {
    Calendar { name: "private", emails: &["anna@home.example"], only_invited: false, events }
}

#[test]
fn the_first_calendar_in_the_config_speaks() {
    let copy = format!("free solo: {COPY}");
    check_all(&[mine("SUMMARY:Dentist"), private("SUMMARY:Other")], "", &["busy solo: solo", &copy]);
    check_all(&[mine("TRANSP:TRANSPARENT"), private("SUMMARY:x")], "", &["free solo: shown as free (TRANSP)", &copy]);
    check_all(&[mine("STATUS:CANCELLED"), private("SUMMARY:x")], "", &["free solo: cancelled", &copy]);
    check_all(&[mine("SUMMARY:x"), private("SUMMARY:x"), team("SUMMARY:x")], "", &["busy solo: solo", &copy, &copy]);
}

#[test]
fn other_uids_are_the_same_by_start_end_and_title() {
    let copy = format!("free solo: {COPY}");
    check_all(&[mine("SUMMARY:Dentist"), private("UID:b\nSUMMARY:Dentist")], "", &["busy solo: solo", &copy]);
    check_all(&[mine("SUMMARY:Dentist"), private("UID:b\nSUMMARY:Bus")], "", &["busy solo: solo"; 2]);
    let longer = "UID:b\nSUMMARY:Dentist\nDTSTART:20261116T090000Z\nDURATION:PT2H";
    check_all(&[mine("SUMMARY:Dentist"), private(longer)], "", &["busy solo: solo"; 2]);
    // Another zone is the same time.
    let elsewhere = "UID:b\nSUMMARY:Dentist\nDTSTART;TZID=America/New_York:20261116T040000\nDURATION:PT1H";
    check_all(&[mine("SUMMARY:Dentist"), private(elsewhere)], "", &["busy solo: solo", &copy]);
}

#[test]
fn one_calendar_holds_no_copies() {
    check_all(&[mine("SUMMARY:x---UID:b\nSUMMARY:x")], "", &["busy solo: solo"; 2]);
    let copy = format!("free solo: {COPY}");
    check_all(
        &[mine("SUMMARY:x---UID:b\nSUMMARY:x"), private("UID:b\nSUMMARY:x")],
        "",
        &["busy solo: solo", "busy solo: solo", &copy],
    );
}

#[test]
fn instances_of_a_series_are_told_apart() {
    let series = "SUMMARY:x\nRRULE:FREQ=DAILY;COUNT=2\nDTSTART:20261116T090000Z\nDURATION:PT1H";
    let moved = "SUMMARY:x\nRECURRENCE-ID:20261117T090000Z\nDTSTART:20261117T130000Z\nDURATION:PT1H";
    let other = format!("{series}---{moved}");
    // The second instance is moved in one of them only: the first calendar speaks for it too.
    let copy = format!("free solo: {COPY}");
    check_all(&[mine(series), private(&other)], "", &["busy solo: solo", &copy, "busy solo: solo", &copy]);
}

#[test]
fn my_answer_counts_from_wherever_i_am_invited() {
    let there = called_by_bob("ACCEPTED").replace("anna@example.org", "anna@home.example");
    let copy = format!("free 2 people: {COPY}");
    for (answer, expect) in [
        ("ACCEPTED", "busy 2 people: accepted"),
        ("NEEDS-ACTION", "threat 2 people: not answered by you: may take the time"),
        ("DECLINED", "free 2 people: declined by you"),
        ("TENTATIVE", "busy 2 people: tentatively accepted: busy by tentative"),
    ] {
        let there = there.replace("PARTSTAT=ACCEPTED:mailto:anna", &format!("PARTSTAT={answer}:mailto:anna"));
        check_all(&[mine(&there), private(&there)], "", &[expect, &copy]);
        let shown = format!("{}{}", attendee("bob", "ACCEPTED"), "SUMMARY:Sync\n");
        check_all(&[team(&shown), private(&there)], "", &[expect, &copy]);
    }
}

#[test]
fn i_am_one_person_under_two_addresses() {
    let copy = format!("free solo: {COPY}");
    let both = "SUMMARY:x\nORGANIZER:mailto:anna@example.org\n\
                ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@home.example";
    check_all(&[mine(both), private(both)], "", &["busy solo: solo", &copy.replace("solo", "2 people")]);
    let declined = both.replace("ACCEPTED", "DECLINED");
    check_all(
        &[mine(&declined), private(&declined)],
        "",
        &["free solo: declined by you", &copy.replace("solo", "2 people")],
    );
}

#[test]
fn what_others_keep_to_themselves_does_not_hide_what_is_mine() {
    let stranger = "free solo: you are not invited, and a/team counts only your own";
    check_all(&[team("SUMMARY:Lunch"), mine("UID:b\nSUMMARY:Lunch")], "", &[stranger, "busy solo: solo"]);
    let copy = format!("free solo: {COPY}");
    check_all(
        &[team("SUMMARY:Lunch"), mine("UID:b\nSUMMARY:Lunch"), private("UID:c\nSUMMARY:Lunch")],
        "",
        &[stranger, "busy solo: solo", &copy],
    );
}

#[test]
fn called_off_under_one_uid_and_there_anew_under_another() {
    check_all(
        &[mine("SUMMARY:x\nSTATUS:CANCELLED"), private("UID:b\nSUMMARY:x")],
        "",
        &["free solo: cancelled", "busy solo: solo"],
    );
}
