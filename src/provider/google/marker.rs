//! Our marker among an event's private properties. A value holds 1024 characters at most, so a long marker goes on in
//! further ones; what it says is not known here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The name of the first part; those that follow have a number behind it.
const NAME: &str = "seawall";
/// The most characters of a part, some below Google's limit.
const PART: usize = 1000;
/// The most parts.
const PARTS: usize = 16;

fn name(index: usize) -> String {
    if index == 0 { NAME.to_owned() } else { format!("{NAME}{}", index + 1) }
}

/// The marker among the private properties of an event, if it is there.
pub(super) fn join(properties: &BTreeMap<String, String>) -> Option<String> {
    properties.get(NAME)?;
    Some((0..PARTS).map_while(|index| properties.get(&name(index))).map(String::as_str).collect())
}

/// The marker as private properties; with `over` also what removes the parts of a longer one before it. None where it
/// is too long.
pub(super) fn split(marker: &str, over: bool) -> Option<Value> {
    let mut out = Map::new();
    let chars: Vec<char> = marker.chars().collect();
    let parts: Vec<String> = chars.chunks(PART).map(|part| part.iter().collect()).collect();
    if parts.len() > PARTS {
        return None;
    }
    for index in 0..PARTS {
        match parts.get(index) {
            Some(part) => out.insert(name(index), Value::from(part.as_str())),
            None if over => out.insert(name(index), Value::Null),
            None => break,
        };
    }
    Some(Value::Object(out))
}
