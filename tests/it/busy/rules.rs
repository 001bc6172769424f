//! The rows of the table, one by one and against each other.

use seawall::calendar::event::EventType;
use seawall::focus::sight::Origin;

use super::{attendee, called_by_bob, check, check_all, check_as, check_with, mine, team};

#[test]
fn what_seawall_wrote_is_never_input() {
    let events = ["SUMMARY:Focus", "STATUS:CANCELLED", "SUMMARY:Vacation", "TRANSP:TRANSPARENT"];
    for event in events {
        check_as(EventType::Default, Origin::Hold, mine(event), "focus solo: seawall's own hold");
        check_as(EventType::Default, Origin::Summary, mine(event), "free solo: seawall's own summary");
    }
}

#[test]
fn own_focus_protects_time() {
    let copy = "focus solo: a copy of a hold: counts as your own focus event";
    check_as(EventType::Default, Origin::Copy, mine("SUMMARY:x\nTRANSP:TRANSPARENT"), copy);
    check_as(EventType::FocusTime, Origin::Foreign, mine("SUMMARY:x"), "focus solo: focus time of yours");
    let matched = "focus solo: matches [focus] own: your own focus event";
    check("SUMMARY:Deep work on the parser", matched);
    check("SUMMARY:focus", matched);
    check("SUMMARY:My focus", "busy solo: solo");
    check_with("[focus]\nown = [{ title = \"^Write\" }]", "SUMMARY:Write", matched);
    check_with("[focus]\nown = [{ title = \"^Write\" }]", "SUMMARY:Deep work", "busy solo: solo");
    check_with("[focus]\nown = [{ title = \"^Write\", attendees = 2 }]", "SUMMARY:Write", "busy solo: solo");
}

#[test]
fn own_focus_comes_before_every_other_row_of_what_takes_place() {
    let matched = "focus solo: matches [focus] own: your own focus event";
    for line in [
        "TRANSP:TRANSPARENT",
        "STATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "DTSTART;VALUE=DATE:20261116",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:anna@example.org",
        "ATTENDEE;CUTYPE=ROOM:mailto:room@example.org",
    ] {
        check(&format!("SUMMARY:Deep work, no vacation\n{line}"), matched);
    }
}

#[test]
fn what_does_not_take_place_protects_nothing() {
    check("SUMMARY:Focus\nSTATUS:CANCELLED", "free solo: cancelled");
    check("SUMMARY:Focus\nATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.org", "free solo: declined by you");
    check_as(EventType::FocusTime, Origin::Foreign, mine("STATUS:CANCELLED"), "free solo: cancelled");
    check_as(EventType::Default, Origin::Copy, mine("STATUS:CANCELLED"), "free solo: cancelled");
}

#[test]
fn what_others_made_is_no_focus_of_mine() {
    let called = called_by_bob("ACCEPTED").replace("Sync", "Focus group");
    check(&called, "busy 2 people: accepted");
    let mine_with_bob =
        format!("SUMMARY:Focus with Bob\nORGANIZER:mailto:anna@example.org\n{}", attendee("bob", "ACCEPTED"));
    check(&mine_with_bob, "focus 2 people: matches [focus] own: your own focus event");
    let not_invited = "free solo: you are not invited, and a/team counts only your own";
    check_all(&[team("SUMMARY:Focus")], "", &[not_invited]);
    check_as(EventType::FocusTime, Origin::Foreign, team("SUMMARY:x"), not_invited);
    check_all(
        &[team("SUMMARY:Focus\nORGANIZER:mailto:anna@example.org")],
        "",
        &["focus solo: matches [focus] own: your own focus event"],
    );
}

#[test]
fn cancelled_and_declined_are_free_whatever_else_they_are() {
    for line in
        ["SUMMARY:Vacation", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "TRANSP:OPAQUE"]
    {
        check(&format!("STATUS:CANCELLED\n{line}"), "free solo: cancelled");
        check(&format!("{line}\n{}", attendee("anna", "DECLINED")), "free solo: declined by you");
    }
    check(&called_by_bob("DECLINED"), "free 2 people: declined by you");
    let bob_declined = called_by_bob("ACCEPTED")
        .replace("ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob", "ATTENDEE;PARTSTAT=DECLINED:mailto:bob");
    check(&bob_declined, "busy 2 people: accepted");
}

#[test]
fn places_and_birthdays_are_free_even_as_vacation() {
    let event = || mine("SUMMARY:Vacation home\nX-MICROSOFT-CDO-BUSYSTATUS:OOF");
    check_as(EventType::WorkingLocation, Origin::Foreign, event(), "free solo: a working location");
    check_as(EventType::Birthday, Origin::Foreign, event(), "free solo: a birthday");
}

#[test]
fn of_a_calendar_of_others_only_invitations_count() {
    let other =
        format!("ORGANIZER:mailto:bob@example.org\n{}{}", attendee("bob", "ACCEPTED"), attendee("carla", "ACCEPTED"));
    check_all(&[team(&other)], "", &["free 3 people: you are not invited, and a/team counts only your own"]);
    check_all(&[team("SUMMARY:Vacation")], "", &["free solo: you are not invited, and a/team counts only your own"]);
    check_all(&[team(&called_by_bob("ACCEPTED"))], "", &["busy 2 people: accepted"]);
    check_all(
        &[team(&called_by_bob("NEEDS-ACTION"))],
        "",
        &["threat 2 people: not answered by you: may take the time"],
    );
    check_all(&[team(&called_by_bob("DECLINED"))], "", &["free 2 people: declined by you"]);
    let organised = format!("ORGANIZER:mailto:anna@example.org\n{}", attendee("bob", "ACCEPTED"));
    check_all(&[team(&organised)], "", &["busy 2 people: organised by you"]);
    check(&other, "busy 3 people: you are not among the attendees: counts as accepted");
}

#[test]
fn days_off() {
    check_as(EventType::OutOfOffice, Origin::Foreign, mine("TRANSP:TRANSPARENT"), "off solo: out of office");
    check("SUMMARY:x\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", "off solo: marked out of office");
    for (title, word) in [
        ("Public Holiday", "holiday"),
        ("vacation!", "vacation"),
        ("Anna: Out of Office", "out of office"),
        ("OOO", "ooo"),
        ("PTO (half)", "pto"),
        ("Urlaub", "urlaub"),
    ] {
        check(&format!("SUMMARY:{title}"), &format!("off solo: a day off: the title matches `{word}`"));
    }
    for title in ["Holidays", "Laptop", "Cooorp", "Urlaubsplanung"] {
        check(&format!("SUMMARY:{title}"), "busy solo: solo");
    }
    let all_day = "DTSTART;VALUE=DATE:20261116";
    check(&format!("SUMMARY:Vacation\n{all_day}"), "off solo: a day off: the title matches `vacation`");
    check("SUMMARY:Vacation\nTRANSP:TRANSPARENT", "free solo: shown as free (TRANSP)");
    check("SUMMARY:Vacation\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", "free solo: marked free");
    check(
        "SUMMARY:Vacation\nTRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "off solo: a day off: the title matches `vacation`",
    );
    check("SUMMARY:Vacation\nSTATUS:TENTATIVE", "off solo: a day off: the title matches `vacation`");
    check_with("[busy]\nday_off = [\"^Frei$\"]", "SUMMARY:Frei", "off solo: a day off: the title matches `^Frei$`");
    check_with("[busy]\nday_off = [\"^Frei$\"]", "SUMMARY:Vacation", "busy solo: solo");
}

#[test]
fn free_by_the_event_itself() {
    check("TRANSP:TRANSPARENT", "free solo: shown as free (TRANSP)");
    check("X-MICROSOFT-CDO-BUSYSTATUS:FREE\nTRANSP:OPAQUE", "free solo: marked free");
    check("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "free solo: marked working elsewhere");
    check("X-MICROSOFT-CDO-BUSYSTATUS:BUSY\nTRANSP:TRANSPARENT", "busy solo: solo");
    check("X-MICROSOFT-CDO-BUSYSTATUS:LATER\nTRANSP:TRANSPARENT", "free solo: shown as free (TRANSP)");
    let before_the_answer = format!("{}TRANSP:TRANSPARENT", called_by_bob("NEEDS-ACTION"));
    check(&before_the_answer, "free 2 people: shown as free (TRANSP)");
}

#[test]
fn unanswered_by_the_user() {
    let event = called_by_bob("NEEDS-ACTION");
    check(&event, "threat 2 people: not answered by you: may take the time");
    check(
        &event.replace("PARTSTAT=NEEDS-ACTION", "RSVP=TRUE"),
        "threat 2 people: not answered by you: may take the time",
    );
    for (value, expect) in [
        ("threat", "threat 2 people: not answered by you: may take the time"),
        ("busy", "busy 2 people: not answered by you: busy by unanswered"),
        ("free", "free 2 people: not answered by you: free by unanswered"),
    ] {
        // Also where it is tentative by its status: the earlier row decides.
        let lines = format!("[busy]\nunanswered = \"{value}\"\ntentative = \"free\"");
        check_with(&lines, &format!("{event}STATUS:TENTATIVE"), expect);
    }
    let bob_open = called_by_bob("ACCEPTED").replacen("PARTSTAT=ACCEPTED", "PARTSTAT=NEEDS-ACTION", 1);
    check(&bob_open, "busy 2 people: accepted");
}

#[test]
fn tentative_by_each_of_three() {
    for (event, what) in [
        (called_by_bob("TENTATIVE"), "2 people: tentatively accepted"),
        ("STATUS:TENTATIVE".to_owned(), "solo: tentative (STATUS)"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\nTRANSP:TRANSPARENT".to_owned(), "solo: marked tentative"),
    ] {
        check(&event, &format!("busy {what}: busy by tentative"));
        check_with("[busy]\ntentative = \"busy\"", &event, &format!("busy {what}: busy by tentative"));
        check_with("[busy]\ntentative = \"free\"", &event, &format!("free {what}: free by tentative"));
        check_with("[busy]\ntentative = \"threat\"", &event, &format!("threat {what}: may take the time"));
    }
    let accepted = format!("{}STATUS:TENTATIVE", called_by_bob("ACCEPTED"));
    check(&accepted, "busy 2 people: tentative (STATUS): busy by tentative");
}

#[test]
fn all_else_is_busy() {
    check("SUMMARY:Dentist", "busy solo: solo");
    check("", "busy solo: solo");
    check(&called_by_bob("ACCEPTED"), "busy 2 people: accepted");
    check(&called_by_bob("X-UNHEARD-OF"), "busy 2 people: accepted");
    check(&called_by_bob("DELEGATED"), "busy 2 people: accepted");
}

#[test]
fn rooms_and_resources_are_nobody() {
    let room = "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@example.org\n";
    let beamer = "ATTENDEE;CUTYPE=RESOURCE:mailto:beamer@example.org\n";
    check(&format!("{}{room}{beamer}", attendee("anna", "ACCEPTED")), "busy solo: solo");
    check(&format!("ORGANIZER:mailto:anna@example.org\n{room}"), "busy solo: solo");
    check(&format!("ORGANIZER:mailto:room@example.org\n{room}{}", attendee("anna", "ACCEPTED")), "busy solo: solo");
    check(&format!("{}{room}", called_by_bob("ACCEPTED")), "busy 2 people: accepted");
    let group = "ATTENDEE;CUTYPE=GROUP:mailto:all@example.org\n";
    check(&format!("{}{group}", attendee("anna", "ACCEPTED")), "busy 2 people: accepted");
}

#[test]
fn persons_are_counted_with_me() {
    let three = format!("{}{}", called_by_bob("ACCEPTED"), attendee("carla", "DECLINED"));
    check(&three, "busy 3 people: accepted");
    let organiser_apart = format!("ORGANIZER:mailto:bob@example.org\n{}", attendee("anna", "ACCEPTED"));
    check(&organiser_apart, "busy 2 people: accepted");
    check(&called_by_bob("ACCEPTED").to_uppercase(), "busy 2 people: accepted");
    let twice = format!("{}{}", called_by_bob("ACCEPTED"), attendee("bob", "ACCEPTED"));
    check(&twice, "busy 2 people: accepted");
}

#[test]
fn the_answer_of_either_address_counts() {
    for (first, second) in [("ACCEPTED", "NEEDS-ACTION"), ("NEEDS-ACTION", "ACCEPTED")] {
        let event = format!("{}{}{}", attendee("bob", "ACCEPTED"), attendee("anna", first), attendee("a.b", second));
        let two = super::Calendar { emails: &["anna@example.org", "a.b@example.org"], ..mine(&event) };
        check_all(&[two], "", &["busy 2 people: accepted"]);
    }
}

#[test]
fn where_my_address_is_not_known_one_of_the_persons_is_me() {
    let unknown = |events| super::Calendar { emails: &[], ..mine(events) };
    let pair = called_by_bob("NEEDS-ACTION");
    check_all(&[unknown(&pair)], "", &["busy 2 people: you are not among the attendees: counts as accepted"]);
    check_all(&[unknown("ORGANIZER:mailto:anna@example.org")], "", &["busy solo: solo"]);
    check_all(&[unknown("SUMMARY:x")], "", &["busy solo: solo"]);
}
