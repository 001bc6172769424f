//! A TOML document with positions, read piece by piece: every reader reports what is wrong and goes on, so that
//! all faults come out at once. Knows no key of the config and no meaning.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::schema;

/// Where a value stands: the key for people, the byte for line and column.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As in `role[1].blocks[0].from`.
    pub(super) key: String,
    /// Byte in the file.
    pub(super) at: usize,
}

/// One fault before its byte became line and column.
#[derive(Debug)]
pub(super) struct Found {
    /// Where.
    pub(super) place: Place,
    /// What was expected.
    pub(super) message: String,
    /// Something is not there: no news in a file whose syntax is broken.
    pub(super) missing: bool,
}

/// The faults so far.
#[derive(Debug, Default)]
pub(super) struct Faults(pub(super) Vec<Found>);

impl Faults {
    /// A value is wrong.
    pub(super) fn add(&mut self, place: &Place, message: impl Into<String>) {
        self.0.push(Found { place: place.clone(), message: message.into(), missing: false });
    }

    /// A key that must be there is not; `place` is that of its table.
    pub(super) fn missing(&mut self, place: &Place, key: &str, message: impl Into<String>) {
        let place = Place { key: join(&place.key, key), at: place.at };
        self.0.push(Found { place, message: message.into(), missing: true });
    }
}

/// What a text should have been.
pub(super) struct Wrong {
    /// Fits "expected {…}".
    pub(super) expected: String,
    /// The known word it resembles.
    pub(super) meant: Option<String>,
}

impl From<&str> for Wrong {
    fn from(expected: &str) -> Self {
        Self { expected: expected.to_owned(), meant: None }
    }
}

/// What reading a key gave.
#[derive(Debug)]
pub(super) enum Field<T> {
    /// The key is not there.
    Absent,
    /// It is there and wrong; the fault was reported.
    Bad,
    /// It is there and right.
    Given(T),
}

impl<T> Field<T> {
    /// The value, or the default where the key is absent; none where it is wrong.
    pub(super) fn or(self, default: Option<T>) -> Option<T> {
        match self {
            Self::Absent => default,
            Self::Bad => None,
            Self::Given(value) => Some(value),
        }
    }

    /// The same for a value that may be absent: `.some().or(Some(None))`.
    pub(super) fn some(self) -> Field<Option<T>> {
        match self {
            Self::Absent => Field::Absent,
            Self::Bad => Field::Bad,
            Self::Given(value) => Field::Given(Some(value)),
        }
    }
}

/// A value with its place.
pub(super) struct Node<'a> {
    /// Where it stands.
    pub(super) place: Place,
    value: &'a DeValue<'a>,
}

impl<'a> Node<'a> {
    /// The text as something else.
    pub(super) fn parse<T>(
        &self,
        faults: &mut Faults,
        parser: impl Fn(&str) -> Result<T, Wrong>,
        example: &str,
    ) -> Option<T> {
        let Some(text) = self.value.as_str() else {
            faults.add(&self.place, format!("expected {example} in quotes, found {}", kind(self.value)));
            return None;
        };
        let wrong = match parser(text) {
            Ok(value) => return Some(value),
            Err(wrong) => wrong,
        };
        let meant = wrong.meant.map(|word| format!(" (did you mean {word}?)")).unwrap_or_default();
        faults.add(&self.place, format!("expected {}, found {}{meant}", wrong.expected, quote(text)));
        None
    }

    /// The value as a table.
    pub(super) fn table(&self, faults: &mut Faults) -> Option<Table<'a>> {
        let table = self.value.as_table();
        if table.is_none() {
            faults.add(&self.place, format!("expected a table, found {}", kind(self.value)));
        }
        Some(Table { place: self.place.clone(), table: table? })
    }
}

/// A table with its place.
pub(super) struct Table<'a> {
    /// Where it stands.
    pub(super) place: Place,
    table: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// The whole document.
    pub(super) fn document(table: &'a DeTable<'a>) -> Self {
        Self { place: Place { key: String::new(), at: 0 }, table }
    }

    /// Reports every key that is in none of the lists, and every secret.
    pub(super) fn only(&self, lists: &[&[&str]], faults: &mut Faults) {
        self.no_secrets(faults);
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if lists.iter().any(|list| list.contains(&name)) || self.is_secret(name) {
                continue;
            }
            let hint = match nearest(name, lists.iter().copied().flatten().copied()) {
                Some(near) => format!(": did you mean {near}?"),
                None => schema::SECTIONS
                    .iter()
                    .find(|(_, keys)| keys.contains(&name))
                    .map(|(section, _)| format!(": it belongs {section}"))
                    .unwrap_or_default(),
            };
            faults.add(&self.place_at(name, &key.span()), format!("unknown key{hint}"));
        }
    }

    /// Reports every secret that was written into the file.
    pub(super) fn no_secrets(&self, faults: &mut Faults) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.is_secret(name) {
                let place = self.place_at(name, &key.span());
                faults.add(&place, "never the secret itself: use { credential = … }, { file = … } or { command = … }");
            }
        }
    }

    /// Whether the key is one for secrets and what stands there says no place where it is kept.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        schema::SECRETS.contains(&name) && self.table.get(name).is_some_and(|value| !value.get_ref().is_table())
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.table.get(key)?;
        Some(Node { place: self.place_at(key, &value.span()), value: value.get_ref() })
    }

    /// Where the value of the key stands, or the table where it is not there.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.get(key).map_or_else(|| self.place.clone(), |node| node.place)
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A text as something else; `example` shows what is expected.
    pub(super) fn parse<T>(
        &self,
        key: &str,
        faults: &mut Faults,
        parser: impl Fn(&str) -> Result<T, Wrong>,
        example: &str,
    ) -> Field<T> {
        self.read(key, |node| node.parse(faults, parser, example))
    }

    /// True or false.
    pub(super) fn flag(&self, key: &str, faults: &mut Faults) -> Field<bool> {
        self.read(key, |node| {
            let value = node.value.as_bool();
            if value.is_none() {
                faults.add(&node.place, format!("expected true or false, found {}", kind(node.value)));
            }
            value
        })
    }

    /// A whole number in `range`.
    pub(super) fn number(&self, key: &str, faults: &mut Faults, range: std::ops::RangeInclusive<i64>) -> Field<i64> {
        self.read(key, |node| {
            let value =
                node.value.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
            let found = match (value, node.value.as_integer()) {
                (Some(value), _) if range.contains(&value) => return Some(value),
                (_, Some(number)) => number.to_string(),
                (_, None) => kind(node.value).to_owned(),
            };
            faults.add(
                &node.place,
                format!("expected a number from {} to {}, found {found}", range.start(), range.end()),
            );
            None
        })
    }

    /// A list; `example` shows what is expected.
    pub(super) fn list(&self, key: &str, faults: &mut Faults, example: &str) -> Field<Vec<Node<'a>>> {
        self.read(key, |node| {
            let Some(array) = node.value.as_array() else {
                faults.add(&node.place, format!("expected a list like {example}, found {}", kind(node.value)));
                return None;
            };
            let item = |(i, value): (usize, &'a toml::Spanned<DeValue<'a>>)| Node {
                place: Place { key: format!("{}[{i}]", node.place.key), at: value.span().start },
                value: value.get_ref(),
            };
            Some(array.iter().enumerate().map(item).collect())
        })
    }

    /// A table of its own.
    pub(super) fn table(&self, key: &str, faults: &mut Faults) -> Field<Table<'a>> {
        self.read(key, |node| node.table(faults))
    }

    fn read<T>(&self, key: &str, reader: impl FnOnce(&Node<'a>) -> Option<T>) -> Field<T> {
        match self.get(key) {
            None => Field::Absent,
            Some(node) => reader(&node).map_or(Field::Bad, Field::Given),
        }
    }

    fn place_at(&self, key: &str, span: &Range<usize>) -> Place {
        Place { key: join(&self.place.key, key), at: span.start }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The text in quotes, control characters escaped, cut where it is long.
pub(super) fn quote(text: &str) -> String {
    if text.chars().count() > 60 {
        let head: String = text.chars().take(60).collect();
        return format!("{:?}", format!("{head}…"));
    }
    format!("{text:?}")
}

/// The candidate that the word was probably meant to be.
pub(super) fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase();
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().max(word.chars().count()) / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a bare date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
