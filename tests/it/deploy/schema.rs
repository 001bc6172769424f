//! The JSON Schema of the config against an independent validator: it takes whatever the program takes, and refuses
//! every key that the program does not know.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use seawall::config::{Environment, commented_example, json_schema, parse};
use serde_json::{Map, Value, json};

use crate::support::planning::python;

/// What the validator says of each config.
#[track_caller]
fn faults(configs: &[Value]) -> Vec<Vec<String>> {
    let python = python().expect("no Python with jsonschema: tests/run makes tests/.venv, or set SEAWALL_PYTHON");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/config_schema.py");
    let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let question = json!({ "schema": json_schema(), "configs": configs });
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}: {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn config(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

/// Whether the program takes it.
fn is_taken(config: &Value) -> bool {
    let text = toml::to_string(config).unwrap();
    let environment = Environment {
        home: Some("/home/anna".into()),
        timezone: Some("Europe/Berlin".to_owned()),
        ..Environment::default()
    };
    parse(&text, Path::new("/home/anna/seawall.toml"), &environment).is_ok()
}

/// The example with every key in use.
fn with_every_key() -> Value {
    let uncomment = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_lowercase() || first == '[') => rest.to_owned(),
        _ => line.to_owned(),
    };
    config(&commented_example().lines().map(uncomment).collect::<Vec<_>>().join("\n"))
}

/// Calls `change` on a copy of the config for every value in it, and collects the copies with the value's path.
fn each_value(config: &Value, change: impl Fn(&mut Value, &str) -> bool) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for pointer in pointers(config) {
        let mut copy = config.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        if change(copy.pointer_mut(parent).unwrap(), key) {
            out.push((pointer, copy));
        }
    }
    out
}

/// The paths of all values below this one.
fn pointers(value: &Value) -> Vec<String> {
    let below = |key: String, value: &Value| {
        std::iter::once(format!("/{key}")).chain(pointers(value).into_iter().map(move |rest| format!("/{key}{rest}")))
    };
    match value {
        Value::Object(table) => table.iter().flat_map(|(key, value)| below(key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().flat_map(|(at, value)| below(at.to_string(), value)).collect(),
        _ => Vec::new(),
    }
}

fn put(parent: &mut Value, key: &str, value: Value) {
    match parent {
        Value::Object(table) => drop(table.insert(key.to_owned(), value)),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        _ => panic!("only tables and lists have values in them"),
    }
}

#[test]
fn every_shipped_config_fits_the_schema() {
    let mut configs = vec![with_every_key()];
    for file in ["config/seawall.example.toml", "config/demo.toml"] {
        configs.push(config(&std::fs::read_to_string(file).unwrap()));
    }
    assert!(configs.iter().all(is_taken));
    assert_eq!(faults(&configs), vec![Vec::<String>::new(); configs.len()]);
}

#[test]
fn a_wrong_key_anywhere_is_refused() {
    let misspelt = each_value(&with_every_key(), |parent, key| {
        let Some(table) = parent.as_object_mut() else { return false };
        let value = table.remove(key).unwrap();
        table.insert(format!("{key}x"), value);
        true
    });
    assert!(misspelt.len() > 80, "{}", misspelt.len());
    let configs: Vec<Value> = misspelt.iter().map(|(_, config)| config.clone()).collect();
    for ((path, config), faults) in misspelt.iter().zip(faults(&configs)) {
        assert!(!faults.is_empty() && !is_taken(config), "{path}: {faults:?}");
    }
}

#[test]
fn what_the_program_takes_the_schema_takes_and_a_wrong_type_neither() {
    let others = [json!(17), json!(true), json!("2h"), json!([])];
    let mut whole = with_every_key();
    // Plain patterns: hundreds of configs are read here, and patterns take most of the time.
    whole["busy"]["day_off"] = json!(["ooo"]);
    whole["focus"]["own"][0]["title"] = json!("focus");
    whole["role"][2]["match"][1]["title"] = json!("staff");
    let mut cases =
        each_value(&whole, |parent, key| parent.as_object_mut().is_some_and(|table| table.remove(key).is_some()));
    for other in &others {
        cases.extend(each_value(&whole, |parent, key| {
            put(parent, key, other.clone());
            true
        }));
    }
    let configs: Vec<Value> = cases.iter().map(|(_, config)| config.clone()).collect();
    let (mut taken, mut refused) = (0, 0);
    for ((path, config), faults) in cases.iter().zip(faults(&configs)) {
        if is_taken(config) {
            taken += 1;
            assert!(faults.is_empty(), "{path} is taken by the program: {faults:?} in {config}");
        }
        refused += usize::from(!faults.is_empty());
        let kind = |value: &Value| std::mem::discriminant(value);
        if let (Some(was), Some(is)) = (whole.pointer(path), config.pointer(path))
            && kind(was) != kind(is)
        {
            assert!(!faults.is_empty(), "{path} of a wrong type is taken: {is}");
        }
    }
    assert!(taken > 40 && refused > 300, "{taken} {refused}");
}

#[test]
fn every_key_has_words_and_defaults_are_values_that_fit() {
    let schema = json_schema();
    let definitions = schema["definitions"].as_object().unwrap();
    let tables: Vec<&Map<String, Value>> =
        definitions.values().chain([&schema]).filter_map(|table| table["properties"].as_object()).collect();
    assert!(tables.len() > 12);
    for (key, form) in tables.into_iter().flatten() {
        assert!(form["description"].as_str().is_some_and(|words| words.len() > 10), "{key}: {form}");
    }
    // Each default written down makes the same config as none.
    let text = |lines: &str| {
        format!(
            "{lines}\n[hours]\nwork = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n[[account]]\n\
             name = \"a\"\nprovider = \"vdir\"\npath = \"p\"\nemails = []\ncalendars = [{{ name = \"work\" }}]\n"
        )
    };
    let environment = Environment { home: Some("/home/anna".into()), ..Environment::default() };
    let parsed = |text: &str| format!("{:?}", parse(text, Path::new("/home/anna/s.toml"), &environment).unwrap());
    let plain = parsed(&text(""));
    let mut compared = 0;
    for section in ["busy", "focus", "hold", "limits", "summary"] {
        for (key, form) in schema["definitions"][section]["properties"].as_object().unwrap() {
            let Some(default) = form.get("default") else { continue };
            let table = toml::to_string(&json!({ section: { key: default } })).unwrap();
            assert_eq!(parsed(&text(&table)), plain, "{section}.{key}");
            compared += 1;
        }
    }
    assert!(compared >= 20, "{compared}");
}
