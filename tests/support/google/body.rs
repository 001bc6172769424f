//! What a client may write into an event: merging of patches, the rules for each field, and what Google fills in.

use serde_json::{Value, json};

use super::problem::Problem;
use super::state::{Fields, State, Unwelcome};
use super::times::{self, When};

/// What is not taken from a client, whatever it sends.
const READ_ONLY: [&str; 12] = [
    "kind",
    "etag",
    "created",
    "updated",
    "creator",
    "organizer",
    "htmlLink",
    "hangoutLink",
    "locked",
    "recurringEventId",
    "originalStartTime",
    "sequence",
];
/// Google's limits of extended properties: characters of a name and of a value.
const PROPERTY_MAX: (usize, usize) = (44, 1024);
const OVERRIDES_MAX: usize = 5;
const MINUTES_MAX: i64 = 40_320;

/// Takes over what a patch says: objects field by field, null removes, all else (lists, too) replaces.
pub(super) fn merge(fields: &mut Fields, patch: &Value) {
    for (name, value) in patch.as_object().into_iter().flatten() {
        match (value, fields.get_mut(name)) {
            (Value::Null, _) => {
                fields.remove(name);
            }
            (Value::Object(_), Some(Value::Object(inner))) => merge(inner, value),
            (Value::Object(_), _) => {
                let mut inner = Fields::new();
                merge(&mut inner, value);
                fields.insert(name.clone(), Value::Object(inner));
            }
            _ => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Removes what clients cannot say.
pub(super) fn without_read_only(body: &Value) -> Result<Fields, Problem> {
    let Value::Object(fields) = body else { return Err(Problem::bad("parseError", "Parse Error")) };
    let kept = fields.iter().filter(|(name, _)| !READ_ONLY.contains(&name.as_str()));
    Ok(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// A whole event as it is to be stored, or why not.
pub(super) fn checked(mut fields: Fields, zone: &str) -> Result<Fields, Problem> {
    clock(&mut fields, zone)?;
    recurrence(&fields)?;
    limits(&fields)?;
    for (kind, properties) in [
        ("focusTime", "focusTimeProperties"),
        ("outOfOffice", "outOfOfficeProperties"),
        ("workingLocation", "workingLocationProperties"),
    ] {
        if fields.contains_key(properties) && fields.get("eventType") != Some(&json!(kind)) {
            return Err(Problem::bad("invalid", &format!("{properties} requires an event type of {kind}")));
        }
    }
    if fields.get("eventType") == Some(&json!("focusTime")) && !fields["start"]["date"].is_null() {
        return Err(Problem::bad("invalid", "A focus time event cannot be an all-day event."));
    }
    for attendee in fields.get_mut("attendees").and_then(Value::as_array_mut).into_iter().flatten() {
        if !attendee["email"].as_str().is_some_and(|email| email.contains('@')) {
            return Err(Problem::bad("required", "Missing attendee email."));
        }
        if attendee["responseStatus"].is_null() {
            attendee["responseStatus"] = json!("needsAction");
        }
    }
    // What is so by default is not shown.
    for (name, default) in [("transparency", "opaque"), ("visibility", "default")] {
        if fields.get(name) == Some(&json!(default)) {
            fields.remove(name);
        }
    }
    Ok(fields)
}

fn clock(fields: &mut Fields, zone: &str) -> Result<(), Problem> {
    for (name, message) in [("start", "Missing start time."), ("end", "Missing end time.")] {
        let value = fields.get(name).ok_or_else(|| Problem::bad("required", message))?;
        if fields.contains_key("recurrence") && value["date"].is_null() && value["timeZone"].is_null() {
            return Err(Problem::bad("required", "Missing time zone definition for start time."));
        }
        let kept = times::kept(value, zone)?;
        fields.insert(name.to_owned(), kept);
    }
    let empty = match (When::of(&fields["start"])?, When::of(&fields["end"])?) {
        (When::Day(start), When::Day(end)) => start >= end,
        (When::At(start), When::At(end)) => start > end,
        _ => return Err(Problem::bad("invalid", "Start and end times must either both be date or both be dateTime.")),
    };
    if empty { Err(Problem::time_range_empty()) } else { Ok(()) }
}

fn recurrence(fields: &Fields) -> Result<(), Problem> {
    let lines = fields.get("recurrence").and_then(Value::as_array).into_iter().flatten();
    for line in lines.filter_map(Value::as_str) {
        let name = line.split([':', ';']).next().unwrap_or_default();
        if !["RRULE", "EXRULE", "RDATE", "EXDATE"].contains(&name) {
            return Err(Problem::bad("invalid", "Invalid recurrence rule."));
        }
    }
    Ok(())
}

fn limits(fields: &Fields) -> Result<(), Problem> {
    let invalid = |message: &str| Err(Problem::bad("invalid", message));
    if let Some(color) = fields.get("colorId").and_then(Value::as_str)
        && !color.parse().is_ok_and(|number: u8| (1..=11).contains(&number))
    {
        return invalid("Invalid event color.");
    }
    if let Some(overrides) = fields.get("reminders").and_then(|reminders| reminders["overrides"].as_array()) {
        let outside =
            |over: &Value| !over["minutes"].as_i64().is_some_and(|minutes| (0..=MINUTES_MAX).contains(&minutes));
        if overrides.len() > OVERRIDES_MAX || overrides.iter().any(outside) {
            return invalid("Invalid reminder overrides.");
        }
        if fields["reminders"]["useDefault"] == true && !overrides.is_empty() {
            return invalid("Cannot specify both default reminders and overrides at the same time.");
        }
    }
    for side in ["private", "shared"] {
        let properties = fields.get("extendedProperties").and_then(|all| all[side].as_object());
        for (name, value) in properties.into_iter().flatten() {
            if name.len() > PROPERTY_MAX.0 || value.as_str().is_none_or(|value| value.len() > PROPERTY_MAX.1) {
                return invalid("Invalid extended property.");
            }
        }
    }
    Ok(())
}

/// Decides the type of a new event on that calendar; what is not welcome is refused or made a plain one.
pub(super) fn new_type(fields: &mut Fields, state: &State, primary: bool) -> Result<(), Problem> {
    let kind = fields.get("eventType").and_then(Value::as_str).unwrap_or("default").to_owned();
    let welcome = match kind.as_str() {
        "default" => true,
        "focusTime" | "outOfOffice" | "workingLocation" => primary && state.workspace,
        "birthday" => primary,
        _ => return Err(Problem::bad("invalid", "Invalid event type.")),
    };
    fields.insert("eventType".to_owned(), json!(kind));
    if welcome {
        return Ok(());
    }
    if state.switches.unwelcome == Unwelcome::Refused {
        let message = format!("Events of type {kind} may only be created on primary calendars of users who have them.");
        return Err(Problem::bad("eventTypeRestriction", &message));
    }
    fields.insert("eventType".to_owned(), json!("default"));
    for properties in ["focusTimeProperties", "outOfOfficeProperties", "workingLocationProperties"] {
        fields.remove(properties);
    }
    Ok(())
}
