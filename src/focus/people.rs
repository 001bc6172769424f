//! Who takes part in an occurrence, and which of them is the user. Rooms and resources are nobody.

use std::collections::BTreeSet;

use crate::calendar::event::{Answer, AttendeeKind, Details};

/// Who takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Persons, the user included.
    pub count: usize,
    /// At least one other person.
    pub meeting: bool,
    /// The user called it.
    pub organised_by_me: bool,
    /// The user's answer; none where the user is not among the attendees.
    pub my_answer: Option<Answer>,
}

/// Who takes part, given the user's addresses on that account (lower case).
///
/// Where the addresses are not known, the user is taken to be one of the two or more persons named, so that a
/// one-to-one still counts two; a single person named is then taken for the user.
pub fn of(details: &Details, emails: &[String]) -> People {
    let is_me = |address: &str, said: bool| said || emails.iter().any(|email| email == address);
    let organised_by_me = details.organizer.as_ref().is_some_and(|one| is_me(&one.address, one.is_me));
    let mut others = BTreeSet::new();
    let mut known_me = organised_by_me;
    let mut my_answer = None;
    for attendee in details.attendees.iter().filter(|one| one.kind == AttendeeKind::Person) {
        if is_me(&attendee.address, attendee.is_me) {
            known_me = true;
            // Invited under two addresses one answers with one of them.
            my_answer = my_answer.filter(|answer| *answer != Answer::NeedsAction).or(Some(attendee.answer));
        } else {
            others.insert(attendee.address.as_str());
        }
    }
    if let Some(organizer) = details.organizer.as_ref().filter(|_| !organised_by_me) {
        // An organiser who is a room's address among the attendees is still nobody.
        let thing =
            details.attendees.iter().any(|one| one.address == organizer.address && one.kind == AttendeeKind::Resource);
        if !thing {
            others.insert(organizer.address.as_str());
        }
    }
    let unknown = emails.is_empty() && !known_me;
    let others = if unknown { others.len().saturating_sub(1) } else { others.len() };
    People { count: others + 1, meeting: others > 0, organised_by_me, my_answer }
}

impl People {
    /// Whether the user called it or is among the attendees.
    pub fn has_me(&self) -> bool {
        self.organised_by_me || self.my_answer.is_some()
    }
}
