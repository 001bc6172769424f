//! The forms that values of the config have, as JSON Schema says them. Knows no key.

use serde_json::{Value, json};

use super::Key;
use crate::config::value;
use crate::focus::policy::Minutes;

/// The same keys where an outer table has a say first: its value is the default.
pub(super) fn inherited(mut keys: Vec<Key>) -> Vec<Key> {
    for (_, _, form) in &mut keys {
        if let Some(form) = form.as_object_mut() {
            form.remove("default");
        }
    }
    keys
}

pub(super) fn one(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

pub(super) fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

pub(super) fn with_default(mut form: Value, default: Value) -> Value {
    if let Some(form) = form.as_object_mut() {
        form.insert("default".to_owned(), default);
    }
    form
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn flag(default: bool) -> Value {
    json!({ "type": "boolean", "default": default })
}

pub(super) fn number(least: i64, most: i64, default: Option<i64>) -> Value {
    let form = json!({ "type": "integer", "minimum": least, "maximum": most });
    match default {
        Some(default) => with_default(form, json!(default)),
        None => form,
    }
}

pub(super) fn choice(words: &[&str], default: Option<&str>) -> Value {
    let form = json!({ "enum": words });
    match default {
        Some(default) => with_default(form, json!(default)),
        None => form,
    }
}

pub(super) fn length() -> Value {
    json!({ "type": "string", "pattern": "^([0-9]{1,5}h([0-9]{1,5}m)?|[0-9]{1,5}m)$" })
}

pub(super) fn duration(default: Minutes) -> Value {
    with_default(length(), json!(value::duration_text(default)))
}

pub(super) fn time() -> Value {
    json!({ "type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$" })
}

pub(super) fn days() -> Value {
    json!({ "type": "string", "pattern": r"^\s*[A-Za-z]{3}\s*([-,]\s*[A-Za-z]{3}\s*)*$" })
}

/// A program and its arguments.
pub(super) fn words() -> Value {
    json!({ "type": "array", "minItems": 1, "items": text() })
}
