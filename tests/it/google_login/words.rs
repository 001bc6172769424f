//! What the user is told of a login, by what is known of it; and which scopes serve for which use.

use seawall::provider::google::oauth::grant::Grant;
use seawall::provider::google::oauth::scope::Scope;
use seawall::provider::google::oauth::words::fine;
use secrecy::SecretString;
use serde_json::json;

use super::service::{Service, grant, store, token_file};
use super::{LIST, READ, WRITE};
use crate::support::block_on_paused;

/// Why a login is dead that was given then, where it was said to end then, and refused on 20 November at 10:00.
fn why_dead(obtained: &str, expires: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    block_on_paused(async {
        let service = Service::new("another");
        let file = token_file(folder.path(), "good").await;
        let mut given = grant("good");
        given.obtained = obtained.parse().unwrap();
        given.expires = expires.map(|time| time.parse().unwrap());
        store(&file, &given).await;
        service.source(&file).access_token().await.unwrap_err().message
    })
}

#[test]
fn the_seven_days_of_testing_are_recognised() {
    for (obtained, expires, says) in [
        ("2026-11-13T10:00:00Z", None, "It was 7 days old: most likely the consent screen"),
        ("2026-11-12T11:00:00Z", None, "It was 7 days old: most likely"),
        ("2026-11-14T09:00:00Z", None, "It was 6 days old: most likely"),
        // Too young: that took something else.
        ("2026-11-16T10:00:00Z", None, "Logins end when access is withdrawn"),
        ("2026-11-20T09:00:00Z", None, "Logins end when access is withdrawn"),
        ("2026-11-12T09:00:00Z", None, "if it happens every week"),
        ("2026-01-02T09:00:00Z", None, "after six months without use"),
        // Noticed weeks later, but the service had said when it would end.
        ("2026-10-01T09:00:00Z", Some("2026-10-08T08:59:59Z"), "It was given for 7 days only, and that time is over"),
        ("2026-10-01T09:00:00Z", Some("2026-10-31T09:00:00Z"), "choose access without an end"),
        // Its time is not over: something else.
        ("2026-11-01T09:00:00Z", Some("2026-12-31T09:00:00Z"), "Logins end when access is withdrawn"),
        // A file can hold any time.
        ("-009999-01-02T01:59:59Z", Some("9999-12-30T22:00:00Z"), "Logins end when"),
        ("9999-12-30T22:00:00Z", Some("-009999-01-02T01:59:59Z"), "It was given for"),
    ] {
        let told = why_dead(obtained, expires);
        assert!(told.contains(says), "{obtained}, {expires:?}: {says:?} is not in {told}");
        assert!(told.contains("run `seawall login work`"), "{told}");
    }
}

#[test]
fn a_login_that_will_end_is_said_to_before_it_does() {
    let lives = |seconds: u64| {
        let lives = Some(std::time::Duration::from_secs(seconds));
        let scopes = [READ, LIST].map(str::to_owned).into();
        Grant::new("client", SecretString::from("t"), scopes, grant("").obtained, lives)
    };
    let told = fine(&lives(604_799), "work");
    assert!(told[1].starts_with("this login ends on 20 Nov 2026: the consent screen"), "{told:?}");
    assert!(told[1].contains("Publish app"), "{told:?}");
    let told = fine(&lives(90 * 86_400), "work");
    assert!(told[1].contains("choose access without an end"), "{told:?}");
    // No such end can be said in a date: then there is none.
    assert_eq!(fine(&lives(u64::MAX), "work").len(), 1);
    assert_eq!(fine(&grant("t"), "work").len(), 1);
}

#[test]
fn the_command_to_type_is_one_that_can_be_typed() {
    let mut wide = grant("t");
    wide.scopes = vec!["https://www.googleapis.com/auth/calendar".to_owned()];
    let told = fine(&wide, "my work");
    assert!(told[1].contains("more than seawall needs; `seawall login 'my work'` asks for less"), "{told:?}");
}

#[test]
fn wider_scopes_of_other_tools_serve_too() {
    let missing = |granted: &[&str], holds: bool| {
        let granted: Vec<String> =
            granted.iter().map(|name| format!("https://www.googleapis.com/auth/{name}")).collect();
        let missing = Scope::missing(&Scope::wanted(holds), &granted);
        missing.into_iter().map(|scope| scope.url().rsplit_once('/').unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(missing(&["calendar"], true), [""; 0]);
    assert_eq!(missing(&["calendar.readonly"], false), [""; 0]);
    assert_eq!(missing(&["calendar.readonly"], true), ["calendar.events.owned"]);
    assert_eq!(missing(&["calendar.events"], true), ["calendar.calendarlist.readonly"]);
    assert_eq!(missing(&["calendar.events.owned", "calendar.calendarlist"], true), ["calendar.events.readonly"]);
    assert_eq!(missing(&["calendar.app.created", "drive"], false).len(), 2);
    assert_eq!(missing(&[], true).len(), 3);
}

#[test]
fn a_service_that_tells_nothing_of_scopes_is_believed_to_have_left_them() {
    let folder = tempfile::tempdir().unwrap();
    block_on_paused(async {
        let service = Service::new("good");
        service.say(json!({ "expires_in": 3600 }));
        let file = token_file(folder.path(), "good").await;
        service.source(&file).access_token().await.unwrap();
        assert_eq!(file.load().unwrap().unwrap().scopes, [READ, LIST, WRITE]);
    });
}
