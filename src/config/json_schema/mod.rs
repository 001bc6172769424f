//! The config as a JSON Schema (draft 7), which editors complete and check TOML by: the keys of `schema` with their
//! words, forms and defaults. It says less than `validate` knows, and never refuses what that accepts.

mod form;
mod keys;

use serde_json::{Map, Value, json};

use self::form::{inherited, one};
use super::schema;

/// A key, what it is for, and the form of its value.
type Key = (&'static str, &'static str, Value);

/// Lists of keys in `schema`.
type Lists = &'static [&'static [&'static str]];

/// A table of the config: its name among the definitions, its lists in `schema`, what it can't be without, its keys.
struct Shape {
    name: &'static str,
    lists: Lists,
    required: &'static [&'static str],
    keys: Vec<Key>,
}

/// The schema.
pub fn json_schema() -> Value {
    let mut definitions: Map<String, Value> =
        shapes().into_iter().map(|shape| (shape.name.to_owned(), table(&shape))).collect();
    let providers = ["vdir", "caldav", "google", "ics"].map(one);
    definitions.insert("account".to_owned(), json!({ "oneOf": providers }));
    for (name, rule, said) in [
        ("match", "minProperties", json!(1)),
        ("secret", "minProperties", json!(1)),
        ("secret", "maxProperties", json!(1)),
        ("ics", "oneOf", json!([{ "required": ["url"] }, { "required": ["path"] }])),
    ] {
        if let Some(definition) = definitions.get_mut(name).and_then(Value::as_object_mut) {
            definition.insert(rule.to_owned(), said);
        }
    }
    let mut top = definitions.remove("top").unwrap_or_default();
    if let Some(top) = top.as_object_mut() {
        top.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        top.insert("title".to_owned(), json!("The config of seawall"));
        top.insert("definitions".to_owned(), Value::Object(definitions));
    }
    top
}

fn table(shape: &Shape) -> Value {
    let mut properties = Map::new();
    // The readers' own lists say which keys there are.
    for name in shape.lists.iter().copied().flatten() {
        let Some((key, words, form)) = shape.keys.iter().find(|(key, ..)| key == name) else { continue };
        let mut form = form.clone();
        // Draft 7 heeds nothing beside a reference.
        if let Some(reference) = form.as_object_mut().and_then(|form| form.remove("$ref")) {
            form = json!({ "allOf": [{ "$ref": reference }] });
        }
        if let Some(form) = form.as_object_mut() {
            form.insert("description".to_owned(), json!(words));
        }
        properties.insert((*key).to_owned(), form);
    }
    let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if let (Some(table), false) = (table.as_object_mut(), shape.required.is_empty()) {
        table.insert("required".to_owned(), json!(shape.required));
    }
    table
}

fn shapes() -> Vec<Shape> {
    let shape = |name, lists, required, keys| Shape { name, lists, required, keys };
    vec![
        shape("top", &[schema::TOP], &["hours", "account"], keys::top()),
        shape("hours", &[schema::HOURS], &["work"], keys::hours()),
        shape("span", &[schema::SPAN], &["days", "from", "to"], keys::span()),
        shape("busy", &[schema::BUSY], &[], keys::busy()),
        shape("focus", &[schema::SESSION, schema::FOCUS], &[], [keys::session(), keys::focus()].concat()),
        shape(
            "role",
            &[schema::ROLE, schema::SESSION, schema::HOLD],
            &["name"],
            [keys::role(), inherited(keys::session()), inherited(keys::hold())].concat(),
        ),
        shape("match", &[schema::MATCH], &[], keys::matcher()),
        shape(
            "block",
            &[schema::BLOCK, schema::HOLD],
            &["name", "days", "from", "to"],
            [keys::block(), inherited(keys::hold())].concat(),
        ),
        shape("hold", &[schema::HOLD], &[], keys::hold()),
        shape("limits", &[schema::LIMITS], &[], keys::limits()),
        shape("summary", &[schema::SUMMARY], &[], keys::summary()),
        shape("notify", &[schema::NOTIFY], &["on", "command"], keys::notify()),
        keys::account(
            "vdir",
            &[schema::ACCOUNT, schema::VDIR],
            &["name", "provider", "calendars", "path"],
            keys::vdir(),
        ),
        keys::account(
            "caldav",
            &[schema::ACCOUNT, schema::CALDAV],
            &["name", "provider", "calendars", "url"],
            keys::caldav(),
        ),
        keys::account(
            "google",
            &[schema::ACCOUNT, schema::GOOGLE],
            &["name", "provider", "calendars", "client_id"],
            keys::google(),
        ),
        keys::account("ics", &[schema::ACCOUNT, schema::ICS], &["name", "provider"], keys::ics()),
        shape("secret", &[schema::SECRET], &[], keys::secret()),
        shape("calendar", &[schema::CALENDAR], &[], keys::calendar()),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_schema_has_the_keys_that_the_readers_know_and_no_other() {
        let mut seen = BTreeSet::new();
        for Shape { name, lists, required, keys } in shapes() {
            let known: BTreeSet<&str> = lists.iter().copied().flatten().copied().collect();
            let described: BTreeSet<&str> = keys.iter().map(|(key, ..)| *key).collect();
            assert_eq!(described, known, "{name}");
            assert!(required.iter().all(|key| known.contains(key)), "{name}");
            seen.extend(known);
        }
        let all: BTreeSet<&str> = schema::SECTIONS.iter().flat_map(|(_, keys)| *keys).copied().collect();
        assert_eq!(all.difference(&seen).copied().collect::<Vec<_>>(), [""; 0]);
    }
}
