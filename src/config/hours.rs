//! Hours on weekdays, as `work`, `away`, `preferred`, `allowed` and blocks have them.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::schema;
use super::tree::{Faults, Field, Node, Table};
use super::value;
use crate::calendar::time::{Span, SpanSet};
use crate::focus::policy::{WeeklyHours, hours_on};

const EXAMPLE: &str = r#"[{ days = "mon-fri", from = "08:30", to = "17:30" }]"#;

/// Working hours and what is taken out of them.
pub(super) struct Hours {
    /// `[hours] work`.
    pub(super) work: Vec<WeeklyHours>,
    /// `[hours] away`.
    pub(super) away: Vec<WeeklyHours>,
}

impl Hours {
    /// Working time of that weekday in a week without clock changes.
    pub(super) fn template(&self, day: Weekday) -> SpanSet {
        let date = date_of(day);
        hours_on(&self.work, date, &TimeZone::UTC).minus(&hours_on(&self.away, date, &TimeZone::UTC))
    }
}

/// A date of that weekday; which one does not matter, for all sums over template days use the same week in UTC.
fn date_of(day: Weekday) -> Date {
    Date::constant(2001, 1, 1).saturating_add(jiff::Span::new().days(day.to_monday_zero_offset()))
}

/// The hours on that weekday in the week that [`Hours::template`] uses.
pub(super) fn template_span(hours: &WeeklyHours, day: Weekday) -> Option<Span> {
    hours.on(date_of(day), &TimeZone::UTC)
}

/// `[hours]`.
pub(super) fn read(top: &Table<'_>, faults: &mut Faults) -> Option<Hours> {
    let missing = format!("missing: say when you work, for example work = {EXAMPLE}");
    let table = match top.table("hours", faults) {
        Field::Given(table) => table,
        Field::Bad => return None,
        Field::Absent => {
            faults.missing(&top.place, "hours.work", missing);
            return None;
        }
    };
    table.only(&[schema::HOURS], faults);
    let work = read_list(&table, "work", faults);
    if matches!(&work, Field::Absent) {
        faults.missing(&table.place, "work", missing.as_str());
    }
    if matches!(&work, Field::Given(list) if list.is_empty()) {
        faults.add(&table.place_of("work"), missing);
    }
    let away = read_list(&table, "away", faults).or(Some(Vec::new()));
    Some(Hours { work: work.or(None)?, away: away? })
}

/// A list of hours.
pub(super) fn read_list(table: &Table<'_>, key: &str, faults: &mut Faults) -> Field<Vec<WeeklyHours>> {
    let nodes = match table.list(key, faults, EXAMPLE) {
        Field::Given(nodes) => nodes,
        Field::Bad => return Field::Bad,
        Field::Absent => return Field::Absent,
    };
    let all: Vec<Option<WeeklyHours>> = nodes.iter().map(|node| entry(node, faults)).collect();
    all.into_iter().collect::<Option<Vec<_>>>().map_or(Field::Bad, Field::Given)
}

fn entry(node: &Node<'_>, faults: &mut Faults) -> Option<WeeklyHours> {
    let table = node.table(faults)?;
    table.only(&[schema::SPAN], faults);
    read_span(&table, faults)
}

/// `days`, `from` and `to` of a table.
pub(super) fn read_span(table: &Table<'_>, faults: &mut Faults) -> Option<WeeklyHours> {
    let days = required(table, "days", faults, value::days, "days like \"mon-fri\"");
    let from = required(table, "from", faults, value::time, "a time like \"09:00\"");
    let to = required(table, "to", faults, value::time, "a time like \"17:30\"");
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        let (from, to) = (value::time_text(from), value::time_text(to));
        faults.add(&table.place_of("from"), format!("expected a time before `to`, found {from} and to = {to}"));
        return None;
    }
    Some(WeeklyHours { days: days?, from: from?, to: to? })
}

/// A text that must be there.
pub(super) fn required<T>(
    table: &Table<'_>,
    key: &str,
    faults: &mut Faults,
    parser: impl Fn(&str) -> Result<T, super::tree::Wrong>,
    example: &str,
) -> Option<T> {
    let field = table.parse(key, faults, parser, example);
    if matches!(&field, Field::Absent) {
        faults.missing(&table.place, key, format!("missing: expected {example}"));
    }
    field.or(None)
}
