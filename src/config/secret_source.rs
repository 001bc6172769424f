//! Where a secret comes from, as a config says it. Reads no secret, and repeats nothing that may be one.

use super::paths::Base;
use super::schema;
use super::tree::{Faults, Field, Table, Wrong};
use crate::config::settings::SecretSource;

/// How a secret is named in a config.
pub(super) const EXAMPLE: &str =
    r#"{ credential = "work" }, { file = "work.secret" } or { command = ["pass", "show", "work"] }"#;
/// The longest name of a credential: `FDNAME_MAX` of systemd.
const CREDENTIAL_MAX: usize = 255;

/// The source under a key. A secret that was written there itself is reported with the keys of its table.
pub(super) fn read(table: &Table<'_>, key: &str, base: &Base<'_>, faults: &mut Faults) -> Field<SecretSource> {
    match table.get(key) {
        None => Field::Absent,
        Some(_) if table.is_secret(key) => Field::Bad,
        Some(node) => {
            let source = node.table(faults).and_then(|table| source(&table, base, faults));
            source.map_or(Field::Bad, Field::Given)
        }
    }
}

fn source(table: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<SecretSource> {
    table.only(&[schema::SECRET], faults);
    let given: Vec<&str> = schema::SECRET.iter().copied().filter(|key| table.has(key)).collect();
    match given.as_slice() {
        ["credential"] => credential(table, faults).map(SecretSource::Credential),
        ["file"] => {
            let file = table.parse("file", faults, |text| base.resolve(text), "a file like \"work.secret\"");
            file.or(None).map(SecretSource::File)
        }
        ["command"] => command(table, base, r#"["pass", "show", "work"]"#, faults).map(SecretSource::Command),
        [] => {
            faults.missing(&table.place, "credential", format!("missing: expected {EXAMPLE}"));
            None
        }
        _ => {
            let message = format!("a secret comes from one place, found {}", given.join(" and "));
            faults.add(&table.place, message);
            None
        }
    }
}

/// A name that systemd takes: one file name of printable ASCII without a colon.
fn credential(table: &Table<'_>, faults: &mut Faults) -> Option<String> {
    let name = table.parse("credential", faults, |text| Ok(text.to_owned()), "a name like \"work\"").or(None)?;
    let sound = name.bytes().all(|byte| (byte.is_ascii_graphic() || byte == b' ') && byte != b'/' && byte != b':');
    if !sound || name.is_empty() || name.len() > CREDENTIAL_MAX || name == "." || name == ".." {
        faults.add(&table.place_of("credential"), "expected the name of a systemd credential, like work");
        return None;
    }
    Some(name)
}

/// Program and arguments. A program with a slash is a path, relative to the config like every other.
pub(super) fn command(
    table: &Table<'_>,
    base: &Base<'_>,
    example: &'static str,
    faults: &mut Faults,
) -> Option<Vec<String>> {
    let nodes = table.list("command", faults, example).or(None)?;
    let place = table.place_of("command");
    let words: Vec<Option<String>> =
        nodes.iter().map(|node| node.parse(faults, |text| Ok(text.to_owned()), "a word")).collect();
    let mut words: Vec<String> = words.into_iter().collect::<Option<_>>()?;
    let Some(program) = words.first_mut().filter(|program| !program.is_empty()) else {
        faults.add(&place, format!("expected a program with its arguments, like {example}"));
        return None;
    };
    if program.contains('/') {
        let path = base.resolve(program).ok().and_then(|path| path.into_os_string().into_string().ok());
        let Some(path) = path else {
            faults.add(&place, "expected a program that can be found: by its name, its path, or ~/ and its path");
            return None;
        };
        *program = path;
    }
    if words.iter().any(|word| word.contains('\0')) {
        faults.add(&place, "expected words without NUL, which no program can be given");
        return None;
    }
    Some(words)
}

/// What somebody typed: the key and what belongs under it. A bare text is refused, for it may be the secret itself.
pub(super) fn typed(text: &str) -> Result<toml::Table, Wrong> {
    let wrong = || Wrong::from("file PATH, credential NAME or command PROGRAM WORDS…; never the secret itself");
    let (key, rest) = text.split_once(' ').ok_or_else(wrong)?;
    let rest = rest.trim();
    let value = match key {
        _ if rest.is_empty() => return Err(wrong()),
        "file" | "credential" => toml::Value::from(rest),
        "command" => toml::Value::from(rest.split_whitespace().collect::<Vec<_>>()),
        _ => return Err(wrong()),
    };
    Ok(toml::Table::from_iter([(key.to_owned(), value)]))
}

/// The same as it stands in a config.
pub(super) fn as_toml(text: &str) -> String {
    typed(text).map(|table| toml::Value::from(table).to_string()).unwrap_or_default()
}
