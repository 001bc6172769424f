//! Accounts with `provider = "ics"`: a file or an address, and the one calendar there.

use super::paths::Base;
use super::tree::{Faults, Field, Table, Wrong};
use super::{account, address, schema, value};
use crate::calendar::CalendarId;
use crate::config::settings::{CalendarUse, Source};

const EXAMPLE: &str = r#"url = "https://example.org/holidays.ics" or path = "holidays.ics""#;
const CALENDARS: &str = r#"[{ name = "holidays", private = true }]"#;

/// Where the calendar is.
pub(super) fn source(table: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<Source> {
    let path = table.parse("path", faults, |text| base.resolve(text), "a file like \"holidays.ics\"");
    let url = address::read(table, "url", faults, "https://example.org/holidays.ics");
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

/// The one calendar; where it is not named, it is called like the account.
pub(super) fn calendars(table: &Table<'_>, account: &str, faults: &mut Faults) -> Option<Vec<CalendarUse>> {
    let id = |calendar: String| CalendarId { account: account.to_owned(), calendar };
    let nodes = match table.list("calendars", faults, CALENDARS) {
        Field::Given(nodes) => nodes,
        Field::Bad => return None,
        Field::Absent => {
            let id = id(account.to_owned());
            return Some(vec![CalendarUse { id, read: true, hold: false, private: false, only_invited: None }]);
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
