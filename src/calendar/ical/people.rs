//! ORGANIZER and ATTENDEE (RFC 5545 3.8.4.1, 3.8.4.3) as persons and answers.
//! Knows nothing of who the user is.

use super::property::Property;
use crate::calendar::event::{Answer, Attendee, AttendeeKind, Organizer};

/// Reads an ORGANIZER.
pub(super) fn organizer(property: &Property<'_>) -> Organizer {
    Organizer { address: address(property), name: name(property), is_me: false }
}

/// Reads an ATTENDEE.
pub(super) fn attendee(property: &Property<'_>) -> Attendee {
    let is = |param: &Option<std::borrow::Cow<'_, str>>, word: &str| {
        param.as_ref().is_some_and(|value| value.trim().eq_ignore_ascii_case(word))
    };
    let kind = property.param("CUTYPE");
    let answer = property.param("PARTSTAT");
    Attendee {
        address: address(property),
        name: name(property),
        kind: if is(&kind, "ROOM") || is(&kind, "RESOURCE") { AttendeeKind::Resource } else { AttendeeKind::Person },
        answer: match &answer {
            None => Answer::NeedsAction,
            word if is(word, "NEEDS-ACTION") => Answer::NeedsAction,
            word if is(word, "TENTATIVE") => Answer::Tentative,
            word if is(word, "DECLINED") => Answer::Declined,
            Some(_) => Answer::Accepted,
        },
        is_me: false,
    }
}

/// The mail address; where the value is none (Apple writes paths there), the EMAIL parameter (RFC 7986).
fn address(property: &Property<'_>) -> String {
    let value = property.value.trim();
    let mail = match value.split_at_checked("mailto:".len()) {
        Some((scheme, mail)) if scheme.eq_ignore_ascii_case("mailto:") => Some(mail.trim()),
        _ => None,
    };
    match (mail, property.param("EMAIL")) {
        (Some(mail), _) => mail.to_lowercase(),
        (None, Some(mail)) => mail.trim().to_lowercase(),
        (None, None) => value.to_lowercase(),
    }
}

fn name(property: &Property<'_>) -> Option<String> {
    property.param("CN").map(std::borrow::Cow::into_owned)
}
