//! Calendar objects that a server has not as they were: refused, or stored as something else; which, and why. What a
//! row says of no object fails the test.

use seawall::calendar::ical::{Component, End, Moment};

use super::same_events::Sample;
use crate::support::lab::Server;

/// What became of an object on its way to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The server did not take it.
    Refused,
    /// The server has something else.
    Rewritten,
}

/// Objects that a server has not as they were.
pub(super) struct Odd {
    server: Server,
    pub(super) why: Why,
    /// Which.
    pub(super) is: fn(&Sample) -> bool,
    pub(super) because: &'static str,
}

use Server::{Cyrus, Davical, Radicale, Sabre, Sogo, Xandikos};
use Why::{Refused, Rewritten};

const ODD: &[Odd] = &[
    row(Radicale, Refused, is_cut_short, "vobject reads no calendar that ends early"),
    row(Radicale, Refused, has_no_colon, "vobject reads no line without a colon"),
    row(Radicale, Refused, |it| named(it, &["bom", "cr_only"]), "vobject takes neither a byte order mark nor CR alone"),
    row(Radicale, Refused, |it| named(it, &["bad_date_one_event"]), "one date is none, and so the whole is none"),
    row(Radicale, Refused, |it| named(it, &["group_prefix"]), "vobject reads no group before a property"),
    row(Radicale, Refused, has_other_components, "it takes only what has one kind of component, and knows it"),
    row(Radicale, Refused, |it| named(it, &["two_calendars"]), "one object is one calendar"),
    row(Radicale, Refused, has_periods, "vobject writes no RDATE with periods"),
    row(Radicale, Refused, is_instances_only, "it takes no changed instances without their series"),
    row(Radicale, Rewritten, |it| named(it, &["lowercase"]), "vobject takes a time with a small z for a floating one"),
    row(Xandikos, Refused, is_cut_short, "icalendar finds no whole component"),
    row(
        Xandikos,
        Refused,
        |it| named(it, &["bom", "cr_only"]),
        "icalendar takes neither a byte order mark nor CR alone",
    ),
    row(Xandikos, Refused, |it| named(it, &["nul_byte"]), "control characters are no text (RFC 5545 3.1)"),
    row(Xandikos, Refused, has_other_components, "the calendar takes events only"),
    row(Xandikos, Refused, |it| named(it, &["two_calendars"]), "one object is one calendar"),
    row(Cyrus, Refused, is_cut_short, "libical finds no whole component"),
    row(Cyrus, Refused, has_no_colon, "libical reports the line, and one report is enough to refuse"),
    row(Cyrus, Refused, |it| named(it, &["bad_date_one_event", "lowercase"]), "a date or time that libical can't read"),
    row(Cyrus, Refused, |it| named(it, &["deep_nesting"]), "the unknown component around the event has no UID"),
    row(Cyrus, Refused, |it| named(it, &["nul_byte"]), "the text ends at the NUL"),
    row(Cyrus, Refused, |it| named(it, &["two_calendars"]), "one object is one calendar"),
    row(Cyrus, Refused, has_no_end, "an event needs an end after its start"),
    row(Cyrus, Rewritten, |it| named(it, &["group_prefix"]), "libical takes the group for a part of the name"),
    row(
        Davical,
        Refused,
        |it| named(it, &["bom", "cr_only"]),
        "it finds no calendar behind a byte order mark or before CR",
    ),
    row(
        Davical,
        Refused,
        |it| named(it, &["bad_date_one_event"]),
        "PostgreSQL takes no 13th month, and that ends it (500)",
    ),
    row(Davical, Refused, has_other_components, "an unknown component ends it (500)"),
    row(Davical, Refused, |it| named(it, &["nul_byte"]), "PostgreSQL takes no NUL, and that ends it (500)"),
    row(
        Davical,
        Refused,
        |it| has_periods(it) && !it.body.contains("RRULE"),
        "it fails over periods without an RRULE (500)",
    ),
    row(Sogo, Refused, is_cut_short, "SOPE finds no whole component (404)"),
    row(Sogo, Refused, |it| named(it, &["bad_date_one_event"]), "a date that SOPE can't read (501)"),
    row(Sogo, Refused, |it| named(it, &["cr_only", "deep_nesting"]), "SOPE finds no event (404)"),
    row(Sogo, Refused, |it| named(it, &["nul_byte"]), "a NUL ends it (500)"),
    row(Sogo, Rewritten, has_no_end, "it gives what has no end one hour"),
    row(Sogo, Rewritten, is_floating, "it takes floating times for UTC"),
    row(Sogo, Rewritten, |it| named(it, &["emoji_fold"]), "lines folded inside of a character are stored as (null)"),
    row(Sogo, Rewritten, |it| named(it, &["long_then_missing_end", "missing_end_vevent"]), "it mends what ends early"),
    row(Sabre, Refused, is_cut_short, "vobject finds no end"),
    row(Sabre, Refused, has_no_colon, "vobject reads no line without a colon"),
    row(
        Sabre,
        Refused,
        |it| named(it, &["bom", "lowercase"]),
        "vobject takes neither a byte order mark nor small letters",
    ),
    row(Sabre, Refused, |it| named(it, &["bad_date_one_event"]), "two UIDs in one object"),
    row(
        Sabre,
        Refused,
        |it| named(it, &["caret_rfc6868"]),
        "the vobject of 2013 reads no value that begins with a quote",
    ),
    row(Sabre, Refused, has_other_components, "the calendar takes events only"),
    row(Sabre, Rewritten, |it| named(it, &["nul_byte"]), "PHP's XML has no NUL"),
];

const fn row(server: Server, why: Why, is: fn(&Sample) -> bool, because: &'static str) -> Odd {
    Odd { server, why, is, because }
}

/// Those of one server.
pub(super) fn odd(server: Server) -> impl Iterator<Item = &'static Odd> {
    ODD.iter().filter(move |row| row.server == server)
}

fn named(sample: &Sample, names: &[&str]) -> bool {
    names.iter().any(|name| sample.name == format!("{name}.ics"))
}

/// It ends before its END, or within a component.
fn is_cut_short(sample: &Sample) -> bool {
    let names = ["b64_attach_truncated", "long_then_missing_end", "long_truncated", "missing_end_vevent", "truncated"];
    named(sample, &names)
}

fn has_no_colon(sample: &Sample) -> bool {
    named(sample, &["garbage_line", "long_then_garbage", "no_value_colon"])
}

/// It has components that are not in RFC 5545.
fn has_other_components(sample: &Sample) -> bool {
    named(sample, &["deep_nesting", "unknown_component"])
}

fn has_periods(sample: &Sample) -> bool {
    sample.body.contains("RDATE;VALUE=PERIOD")
}

/// The user is invited to some instances of a series only.
fn is_instances_only(sample: &Sample) -> bool {
    sample.components.iter().all(|one| one.recurrence_id.is_some())
}

fn has_no_end(sample: &Sample) -> bool {
    sample.components.iter().any(|one| one.end == End::Missing)
}

fn is_floating(sample: &Sample) -> bool {
    let floats = |one: &Component| matches!(one.start, Moment::Floating(_));
    sample.components.iter().any(floats)
}
