//! Strict validation against the schemas of a discovery document: unknown fields, types, formats, and the values that
//! the document lists, be it as `enum` or in the prose of a description.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use regex::Regex;
use serde_json::Value;

use super::fields::Selector;

/// One thing that is not in the document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Breach {
    /// `start/dateTime`, `syncToken`…
    pub(super) place: String,
    pub(super) what: String,
    /// A name that is not there; Google passes over those, and refuses the rest.
    pub(super) unknown: bool,
}

impl Breach {
    pub(super) fn unknown(place: &str, what: &str) -> Self {
        Self { place: place.to_owned(), what: format!("unknown {what}"), unknown: true }
    }

    pub(super) fn wrong(place: &str, what: &str) -> Self {
        Self { place: place.to_owned(), what: what.to_owned(), unknown: false }
    }
}

/// The schemas by name.
#[derive(Debug)]
pub(super) struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// Those of a document, with the values that are listed in prose made enums.
    pub(super) fn new(schemas: &Value) -> Self {
        let prose = Prose::new();
        let mut all: BTreeMap<String, Value> = serde_json::from_value(schemas.clone()).unwrap();
        for schema in all.values_mut() {
            prose.teach(schema);
        }
        Self(all)
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        schema["$ref"].as_str().map_or(schema, |name| &self.0[name])
    }

    /// Judges a body. In a patch, null removes a field. Fields that the document requires of that method must be there.
    pub(super) fn body(&self, schema: &Value, body: &Value, patch: bool, method: &str, breaches: &mut Vec<Breach>) {
        self.value(schema, body, patch, "", breaches);
        let properties = self.resolve(schema)["properties"].as_object();
        for (name, property) in properties.into_iter().flatten() {
            let required = property["annotations"]["required"].as_array().into_iter().flatten();
            if required.into_iter().any(|by| by == method) && body[name].is_null() {
                breaches.push(Breach::wrong(name, "is missing"));
            }
        }
    }

    fn value(&self, schema: &Value, value: &Value, patch: bool, place: &str, breaches: &mut Vec<Breach>) {
        if patch && value.is_null() && !place.is_empty() {
            return;
        }
        let schema = self.resolve(schema);
        let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") };
        match (schema["type"].as_str().unwrap_or("any"), value) {
            ("object", Value::Object(fields)) => {
                for (name, value) in fields {
                    match schema["properties"].get(name).or_else(|| schema.get("additionalProperties")) {
                        Some(property) => self.value(property, value, patch, &below(name), breaches),
                        None => breaches.push(Breach::unknown(&below(name), "field")),
                    }
                }
                moment(fields, place, breaches);
            }
            ("array", Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, false, &below(&index.to_string()), breaches);
                }
            }
            ("any", _) | ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) => {}
            ("integer", Value::Number(number)) => {
                if number.as_i64().is_none_or(|number| i32::try_from(number).is_err()) {
                    breaches.push(Breach::wrong(place, "is no 32-bit integer"));
                }
            }
            ("string", Value::String(text)) => Self::text(schema, text, place, breaches),
            (kind, _) => breaches.push(Breach::wrong(place, &format!("is no {kind}"))),
        }
    }

    /// Judges a parameter of the query.
    pub(super) fn parameter(schema: &Value, text: &str, name: &str, breaches: &mut Vec<Breach>) {
        match schema["type"].as_str() {
            Some("boolean") if text != "true" && text != "false" => breaches.push(Breach::wrong(name, "is no boolean")),
            Some("integer") => {
                let limit =
                    |name: &str, open: i64| schema[name].as_str().and_then(|text| text.parse().ok()).unwrap_or(open);
                let range = limit("minimum", i64::MIN)..=limit("maximum", i64::from(i32::MAX));
                if !text.parse().is_ok_and(|number: i64| range.contains(&number)) {
                    breaches.push(Breach::wrong(name, "is out of range"));
                }
            }
            Some("string") if schema["format"] == "date-time" && text.parse::<Timestamp>().is_err() => {
                breaches.push(Breach::wrong(name, "is no time with an offset"));
            }
            _ => Self::text(schema, text, name, breaches),
        }
    }

    fn text(schema: &Value, text: &str, place: &str, breaches: &mut Vec<Breach>) {
        if let Some(values) = schema["enum"].as_array()
            && !values.iter().any(|value| value == text)
        {
            breaches.push(Breach::wrong(place, &format!("{text:?} is none of its values")));
        }
        let right = match schema["format"].as_str() {
            // Whether there must be an offset is decided where its time zone can be seen.
            Some("date-time") => {
                text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok() && text.contains('T')
            }
            Some("date") => text.len() == 10 && text.parse::<Date>().is_ok(),
            Some("int64") => text.parse::<i64>().is_ok(),
            _ => true,
        };
        if !right {
            breaches.push(Breach::wrong(place, &format!("{text:?} is no {}", schema["format"])));
        }
        let last = place.rsplit('/').next().unwrap_or_default();
        if last == "kind" && schema["default"].as_str().is_some_and(|kind| kind != text) {
            breaches.push(Breach::wrong(place, &format!("is {text:?}, not {}", schema["default"])));
        }
    }

    /// The first field of a selector that such a value can't have.
    pub(super) fn unknown_field(&self, schema: &Value, selector: &Selector) -> Option<String> {
        let schema = self.resolve(schema);
        if schema["type"] == "array" {
            return self.unknown_field(&schema["items"], selector);
        }
        selector.0.iter().filter(|(name, _)| *name != "*").find_map(|(name, below)| {
            match schema["properties"].get(name).or_else(|| schema.get("additionalProperties")) {
                Some(property) => self.unknown_field(property, below),
                None => Some(name.clone()),
            }
        })
    }
}

/// A time without an offset needs its zone beside it, and an instant is a day or a time, not both.
fn moment(fields: &serde_json::Map<String, Value>, place: &str, breaches: &mut Vec<Breach>) {
    let Some(text) = fields.get("dateTime").and_then(Value::as_str) else { return };
    let zone = fields.get("timeZone").and_then(Value::as_str);
    if zone.is_none() && text.parse::<DateTime>().is_ok() && text.parse::<Timestamp>().is_err() {
        breaches.push(Breach::wrong(place, "is a time with neither offset nor zone"));
    }
    if zone.is_some_and(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
        breaches.push(Breach::wrong(place, "names no zone of the IANA database"));
    }
    if fields.get("date").is_some_and(Value::is_string) {
        breaches.push(Breach::wrong(place, "is a day and a time"));
    }
}

/// How descriptions list the values of a field.
struct Prose {
    list: Regex,
    meaning: Regex,
    either: Regex,
}

impl Prose {
    fn new() -> Self {
        Self {
            list: Regex::new(r#"(?m)^- "([^"]*)" - "#).unwrap(),
            meaning: Regex::new(r"(\w+), meaning").unwrap(),
            either: Regex::new(r"This can be (\w+) or (\w+)\.").unwrap(),
        }
    }

    /// Gives every text below a schema the enum that its description tells.
    fn teach(&self, schema: &mut Value) {
        if schema["type"] == "string"
            && schema.get("enum").is_none()
            && let Some(values) = schema["description"].as_str().and_then(|text| self.values(text))
        {
            schema["enum"] = values.into_iter().map(Value::from).collect();
        }
        for inner in schema["properties"].as_object_mut().into_iter().flatten().map(|(_, inner)| inner) {
            self.teach(inner);
        }
        for name in ["items", "additionalProperties"] {
            if let Some(inner) = schema.get_mut(name) {
                self.teach(inner);
            }
        }
    }

    fn values(&self, text: &str) -> Option<Vec<String>> {
        let all = |pattern: &Regex| -> Vec<String> {
            let groups = pattern.captures_iter(text).flat_map(|found| {
                found.iter().skip(1).flatten().map(|group| group.as_str().to_owned()).collect::<Vec<_>>()
            });
            groups.collect()
        };
        let found = if text.contains("Possible values are:") {
            all(&self.list)
        } else if text.contains("Valid values are") {
            all(&self.meaning)
        } else {
            all(&self.either)
        };
        (!found.is_empty()).then_some(found)
    }
}
