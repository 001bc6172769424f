//! Accounts and their calendars. Each provider reads its own keys here.

use super::hours::required;
use super::paths::Base;
use super::tree::{Faults, Field, Node, Place, Table, Wrong};
use super::{address, caldav, google, schema, subscription, value};
use crate::calendar::CalendarId;
use crate::config::settings::{Account, CalendarUse, Source};

const CALENDARS: &str = r#"[{ name = "work", use = "read+hold" }, { name = "home", use = "read", private = true }]"#;

/// Which provider an account is of.
#[derive(Clone, Copy)]
enum Provider {
    Vdir,
    CalDav,
    Google,
    Ics,
}

const PROVIDERS: [(&str, Provider); 4] =
    [("vdir", Provider::Vdir), ("caldav", Provider::CalDav), ("google", Provider::Google), ("ics", Provider::Ics)];

/// How a provider's calendars are called.
#[derive(Clone, Copy)]
pub(super) enum Naming {
    /// By the folder's name.
    Folder,
    /// By the name that calendar programs show, or what the service calls it: an address or an id.
    Any,
}

/// What a calendar is for, as the word says.
#[derive(Clone, Copy)]
struct Use {
    read: bool,
    hold: bool,
}

/// All `[[account]]`s, and the calendar that holds.
pub(super) fn read_all(
    top: &Table<'_>,
    base: &Base<'_>,
    faults: &mut Faults,
    warnings: &mut Vec<String>,
) -> Option<(Vec<Account>, Option<CalendarId>)> {
    let nodes = match top.list("account", faults, "[[account]]") {
        Field::Given(nodes) if !nodes.is_empty() => nodes,
        Field::Bad => return None,
        Field::Given(_) | Field::Absent => {
            let message =
                "missing: say where your calendars are, in an [[account]] with provider = \"vdir\" and a path";
            faults.missing(&top.place, "account", message);
            return None;
        }
    };
    let mut seen: Vec<String> = Vec::new();
    let mut holding: Vec<CalendarId> = Vec::new();
    let accounts: Vec<Option<Account>> = nodes
        .iter()
        .map(|node| {
            let table = node.table(faults)?;
            let account = read(&table, base, &mut holding, faults);
            if let Field::Given(name) = table.parse("name", &mut Faults::default(), value::label, "") {
                if seen.contains(&name) {
                    faults.add(&table.place_of("name"), format!("there is already an account {name:?}"));
                }
                seen.push(name);
            }
            account
        })
        .collect();
    let accounts: Vec<Account> = accounts.into_iter().collect::<Option<_>>()?;
    for account in &accounts {
        // A server says who the user is; a subscribed calendar is mostly one of holidays, which invite nobody.
        let needs_emails = matches!(account.source, Source::Vdir { .. });
        if needs_emails && account.emails.is_empty() && account.calendars.iter().any(|calendar| calendar.read) {
            warnings.push(format!(
                "account {:?} has no emails: which invitations you declined or did not answer can't be seen",
                account.name
            ));
        }
    }
    Some((accounts, holding.into_iter().next()))
}

fn read(table: &Table<'_>, base: &Base<'_>, holding: &mut Vec<CalendarId>, faults: &mut Faults) -> Option<Account> {
    let name = required(table, "name", faults, value::label, "a name like \"work\"");
    let provider = |text: &str| value::choice(text, &PROVIDERS);
    // The keys of another provider are unknown here, and naming each would hide the one fault that counts.
    let example = "\"vdir\", \"caldav\", \"google\" or \"ics\"";
    let Some(provider) = required(table, "provider", faults, provider, example) else {
        table.no_secrets(faults);
        return None;
    };
    let account = name.clone().unwrap_or_default();
    let keys = match provider {
        Provider::Vdir => schema::VDIR,
        Provider::CalDav => schema::CALDAV,
        Provider::Google => schema::GOOGLE,
        Provider::Ics => schema::ICS,
    };
    table.only(&[schema::ACCOUNT, keys], faults);
    let source = match provider {
        Provider::Vdir => {
            let path = required(table, "path", faults, |text| base.resolve(text), "a folder like \"~/.calendars\"");
            path.map(|path| Source::Vdir { path })
        }
        Provider::CalDav => caldav::source(table, base, faults),
        Provider::Google => google::source(table, base, faults),
        Provider::Ics => subscription::source(table, base, faults),
    };
    let calendars = match provider {
        Provider::Vdir => read_calendars(table, &account, Naming::Folder, holding, faults),
        Provider::CalDav | Provider::Google => read_calendars(table, &account, Naming::Any, holding, faults),
        Provider::Ics => subscription::calendars(table, &account, faults),
    };
    let emails = read_emails(table, faults);
    Some(Account { name: name?, source: source?, emails: emails?, calendars: calendars? })
}

fn read_emails(table: &Table<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    let nodes = table.list("emails", faults, r#"["anna@example.org"]"#).or(Some(Vec::new()))?;
    let all: Vec<Option<String>> =
        nodes.iter().map(|node| node.parse(faults, email, "an address like \"anna@example.org\"")).collect();
    all.into_iter().collect()
}

/// An address, lower case, without `mailto:`.
pub(super) fn email(text: &str) -> Result<String, Wrong> {
    let text = text.trim().to_lowercase();
    let address = text.strip_prefix("mailto:").unwrap_or(&text);
    let sound = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if !sound || address.chars().any(char::is_whitespace) {
        return Err("an address like anna@example.org".into());
    }
    Ok(address.to_owned())
}

fn read_calendars(
    table: &Table<'_>,
    account: &str,
    naming: Naming,
    holding: &mut Vec<CalendarId>,
    faults: &mut Faults,
) -> Option<Vec<CalendarUse>> {
    let nodes = match table.list("calendars", faults, CALENDARS) {
        Field::Given(nodes) if !nodes.is_empty() => nodes,
        Field::Bad => return None,
        Field::Given(_) | Field::Absent => {
            let them = match naming {
                Naming::Folder => "folders",
                Naming::Any => "calendars",
            };
            let message = format!("missing: say which {them} to use, for example calendars = {CALENDARS}");
            faults.missing(&table.place_of("calendars"), "calendars", message);
            return None;
        }
    };
    let mut names: Vec<String> = Vec::new();
    let all: Vec<Option<CalendarUse>> = nodes
        .iter()
        .map(|node| {
            let (calendar, place) = calendar(node, account, naming, faults)?;
            if names.contains(&calendar.id.calendar) {
                faults.add(&place, format!("the account has already a calendar {:?}", calendar.id.calendar));
            }
            names.push(calendar.id.calendar.clone());
            if calendar.hold {
                if let Some(first) = holding.first() {
                    let message = format!("{} holds, and {first} does already: only one calendar can", calendar.id);
                    faults.add(&place, message);
                }
                holding.push(calendar.id.clone());
            }
            Some(calendar)
        })
        .collect();
    all.into_iter().collect()
}

fn calendar(node: &Node<'_>, account: &str, naming: Naming, faults: &mut Faults) -> Option<(CalendarUse, Place)> {
    let table = node.table(faults)?;
    table.only(&[schema::CALENDAR], faults);
    let name = match naming {
        Naming::Folder => required(&table, "name", faults, folder, "the name of a folder like \"work\""),
        Naming::Any => any_name(&table, faults),
    };
    let used = table.parse("use", faults, usage, "\"read\", \"hold\", \"read+hold\" or \"none\"");
    let options = options(&table, faults);
    let used = used.or(Some(Use { read: true, hold: false }))?;
    let id = CalendarId { account: account.to_owned(), calendar: name? };
    let place = node.place.clone();
    let (private, only_invited) = options?;
    Some((CalendarUse { id, read: used.read, hold: used.hold, private, only_invited }, place))
}

/// The name of a calendar on a server. As an address it is held to the rules of addresses, and not repeated.
fn any_name(table: &Table<'_>, faults: &mut Faults) -> Option<String> {
    let example = "a name, address or id of a calendar, like \"Personal\"";
    let parser = |text: &str| if text.contains("://") { Ok(text.to_owned()) } else { value::label(text) };
    let name = required(table, "name", faults, parser, example)?;
    let fault =
        if name.contains("://") { address::web(&name, "https://example.org/calendars/anna/work/").err() } else { None };
    if let Some(fault) = fault {
        faults.add(&table.place_of("name"), fault);
        return None;
    }
    Some(name)
}

/// `private` and `only`, which a calendar of any provider has.
pub(super) fn options(table: &Table<'_>, faults: &mut Faults) -> Option<(bool, Option<bool>)> {
    let private = table.flag("private", faults).or(Some(false));
    let only = |text: &str| value::choice(text, &[("invited", true), ("all", false)]);
    let only = table.parse("only", faults, only, "\"invited\" or \"all\"").some().or(Some(None));
    Some((private?, only?))
}

fn usage(text: &str) -> Result<Use, Wrong> {
    let words = [
        ("read", Use { read: true, hold: false }),
        ("hold", Use { read: false, hold: true }),
        ("read+hold", Use { read: true, hold: true }),
        ("none", Use { read: false, hold: false }),
    ];
    value::choice(text, &words)
}

/// Calendars with their use from one line like `work=read+hold, home`; without a use they are read.
pub(super) fn named_calendars(text: &str, naming: Naming) -> Result<Vec<(String, String)>, Wrong> {
    let entry = |part: &str| {
        let (name, used) = part.rsplit_once('=').unwrap_or((part, "read"));
        usage(used.trim())?;
        let name = match naming {
            Naming::Folder => folder(name.trim())?,
            Naming::Any => value::label(name.trim())?,
        };
        Ok((name, used.trim().to_owned()))
    };
    text.split(',').map(entry).collect()
}

/// A calendar of a vdir is one folder: no path, and not hidden, for programs keep their own files there.
fn folder(text: &str) -> Result<String, Wrong> {
    let name = value::label(text)?;
    if name.contains('/') || name.starts_with('.') {
        return Err("the name of a folder, without slashes or a leading dot".into());
    }
    Ok(name)
}
