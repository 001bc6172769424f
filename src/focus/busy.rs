//! What counts as busy (design section 2): one occurrence, one verdict, one reason in words.
//! The order of the rules is the order of the table there: the first that fits decides.

use super::policy::{Doubt, Matcher, Policy};
use crate::calendar::event::{Answer, BusyStatus, EventType, Status, Transparency};
use crate::focus::people::People;
use crate::focus::sight::{Origin, Seen, Source};

/// What an occurrence does to the user's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Takes it.
    Busy,
    /// May take it: unanswered.
    Threat,
    /// Leaves it free.
    Free,
    /// Takes it out of working time.
    Off,
    /// Protects it already.
    Focus,
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it does.
    pub counts: Counts,
    /// Why, in words.
    pub why: String,
}

/// Whether any of the matchers fits.
pub fn matches(matchers: &[Matcher], title: &str, attendees: usize) -> bool {
    matchers.iter().any(|matcher| {
        matcher.title.as_ref().is_none_or(|pattern| pattern.is_match(title))
            && matcher.attendees.is_none_or(|wanted| wanted == attendees)
    })
}

/// The verdict over one occurrence. `people` is who takes part, with the user's answer from wherever it stands.
pub fn judge(seen: &Seen, people: &People, source: &Source, policy: &Policy) -> Verdict {
    let (counts, why) = own(seen, people, source, policy)
        .or_else(|| not_mine(seen, people, source))
        .or_else(|| day_off(seen, policy))
        .or_else(|| marked_free(seen, people, policy))
        .or_else(|| in_doubt(seen, people, policy))
        .unwrap_or_else(|| (Counts::Busy, busy_because(seen, people)));
    let why = match &seen.occurrence.uncertain {
        Some(reason) => format!("{why}; uncertain: {reason}"),
        None => why,
    };
    Verdict { counts, why }
}

type Rule = Option<(Counts, String)>;

#[expect(clippy::unnecessary_wraps, reason = "every rule ends in it, and a rule is an option")]
fn fits(counts: Counts, why: impl Into<String>) -> Rule {
    Some((counts, why.into()))
}

/// seawall's own, and what protects time already. A cancelled or declined event protects nothing, and what
/// somebody else called, or keeps in a calendar where only invitations concern the user, is not made by the user,
/// whatever its title.
fn own(seen: &Seen, people: &People, source: &Source, policy: &Policy) -> Rule {
    match seen.origin {
        Origin::Hold => return fits(Counts::Focus, "seawall's own hold"),
        Origin::Summary => return fits(Counts::Free, "seawall's own summary"),
        Origin::Copy | Origin::Foreign => {}
    }
    let details = &seen.occurrence.details;
    if details.status == Status::Cancelled || people.my_answer == Some(Answer::Declined) {
        return None;
    }
    if seen.origin == Origin::Copy {
        return fits(Counts::Focus, "a copy of a hold: counts as your own focus event");
    }
    if not_invited(people, source) {
        return None;
    }
    if details.event_type == EventType::FocusTime {
        return fits(Counts::Focus, "focus time of yours");
    }
    let mine = !people.meeting || people.organised_by_me;
    if mine && matches(&policy.busy.own_focus, &details.title, people.count) {
        return fits(Counts::Focus, "matches [focus] own: your own focus event");
    }
    None
}

/// Whether it lies where only the user's own events count, and is none.
pub(super) fn not_invited(people: &People, source: &Source) -> bool {
    source.only_invited && !people.has_me()
}

fn not_mine(seen: &Seen, people: &People, source: &Source) -> Rule {
    let details = &seen.occurrence.details;
    if details.status == Status::Cancelled {
        return fits(Counts::Free, "cancelled");
    }
    if people.my_answer == Some(Answer::Declined) {
        return fits(Counts::Free, "declined by you");
    }
    match details.event_type {
        EventType::WorkingLocation => return fits(Counts::Free, "a working location"),
        EventType::Birthday => return fits(Counts::Free, "a birthday"),
        EventType::Default | EventType::FocusTime | EventType::OutOfOffice => {}
    }
    if not_invited(people, source) {
        return fits(Counts::Free, format!("you are not invited, and {} counts only your own", source.id));
    }
    None
}

fn day_off(seen: &Seen, policy: &Policy) -> Rule {
    let details = &seen.occurrence.details;
    if details.event_type == EventType::OutOfOffice {
        return fits(Counts::Off, "out of office");
    }
    if details.busy_status == Some(BusyStatus::OutOfOffice) {
        return fits(Counts::Off, "marked out of office");
    }
    let pattern = policy.busy.day_off.iter().find(|pattern| pattern.is_match(&details.title))?;
    if shown_free(seen).is_some() {
        return None;
    }
    fits(Counts::Off, format!("a day off: the title matches `{}`", readable(pattern.as_str())))
}

/// How the event itself says that it leaves the time free, if it does: BUSYSTATUS first, else TRANSP.
fn shown_free(seen: &Seen) -> Option<&'static str> {
    let details = &seen.occurrence.details;
    match (details.busy_status, details.transparency) {
        (Some(BusyStatus::Free), _) => Some("marked free"),
        (Some(BusyStatus::WorkingElsewhere), _) => Some("marked working elsewhere"),
        (None, Some(Transparency::Transparent)) => Some("shown as free (TRANSP)"),
        _ => None,
    }
}

fn marked_free(seen: &Seen, people: &People, policy: &Policy) -> Rule {
    let (occurrence, details) = (&seen.occurrence, &seen.occurrence.details);
    if let Some(why) = shown_free(seen) {
        return fits(Counts::Free, why);
    }
    let unmarked = details.transparency.is_none() && details.busy_status.is_none();
    let whole_day = occurrence.all_day || (!people.meeting && occurrence.span.minutes() >= 24 * 60);
    if !(unmarked && whole_day) || occurrence.uncertain.is_some() {
        return None;
    }
    if policy.busy.all_day_unmarked_busy {
        fits(Counts::Busy, "all day and not marked: busy by all_day_unmarked")
    } else {
        fits(Counts::Free, "all day and not marked busy")
    }
}

fn in_doubt(seen: &Seen, people: &People, policy: &Policy) -> Rule {
    let details = &seen.occurrence.details;
    let doubt = |doubt: Doubt, what: &str, key: &str| match doubt {
        Doubt::Busy => fits(Counts::Busy, format!("{what}: busy by {key}")),
        Doubt::Threat => fits(Counts::Threat, format!("{what}: may take the time")),
        Doubt::Free => fits(Counts::Free, format!("{what}: free by {key}")),
    };
    match people.my_answer {
        Some(Answer::NeedsAction) => return doubt(policy.busy.unanswered, "not answered by you", "unanswered"),
        Some(Answer::Tentative) => return doubt(policy.busy.tentative, "tentatively accepted", "tentative"),
        Some(Answer::Accepted | Answer::Declined) | None => {}
    }
    if details.status == Status::Tentative {
        return doubt(policy.busy.tentative, "tentative (STATUS)", "tentative");
    }
    if details.busy_status == Some(BusyStatus::Tentative) {
        return doubt(policy.busy.tentative, "marked tentative", "tentative");
    }
    None
}

fn busy_because(seen: &Seen, people: &People) -> String {
    let all_day = if seen.occurrence.all_day { ", all day" } else { "" };
    if !people.meeting {
        return format!("solo{all_day}");
    }
    let how = if people.organised_by_me {
        "organised by you"
    } else if people.my_answer.is_some() {
        "accepted"
    } else {
        "you are not among the attendees: counts as accepted"
    };
    format!("{how}{all_day}")
}

/// A pattern without the parts that only a program reads.
fn readable(pattern: &str) -> String {
    pattern.replace("(?i)", "").replace("\\b", "")
}
