//! Bodies of refusals: the condition that did not hold, in every server's way to say it.

use seawall::provider::caldav::xml::precondition::read;
use seawall::provider::caldav::xml::{DavError, Precondition};

use super::{body, multistatus};

fn condition(body: &str) -> Precondition {
    read(body.as_bytes()).unwrap_or_else(|| panic!("an error: {body}")).precondition
}

#[test]
fn real_servers_name_their_conditions() {
    let expected = |precondition: Precondition, message: Option<&str>| {
        Some(DavError { precondition, message: message.map(str::to_owned) })
    };
    assert_eq!(read(&body("radicale-bogus")), expected(Precondition::ValidSyncToken, None));
    assert_eq!(
        read(&body("xandikos-bogus")),
        expected(Precondition::ValidSyncToken, Some("Requested sync token bogus is invalid"))
    );
    assert_eq!(read(&body("radicale-dup")), expected(Precondition::NoUidConflict(None), None));
    assert_eq!(read(&body("xandikos-dup")), expected(Precondition::NoUidConflict(None), Some("UID already in use.")));
}

#[test]
fn each_condition_has_its_name() {
    let href = Some("/cal/other.ics".to_owned());
    for (inner, expected) in [
        ("<d:valid-sync-token/>", Precondition::ValidSyncToken),
        ("<c:no-uid-conflict/>", Precondition::NoUidConflict(None)),
        (
            "<c:no-uid-conflict><d:href>/cal/other.ics</d:href></c:no-uid-conflict>",
            Precondition::NoUidConflict(href.clone()),
        ),
        (
            "<c:unique-scheduling-object-resource><d:href> /cal/other.ics\n</d:href></c:unique-scheduling-object-resource>",
            Precondition::UniqueSchedulingObject(href),
        ),
        ("<d:number-of-matches-within-limits/>", Precondition::NumberOfMatchesWithinLimits),
        ("<c:max-resource-size/>", Precondition::MaxResourceSize),
        (
            "<d:need-privileges><d:resource><d:href>/</d:href></d:resource></d:need-privileges>",
            Precondition::NeedPrivileges,
        ),
        ("<c:valid-calendar-data/>", Precondition::ValidCalendarData),
        ("<c:valid-calendar-object-resource/>", Precondition::ValidCalendarObject),
        ("<c:supported-calendar-component/>", Precondition::SupportedCalendarComponent),
        ("<c:supported-calendar-data/>", Precondition::SupportedCalendarData),
        ("<d:quota-not-exceeded/>", Precondition::Quota),
        ("<d:lock-token-submitted/>", Precondition::Locked),
        ("<d:supported-report/>", Precondition::SupportedReport),
        ("<c:min-date-time/>", Precondition::Other("min-date-time".to_owned())),
        ("", Precondition::Bare),
        ("Rate limit", Precondition::Bare),
    ] {
        let body = format!("<d:error xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\">{inner}</d:error>");
        assert_eq!(condition(&body), expected, "{inner}");
    }
    assert_eq!(condition("<D:error xmlns:D=\"DAV:\"/>"), Precondition::Bare, "Google, asked too often");
}

#[test]
fn what_a_server_adds_for_people_is_no_condition() {
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">\
                <s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception>\
                <s:message>Calendar object with uid already exists in this calendar collection.</s:message></d:error>";
    let error = read(body.as_bytes()).unwrap();
    assert_eq!(error.precondition, Precondition::Bare);
    assert!(error.message.unwrap().starts_with("Calendar object with uid"));
    let body = "<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\"><s:sabredav-version>1.8.12</s:sabredav-version>\
                <d:supported-report/></d:error>";
    assert_eq!(condition(body), Precondition::SupportedReport);
}

#[test]
fn a_refusal_inside_a_multistatus_is_found() {
    let inner = "<d:response><d:href>/cal/a.ics</d:href><d:status>HTTP/1.1 412 Precondition Failed</d:status>\
                 <d:error><cal:no-uid-conflict/></d:error></d:response>";
    assert_eq!(condition(&multistatus(inner)), Precondition::NoUidConflict(None));
}

#[test]
fn a_body_without_an_error_has_none() {
    for body in ["", "Conflict", "{}", "<html><h1>403</h1></html>", "<!DOCTYPE html>", "<a", &multistatus("")] {
        assert_eq!(read(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn an_error_that_breaks_off_is_still_one() {
    let body = "<d:error xmlns:d=\"DAV:\"><d:valid-sync-token/><d:respon";
    assert_eq!(condition(body), Precondition::ValidSyncToken);
}
