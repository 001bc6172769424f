//! Roles with their blocks, and the lists of matchers.

use super::hours::{self, Hours, required};
use super::session;
use super::tree::{Faults, Field, Node, Place, Table};
use super::{hold, schema, value};
use crate::focus::policy::{BlockTemplate, HoldStyle, Matcher, Minutes, Role, WeeklyHours};

/// A role as far as it could be read, for the checks across roles.
pub(super) struct Draft {
    /// Its name; empty where that was wrong.
    pub(super) name: String,
    /// Whether holds are written for it.
    pub(super) holds: bool,
    /// Its session values.
    pub(super) session: session::Draft,
    /// Its blocks.
    pub(super) blocks: Vec<BlockDraft>,
    /// The whole role; none where anything was wrong.
    pub(super) role: Option<Role>,
}

/// A block as far as it could be read.
pub(super) struct BlockDraft {
    /// Its name; empty where that was wrong.
    pub(super) name: String,
    /// Where it stands.
    pub(super) place: Place,
    /// When it is meant to be.
    pub(super) hours: Option<WeeklyHours>,
    template: Option<BlockTemplate>,
}

/// What a role inherits.
pub(super) struct Inherited<'a> {
    /// The values of `[focus]`.
    pub(super) session: session::Draft,
    /// The values of `[hold]`; none where one of them is wrong.
    pub(super) style: Option<&'a HoldStyle>,
    /// Working hours; none where they are wrong.
    pub(super) hours: Option<&'a Hours>,
}

/// All `[[role]]`s.
pub(super) fn read_all(
    top: &Table<'_>,
    inherited: &Inherited<'_>,
    faults: &mut Faults,
    warnings: &mut Vec<String>,
) -> Option<Vec<Draft>> {
    let nodes = top.list("role", faults, "[[role]]").or(Some(Vec::new()))?;
    let mut drafts: Vec<Draft> = Vec::new();
    for node in &nodes {
        let Some(table) = node.table(faults) else { continue };
        let draft = read(&table, inherited, faults, warnings);
        if !draft.name.is_empty() && drafts.iter().any(|other| other.name == draft.name) {
            faults.add(&table.place_of("name"), format!("there is already a role {:?}", draft.name));
        }
        drafts.push(draft);
    }
    Some(drafts)
}

fn read(table: &Table<'_>, inherited: &Inherited<'_>, faults: &mut Faults, warnings: &mut Vec<String>) -> Draft {
    table.only(&[schema::ROLE, schema::SESSION, schema::HOLD], faults);
    let name = required(table, "name", faults, value::label, "a name like \"deep\"");
    let target = table.parse("target", faults, value::positive, value::DURATION).some().or(Some(None));
    let holds = table.flag("hold", faults).or(Some(true));
    let session = inherited.session.with(table, faults);
    let preferred = hours::read_list(table, "preferred", faults).or(Some(Vec::new()));
    let allowed = hours::read_list(table, "allowed", faults).some().or(Some(None));
    let matches = matchers(table, "match", faults).or(Some(Vec::new()));
    let style = hold::read(table, inherited.style, faults);
    let blocks = read_blocks(table, style.as_ref().or(inherited.style), faults);
    if holds == Some(true) && target == Some(None) && blocks.as_ref().is_some_and(Vec::is_empty) {
        let message = "missing: a role that holds needs a target, like \"8h\", or blocks; or say hold = false";
        faults.missing(&table.place, "target", message);
    }
    if let (Some(hours), Some(name)) = (inherited.hours, &name) {
        for (key, list) in [("preferred", preferred.as_ref()), ("allowed", allowed.as_ref().and_then(Option::as_ref))] {
            let idle = list.into_iter().flatten().filter(|entry| !reaches_working_time(entry, hours)).count();
            if idle > 0 {
                warnings.push(format!("role {name:?}: {idle} of its {key} hours lie outside working time"));
            }
        }
    }
    let templates = blocks.as_ref().and_then(|blocks| blocks.iter().map(|block| block.template.clone()).collect());
    let role = || {
        Some(Role {
            name: name.clone()?,
            target: target?,
            holds: holds?,
            session: session.rules()?,
            preferred: preferred?,
            allowed: allowed?,
            blocks: templates?,
            matches: matches?,
            style: style?,
        })
    };
    let role = role();
    let name = name.unwrap_or_default();
    Draft { name, holds: holds.unwrap_or(true), session, blocks: blocks.unwrap_or_default(), role }
}

fn reaches_working_time(entry: &WeeklyHours, hours: &Hours) -> bool {
    value::weekdays().any(|day| hours::template_span(entry, day).is_some_and(|span| hours.template(day).overlaps(span)))
}

fn read_blocks(table: &Table<'_>, style: Option<&HoldStyle>, faults: &mut Faults) -> Option<Vec<BlockDraft>> {
    let example = r#"[{ name = "Morning", days = "mon-fri", from = "09:00", to = "12:00" }]"#;
    let nodes = table.list("blocks", faults, example).or(Some(Vec::new()))?;
    let mut blocks: Vec<BlockDraft> = Vec::new();
    for node in &nodes {
        let Some(table) = node.table(faults) else { continue };
        table.only(&[schema::BLOCK, schema::HOLD], faults);
        let name = required(&table, "name", faults, value::label, "a name like \"Morning deep work\"");
        if let Some(name) = &name
            && blocks.iter().any(|other| other.name == *name)
        {
            faults.add(&table.place_of("name"), format!("the role has already a block {name:?}"));
        }
        let hours = hours::read_span(&table, faults);
        let style = hold::read(&table, style, faults);
        let template = || Some(BlockTemplate { name: name.clone()?, hours: hours.clone()?, style: style? });
        let template = template();
        blocks.push(BlockDraft { name: name.unwrap_or_default(), place: node.place.clone(), hours, template });
    }
    Some(blocks)
}

/// A list of matchers.
pub(super) fn matchers(table: &Table<'_>, key: &str, faults: &mut Faults) -> Field<Vec<Matcher>> {
    let nodes = match table.list(key, faults, r#"[{ title = "(?i)1:1" }, { attendees = 2 }]"#) {
        Field::Given(nodes) => nodes,
        Field::Bad => return Field::Bad,
        Field::Absent => return Field::Absent,
    };
    let all: Vec<Option<Matcher>> = nodes.iter().map(|node| matcher(node, faults)).collect();
    all.into_iter().collect::<Option<Vec<_>>>().map_or(Field::Bad, Field::Given)
}

fn matcher(node: &Node<'_>, faults: &mut Faults) -> Option<Matcher> {
    let table = node.table(faults)?;
    table.only(&[schema::MATCH], faults);
    let title = table.parse("title", faults, value::pattern, "a regular expression").some().or(Some(None));
    let attendees = table.number("attendees", faults, 0..=100_000).some().or(Some(None));
    if !table.has("title") && !table.has("attendees") {
        faults.missing(&table.place, "title", "missing: a match needs title or attendees; an empty one would fit all");
        return None;
    }
    Some(Matcher { title: title?, attendees: attendees?.map(|count| count as usize) })
}

/// Whether sessions can cover a block of that length; none where a session value is wrong.
pub(super) fn splittable(length: Minutes, session: session::Draft) -> Option<bool> {
    let (min, max) = session.lengths()?;
    if min > max || session.break_between? > 0 {
        return Some(length <= max);
    }
    let pieces = (length + max - 1) / max;
    Some(pieces * min <= length)
}
