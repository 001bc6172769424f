//! Why a server refused, in the words of its `DAV:error` body (RFC 4918 16). Status codes are overloaded: 403, 409 and
//! 412 all carry conflicts of UIDs, so the body decides. It knows no status code.

use super::tree::{self, Document, Element, Ns};

/// A condition that did not hold, by name; each name's source is in parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// The sync token is none of the server's, or too old (RFC 6578 3.2).
    ValidSyncToken,
    /// The UID is in use in this calendar; where, as the server spells it (RFC 4791 5.3.2.1).
    NoUidConflict(Option<String>),
    /// The UID is in use in any calendar of the user; where (RFC 6638 3.2.4.1).
    UniqueSchedulingObject(Option<String>),
    /// More answers than the server gives at once (RFC 6578 3.7, RFC 4791 7.8).
    NumberOfMatchesWithinLimits,
    /// The object is too large (RFC 4791 5.3.2.1).
    MaxResourceSize,
    /// Rights are missing (RFC 3744 7.1.1).
    NeedPrivileges,
    /// Not iCalendar, to this server (RFC 4791 5.3.2.1).
    ValidCalendarData,
    /// iCalendar, but not as an object of a calendar has to be (RFC 4791 5.3.2.1).
    ValidCalendarObject,
    /// The calendar takes no events (RFC 4791 5.3.2.1).
    SupportedCalendarComponent,
    /// The media type is refused (RFC 4791 5.3.2.1).
    SupportedCalendarData,
    /// The calendar is full (RFC 4331 6).
    Quota,
    /// Somebody has locked it (RFC 4918 16).
    Locked,
    /// The report is none of the server's (RFC 3253 3.6).
    SupportedReport,
    /// Any other, by its name.
    Other(String),
    /// An error without a reason: Google says so where it is asked too often.
    Bare,
}

/// What a `DAV:error` body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DavError {
    /// The condition.
    pub precondition: Precondition,
    /// The server's words for people, if it has any (Cyrus, SabreDAV, SOGo, Xandikos).
    pub message: Option<String>,
}

/// Reads the body of a refusal, or of a 207 that hides one (Xandikos 0.2 answers a refused PUT so); none where there is
/// no `DAV:error` in it.
pub fn read(body: &[u8]) -> Option<DavError> {
    let text = tree::text(body).ok()?;
    let (mut document, root) = Document::open(&text).ok()?;
    if !root.is(Ns::Dav, "error") {
        let multistatus = super::multistatus::read(body).ok()?;
        return multistatus.responses.into_iter().find_map(|response| response.error);
    }
    let mut root = root;
    // What could be read counts, also where the rest is cut off: it is a refusal in any case.
    while let Ok(Some(child)) = document.child() {
        root.children.push(child);
    }
    root.text = document.text;
    Some(of(&root))
}

/// What a `DAV:error` element says.
pub(super) fn of(error: &Element) -> DavError {
    let message = error
        .children
        .iter()
        .find(|child| (child.ns == Ns::Other && child.name == "message") || child.is(Ns::Dav, "responsedescription"));
    let known = |child: &&Element| child.ns != Ns::Other && !child.is(Ns::Dav, "responsedescription");
    let precondition = error.children.iter().find(known).map_or(Precondition::Bare, named);
    // SOGo puts its words right into the error.
    DavError { precondition, message: message.unwrap_or(error).trimmed() }
}

fn named(element: &Element) -> Precondition {
    let href = || element.child(Ns::Dav, "href").and_then(Element::trimmed);
    match element.name.as_str() {
        "valid-sync-token" => Precondition::ValidSyncToken,
        "no-uid-conflict" => Precondition::NoUidConflict(href()),
        "unique-scheduling-object-resource" => Precondition::UniqueSchedulingObject(href()),
        "number-of-matches-within-limits" => Precondition::NumberOfMatchesWithinLimits,
        "max-resource-size" => Precondition::MaxResourceSize,
        "need-privileges" => Precondition::NeedPrivileges,
        "valid-calendar-data" => Precondition::ValidCalendarData,
        "valid-calendar-object-resource" => Precondition::ValidCalendarObject,
        "supported-calendar-component" => Precondition::SupportedCalendarComponent,
        "supported-calendar-data" => Precondition::SupportedCalendarData,
        "quota-not-exceeded" | "sufficient-disk-space" => Precondition::Quota,
        "lock-token-submitted" | "no-conflicting-lock" => Precondition::Locked,
        "supported-report" => Precondition::SupportedReport,
        other => Precondition::Other(other.to_owned()),
    }
}
