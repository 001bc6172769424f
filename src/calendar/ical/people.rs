//! ORGANIZER and ATTENDEE (RFC 5545 3.8.4.1, 3.8.4.3) as persons and answers.
//! Knows nothing of who the user is.

use std::borrow::Cow;

use super::property::{Property, bare};
use crate::calendar::event::{Answer, Attendee, AttendeeKind, Organizer};

/// Marks the person to whom the calendar belongs: Google's `self`.
const ME: &str = "X-GOOGLE-SELF";

/// Reads an ORGANIZER.
pub(super) fn organizer(property: &Property<'_>) -> Organizer {
    let is_me = property.param(ME).is_some();
    Organizer { address: address(property), name: property.param("CN").map(Cow::into_owned), is_me }
}

/// Reads an ATTENDEE.
pub(super) fn attendee(property: &Property<'_>) -> Attendee {
    let (mut name, mut kind, mut answer) = (None, AttendeeKind::Person, Answer::NeedsAction);
    let mut is_me = false;
    for (key, value) in property.params() {
        if key.eq_ignore_ascii_case("CN") {
            name = bare(value).map(Cow::into_owned);
        } else if key.eq_ignore_ascii_case("CUTYPE") {
            kind = self::kind(&bare(value).unwrap_or_default());
        } else if key.eq_ignore_ascii_case("PARTSTAT") {
            answer = self::answer(&bare(value).unwrap_or_default());
        } else if key.eq_ignore_ascii_case(ME) {
            is_me = true;
        }
    }
    Attendee { address: address(property), name, kind, answer, is_me }
}

fn kind(word: &str) -> AttendeeKind {
    if word.eq_ignore_ascii_case("ROOM") || word.eq_ignore_ascii_case("RESOURCE") {
        AttendeeKind::Resource
    } else {
        AttendeeKind::Person
    }
}

fn answer(word: &str) -> Answer {
    match word {
        word if word.is_empty() || word.eq_ignore_ascii_case("NEEDS-ACTION") => Answer::NeedsAction,
        word if word.eq_ignore_ascii_case("TENTATIVE") => Answer::Tentative,
        word if word.eq_ignore_ascii_case("DECLINED") => Answer::Declined,
        _ => Answer::Accepted,
    }
}

/// The mail address; where the value is none (Apple writes paths there), the EMAIL parameter (RFC 7986).
fn address(property: &Property<'_>) -> String {
    let value = property.value.trim();
    match value.split_at_checked("mailto:".len()) {
        Some((scheme, mail)) if scheme.eq_ignore_ascii_case("mailto:") => mail.trim().to_lowercase(),
        _ => property.param("EMAIL").map_or_else(|| value.to_lowercase(), |mail| mail.trim().to_lowercase()),
    }
}
