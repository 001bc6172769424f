//! What single servers do differently, as data, each with its source. Behaviour follows what a server says or shows,
//! never its name: where one server needs care, all of them get it.
//!
//! Measured on Radicale 3.9.0, Xandikos 0.4.10, Cyrus 3.6.1, DAViCal 1.1.12, SOGo 5.8.0 and SabreDAV 1.8.12; their
//! answers are in `tests/fixtures/caldav`. Care that is code and not data:
//!
//! | what | whose | where |
//! |---|---|---|
//! | the header `DAV` says no calendar-access and is believed by nobody | SOGo at some paths, Cyrus at `/dav/` | `discovery` |
//! | `unauthenticated` inside a 207 is a failed login, once a login was shown | Cyrus at `/dav/` (RFC 5397 allows it) | `discovery` |
//! | no current-user-principal: the address itself is listed | Synology (vdirsyncer#498), mail.ru | `discovery` |
//! | depth 1 is asked of homes alone, never of a principal | iCloud answers 400 (python-caldav's compatibility hints) | `discovery` |
//! | properties of calendars are asked of calendars alone | Cyrus 3.6.1 ends over schedule-calendar-transp at `/dav/calendars/`, DAViCal 1.1.12 answers 500 to sync-token at `/` (measured) | `discovery` |
//! | hrefs in any encoding, or none | SOGo, SabreDAV, Cyrus | `href` |
//! | a full list in the guise of changes, for a token that is not known | DAViCal, SOGo, Stalwart (python-caldav's hints), RustiCal | `reading` |
//! | names what was written in the token's second again | SOGo | `reading` |
//! | texts in a sync lack characters beyond U+FFFF | SOGo 5.8 | `reading`: never asked for there |
//! | one missing object costs a multiget the whole answer, or it is left out | SabreDAV 1.8, DAViCal | `reading` |
//! | success (207) with the refusal inside | Xandikos 0.2 | `write` |
//! | a precondition without quotes is passed over | SOGo | `write` |
//! | objects are stored under another name | DavMail | `write` |
//! | control characters, empty propstats | iCloud (org-caldav PR 305) | `xml` |
//! | several privileges in one element | DavMail | `xml` |
//! | the words of an error right in `error`, in the namespace `DAV` without its colon | SOGo | `xml` |

use jiff::Timestamp;

/// Kinds of collections that say `calendar` too and hold no events of the user's: where invitations wait to be
/// processed, what somebody else keeps up to date (`calendarserver:subscribed`), what was thrown away (Nextcloud).
/// The outbox is none of them: SOGo's personal calendar is the outbox as well.
pub(super) const NO_CALENDARS: [&str; 5] =
    ["schedule-inbox", "notification", "subscribed", "trash-bin", "deleted-calendar"];

/// What lets objects be added: `bind` (RFC 3744 3.9), or the half of it that Cyrus calls `add-resource`.
pub(super) const RIGHTS_TO_ADD: [&str; 2] = ["bind", "add-resource"];
/// What lets objects be removed: `unbind` (RFC 3744 3.10), or Cyrus's half of it.
pub(super) const RIGHTS_TO_REMOVE: [&str; 2] = ["unbind", "remove-resource"];

/// Where services are below an address that is none itself, in the order in which they are tried: after the address,
/// DNS, `/.well-known/caldav` and `/` gave nothing.
pub(super) const BASES: [&str; 6] = [
    // Nextcloud and its kin (python-caldav's compatibility hints).
    "remote.php/dav/",
    // Cyrus, Zimbra, Stalwart (the same hints).
    "dav/",
    // DAViCal as Debian serves it; its well-known address leads there.
    "caldav.php/",
    // SOGo: without a proxy that knows it, it has no well-known address.
    "SOGo/dav/",
    // Baikal.
    "dav.php/",
    // Open-Xchange (the hints).
    "caldav/",
];

/// Where below an address that lets in anybody, as nobody, a login is asked for (Cyrus 3.6.1 at `/dav/`, measured). Only
/// Digest needs the question before it can answer.
pub(super) const GUARDED: [&str; 2] = ["principals/", "calendars/"];

/// How etags begin that count an object's changes from its creation: another object of the same name, made after the
/// first was deleted, has the same etags again. SOGo 5.8: `"gcs00000000"` for each new one.
const COUNTERS: [&str; 1] = ["gcs"];

/// Whether equal etags of that form can belong to different contents.
pub(super) fn is_counter(etag: &str) -> bool {
    COUNTERS.iter().any(|start| etag.trim_matches('"').starts_with(start))
}

/// A sync token to go on from. One that counts seconds stands for a whole second, and what still happens in it is never
/// told to who asks with that token (SOGo 5.8: only changes after it, measured). While it is that second by the server's
/// own clock, the one before is kept: the changes of that second are then told twice, and none is lost.
pub(super) fn settled(token: String, served_at: Option<Timestamp>) -> String {
    let (Ok(second), Some(now)) = (token.parse::<i64>(), served_at.map(Timestamp::as_second)) else { return token };
    if (now - 2..=now + 2).contains(&second) { (second - 1).to_string() } else { token }
}

/// A display name as its user typed it: DAViCal keeps the XML of the request, and so escapes twice.
pub(super) fn display_name(name: &str) -> String {
    name.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Apple's colours have an alpha of their own: `#RRGGBB` of `#RRGGBBAA`; none where it is no such number.
pub(super) fn color(color: &str) -> Option<String> {
    let digits = color.strip_prefix('#')?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && matches!(digits.len(), 6 | 8)).then(|| format!("#{}", digits[..6].to_ascii_uppercase()))
}
