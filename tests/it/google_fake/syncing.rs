//! Sync tokens and pages: what a token shows, what may not stand beside it, and when it ends.

use serde_json::json;

use super::{Asker, Told};
use crate::support::google::State;

const EVENTS: &str = "calendars/primary/events";

impl Told {
    fn token(&self) -> &str {
        assert_eq!(self.body["nextPageToken"], json!(null), "both tokens");
        self.body["nextSyncToken"].as_str().unwrap_or_else(|| panic!("no sync token: {self:?}"))
    }

    fn page(&self) -> Option<&str> {
        assert!(self.body["nextPageToken"].is_null() || self.body["nextSyncToken"].is_null(), "both tokens");
        self.body["nextPageToken"].as_str()
    }
}

#[test]
fn a_token_brings_what_changed_since_and_deletions_too() {
    let asker = Asker::new();
    for id in ["meet1", "meet2", "meet3"] {
        asker.seed(id, &json!({"summary": id}));
    }
    let first = asker.get(EVENTS);
    assert_eq!(first.each("id"), ["meet1", "meet2", "meet3"]);
    let nothing = asker.get(&format!("{EVENTS}?syncToken={}", first.token()));
    assert_eq!(nothing.each("id"), [""; 0]);
    asker.google.with(|state| {
        state.change_event("primary", "meet1", &json!({"start": {"dateTime": "2026-11-23T09:30:00+01:00"}}));
        state.cancel("primary", "meet2");
        state.put("primary", super::hour("meet4", &json!({})));
    });
    let changed = asker.get(&format!("{EVENTS}?syncToken={}", nothing.token()));
    assert_eq!(changed.each("id"), ["meet1", "meet2", "meet4"]);
    assert_eq!(changed.each("status"), ["confirmed", "cancelled", "confirmed"]);
    assert_eq!(changed.each("summary"), ["meet1", "-", "-"], "a deletion says only what was deleted");
    assert_eq!(asker.get(&format!("{EVENTS}?syncToken={}", changed.token())).each("id"), [""; 0]);
    assert_eq!(asker.get(EVENTS).each("id"), ["meet1", "meet3", "meet4"]);
    assert_eq!(asker.get(&format!("{EVENTS}?showDeleted=true")).each("id"), ["meet1", "meet2", "meet3", "meet4"]);
    asker.google.assert_clean();
}

#[test]
fn a_token_stands_with_the_parameters_of_its_first_listing_and_with_no_others() {
    let asker = Asker::new();
    let first = asker.get(&format!("{EVENTS}?singleEvents=false&timeMin=2026-11-01T00:00:00Z"));
    let with = |more: &str| {
        let told = asker.get(&format!("{EVENTS}?syncToken={}{more}", first.token()));
        let (status, reason) = told.reason();
        format!("{status} {reason}")
    };
    assert_eq!(with("&singleEvents=false"), "200 ");
    assert_eq!(with("&singleEvents=false&fields=nextSyncToken"), "200 ", "how an answer is shown may change");
    for more in [
        "",
        "&singleEvents=true",
        "&singleEvents=false&eventTypes=default",
        "&singleEvents=false&showDeleted=false",
        "&singleEvents=false&timeMin=2026-11-01T00:00:00Z",
        "&singleEvents=false&q=x",
        "&singleEvents=false&orderBy=updated",
        "&singleEvents=false&privateExtendedProperty=a%3Db",
        "&singleEvents=false&updatedMin=2026-11-19T00:00:00Z",
    ] {
        assert_eq!(with(more), "400 invalid", "{more}");
    }
    for query in
        ["orderBy=updated", "q=x", "iCalUID=x", "privateExtendedProperty=a%3Db", "updatedMin=2026-11-19T00:00:00Z"]
    {
        let told = asker.get(&format!("{EVENTS}?{query}"));
        assert_eq!((told.status, &told.body["nextSyncToken"]), (200, &json!(null)), "{query}");
    }
    asker.google.assert_clean();
}

#[test]
fn a_token_at_its_end_asks_for_a_full_listing() {
    let asker = Asker::new();
    let token = asker.get(EVENTS).token().to_owned();
    asker.google.with(State::expire_sync_tokens);
    let told = asker.get(&format!("{EVENTS}?syncToken={token}"));
    assert_eq!(told.reason(), (410, "fullSyncRequired"));
    assert_eq!(told.body["error"]["code"], 410);
    assert_eq!(asker.get(&format!("{EVENTS}?syncToken=nonsense")).reason(), (410, "fullSyncRequired"));
    let updated = asker.get(&format!("{EVENTS}?updatedMin=2026-01-01T00:00:00Z"));
    assert_eq!(updated.reason(), (410, "updatedMinTooLongAgo"));
    asker.google.assert_clean();
}

#[test]
fn pages_hold_what_was_there_when_they_began() {
    let asker = Asker::new();
    for n in 1..=5 {
        asker.seed(&format!("meet{n}"), &json!({}));
    }
    let first = asker.get(&format!("{EVENTS}?maxResults=2"));
    assert_eq!(first.each("id"), ["meet1", "meet2"]);
    asker.google.with(|state| state.cancel("primary", "meet4"));
    let second = asker.get(&format!("{EVENTS}?maxResults=2&pageToken={}", first.page().unwrap()));
    assert_eq!(second.each("id"), ["meet3", "meet4"]);
    let third = asker.get(&format!("{EVENTS}?maxResults=2&pageToken={}", second.page().unwrap()));
    assert_eq!((third.each("id"), third.page()), (vec!["meet5"], None));
    let changed = asker.get(&format!("{EVENTS}?maxResults=2&syncToken={}", third.token()));
    assert_eq!(changed.each("id"), ["meet4"], "what changed between two pages is not lost");
    assert_eq!(
        asker.get(&format!("{EVENTS}?maxResults=3&pageToken={}", first.page().unwrap())).reason(),
        (400, "invalid")
    );
    asker.google.assert_clean();
}

#[test]
fn a_page_can_be_empty_or_short_and_there_is_more() {
    let asker = Asker::new();
    for n in 1..=3 {
        asker.seed(&format!("meet{n}"), &json!({}));
    }
    asker.google.with(|state| {
        state.switches.empty_pages = true;
        state.switches.page_size = Some(2);
    });
    let mut page = asker.get(EVENTS);
    let mut pages = vec![page.each("id").len()];
    while let Some(token) = page.page() {
        page = asker.get(&format!("{EVENTS}?pageToken={token}"));
        pages.push(page.each("id").len());
    }
    assert_eq!(pages, [0, 2, 1]);
    asker.google.assert_clean();
}

#[test]
fn the_list_of_calendars_has_tokens_of_its_own() {
    let asker = Asker::new();
    let first = asker.get("users/me/calendarList");
    assert_eq!(first.each("id"), ["anna@example.org", "team@group.calendar.google.com"]);
    let none = asker.get(&format!("users/me/calendarList?syncToken={}", first.token()));
    assert_eq!(none.each("id"), [""; 0]);
    assert_eq!(
        asker.get(&format!("{EVENTS}?syncToken={}", none.token())).reason(),
        (400, "invalid"),
        "another listing"
    );
    asker.google.assert_clean();
}
