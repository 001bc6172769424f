//! `[[notify]]`: programs that the daemon starts when something happens. Starts none.

use super::paths::Base;
use super::tree::{Faults, Field, Node, Table};
use super::{schema, secret_source, value};
use crate::config::settings::{Hook, NoticeKind};

const ON: &str = r#"["erosion", "loss", "login", "summary"]"#;
const COMMAND: &str = r#"["notify-send", "seawall"]"#;

/// All of them, in config order.
pub(super) fn read_all(top: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<Vec<Hook>> {
    let nodes = match top.list("notify", faults, "[[notify]]") {
        Field::Given(nodes) => nodes,
        Field::Absent => return Some(Vec::new()),
        Field::Bad => return None,
    };
    let all: Vec<Option<Hook>> = nodes.iter().map(|node| read(node, base, faults)).collect();
    all.into_iter().collect()
}

fn read(node: &Node<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<Hook> {
    let table = node.table(faults)?;
    table.only(&[schema::NOTIFY], faults);
    let on = on(&table, faults);
    let command = if table.has("command") {
        secret_source::command(&table, base, COMMAND, faults)
    } else {
        faults.missing(&table.place, "command", format!("missing: a program with its arguments, like {COMMAND}"));
        None
    };
    let titles = table.flag("titles", faults).or(Some(false));
    Some(Hook { on: on?, command: command?, titles: titles? })
}

fn on(table: &Table<'_>, faults: &mut Faults) -> Option<Vec<NoticeKind>> {
    let nodes = match table.list("on", faults, ON) {
        Field::Given(nodes) if !nodes.is_empty() => nodes,
        Field::Bad => return None,
        Field::Given(_) => {
            faults.add(&table.place_of("on"), format!("empty: say for what, like on = {ON}"));
            return None;
        }
        Field::Absent => {
            faults.missing(&table.place, "on", format!("missing: say for what, like on = {ON}"));
            return None;
        }
    };
    let kinds = [NoticeKind::Erosion, NoticeKind::Loss, NoticeKind::Login, NoticeKind::Summary];
    let words = kinds.map(|kind| (kind.word(), kind));
    let kind = |text: &str| value::choice(text, &words);
    let expected = "\"erosion\", \"loss\", \"login\" or \"summary\"";
    let all: Vec<Option<NoticeKind>> = nodes.iter().map(|node| node.parse(faults, kind, expected)).collect();
    all.into_iter().collect()
}
