//! Accounts with `provider = "ics"`: a file or an address, and the one calendar there. An address is often the only
//! secret there is, so no fault repeats it.

use url::{Host, Url};

use super::paths::Base;
use super::tree::{Faults, Field, Node, Table, Wrong};
use super::{account, schema, value};
use crate::calendar::CalendarId;
use crate::config::settings::{CalendarUse, Source};

const EXAMPLE: &str = r#"url = "https://example.org/holidays.ics" or path = "holidays.ics""#;
const CALENDARS: &str = r#"[{ name = "holidays", private = true }]"#;

/// Where the calendar is.
pub(super) fn source(table: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<Source> {
    let path = table.parse("path", faults, |text| base.resolve(text), "a file like \"holidays.ics\"");
    let url = match table.get("url") {
        None => Field::Absent,
        Some(node) => address(&node, faults).map_or(Field::Bad, Field::Given),
    };
    match (path, url) {
        (Field::Given(path), Field::Absent) => Some(Source::IcsFile { path }),
        (Field::Absent, Field::Given(url)) => Some(Source::IcsAddress { url }),
        (Field::Absent, Field::Absent) => {
            faults.missing(&table.place, "url", format!("missing: say where the calendar is: {EXAMPLE}"));
            None
        }
        (Field::Bad, _) | (_, Field::Bad) => None,
        (Field::Given(_), Field::Given(_)) => {
            faults.add(&table.place_of("url"), "the calendar is at one place: either url or path");
            None
        }
    }
}

fn address(node: &Node<'_>, faults: &mut Faults) -> Option<Url> {
    let text = node.parse(faults, |text| Ok(text.trim().to_owned()), "an address")?;
    let fault = match Url::parse(&text) {
        Ok(url) => match wrong(&url) {
            None => return Some(url),
            Some(fault) => fault,
        },
        Err(_) => "expected an address like https://example.org/holidays.ics".to_owned(),
    };
    faults.add(&node.place, fault);
    None
}

/// What keeps an address from being asked; the provider holds redirects to the same.
fn wrong(url: &Url) -> Option<String> {
    let on_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => {
            Some("expected an address without user name or password: none is ever sent".to_owned())
        }
        "https" => None,
        "http" if on_this_machine => None,
        "http" => Some("expected https: over http anybody on the way can read and change the calendar".to_owned()),
        "webcal" | "webcals" => Some("expected https:// in place of webcal://".to_owned()),
        _ => Some("expected an address that begins with https://".to_owned()),
    }
}

/// The one calendar; where it is not named, it is called like the account.
pub(super) fn calendars(table: &Table<'_>, account: &str, faults: &mut Faults) -> Option<Vec<CalendarUse>> {
    let id = |calendar: String| CalendarId { account: account.to_owned(), calendar };
    let nodes = match table.list("calendars", faults, CALENDARS) {
        Field::Given(nodes) => nodes,
        Field::Bad => return None,
        Field::Absent => {
            let id = id(account.to_owned());
            return Some(vec![CalendarUse { id, read: true, hold: false, private: false, only_invited: false }]);
        }
    };
    let [node] = nodes.as_slice() else {
        let message = format!("expected one calendar, for that is all there is at one place: {CALENDARS}");
        faults.add(&table.place_of("calendars"), message);
        return None;
    };
    let table = node.table(faults)?;
    table.only(&[schema::CALENDAR], faults);
    let name = match table.parse("name", faults, value::label, "a name like \"holidays\"") {
        Field::Absent => Some(account.to_owned()),
        name => name.or(None),
    };
    let read = |text: &str| match text {
        "read" => Ok(()),
        _ => Err(Wrong::from("read, for a subscribed calendar can't be written")),
    };
    let used = table.parse("use", faults, read, "\"read\"").or(Some(()));
    let (private, only_invited) = account::options(&table, faults)?;
    used?;
    Some(vec![CalendarUse { id: id(name?), read: true, hold: false, private, only_invited }])
}
