//! Partial answers: the `fields` parameter (`items(id,start/dateTime),nextPageToken`) read and applied.

use std::collections::BTreeMap;

use serde_json::Value;

/// What to keep of an object; a field without anything below it is kept whole.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Selector(pub(super) BTreeMap<String, Selector>);

impl Selector {
    /// Reads a selector; none where its syntax is wrong.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let selector = Self::list(&mut rest)?;
        rest.is_empty().then_some(selector)
    }

    fn list(rest: &mut &str) -> Option<Self> {
        let mut all = Self::default();
        loop {
            all.item(rest)?;
            match rest.strip_prefix(',') {
                Some(more) => *rest = more,
                None => return Some(all),
            }
        }
    }

    /// `a`, `a/b`, `a(b,c)`, `a/b(c)`.
    fn item(&mut self, rest: &mut &str) -> Option<()> {
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"*_-".contains(c)).unwrap_or(rest.len());
        let (name, more) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        *rest = more;
        let below = self.0.entry(name.to_owned()).or_default();
        if let Some(more) = rest.strip_prefix('/') {
            *rest = more;
            below.item(rest)?;
        } else if let Some(more) = rest.strip_prefix('(') {
            *rest = more;
            below.0.extend(Self::list(rest)?.0);
            *rest = rest.strip_prefix(')')?;
        }
        Some(())
    }

    /// The part of a value that is asked for.
    pub(super) fn apply(&self, value: &Value) -> Value {
        match value {
            _ if self.0.is_empty() => value.clone(),
            Value::Array(all) => Value::Array(all.iter().map(|one| self.apply(one)).collect()),
            Value::Object(all) => {
                let kept = all.iter().filter_map(|(name, value)| {
                    let below = self.0.get(name).or_else(|| self.0.get("*"))?;
                    Some((name.clone(), below.apply(value)))
                });
                Value::Object(kept.collect())
            }
            other => other.clone(),
        }
    }
}
