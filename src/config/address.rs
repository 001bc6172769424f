//! Addresses of services as a config may name them: https, and http on this machine alone; never with a user name or
//! password in it. An address may be the only secret there is, so no fault repeats one.

use url::{Host, Url};

use super::tree::{Faults, Field, Node, Table};

/// The address under a key; `example` shows what is expected.
pub(super) fn read(table: &Table<'_>, key: &str, faults: &mut Faults, example: &str) -> Field<Url> {
    read_as(table, key, faults, |text| web(text, example))
}

/// The same where a bare domain will do: `example.org` is `https://example.org/`.
pub(super) fn read_or_domain(table: &Table<'_>, key: &str, faults: &mut Faults, example: &str) -> Field<Url> {
    read_as(table, key, faults, |text| web_or_domain(text, example))
}

/// An address that may be asked; of a bare domain the root.
///
/// # Errors
/// What is wrong with it, as a whole fault.
pub(super) fn web_or_domain(text: &str, example: &str) -> Result<Url, String> {
    if text.contains("://") {
        return web(text, example);
    }
    let url = web(&format!("https://{text}"), example)?;
    if on_this_machine(&url) {
        return Err("expected http:// or https:// before a name of this machine".to_owned());
    }
    if url.host_str().is_some_and(|host| host.contains(['.', ':'])) { Ok(url) } else { Err(no_address(example)) }
}

fn read_as(
    table: &Table<'_>,
    key: &str,
    faults: &mut Faults,
    parser: impl Fn(&str) -> Result<Url, String>,
) -> Field<Url> {
    let Some(node) = table.get(key) else { return Field::Absent };
    given(&node, faults, parser).map_or(Field::Bad, Field::Given)
}

fn given(node: &Node<'_>, faults: &mut Faults, parser: impl Fn(&str) -> Result<Url, String>) -> Option<Url> {
    let text = node.parse(faults, |text| Ok(text.trim().to_owned()), "an address")?;
    parser(&text).map_err(|fault| faults.add(&node.place, fault)).ok()
}

/// An address that may be asked.
///
/// # Errors
/// What is wrong with it, as a whole fault.
pub(super) fn web(text: &str, example: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| no_address(example))?;
    wrong(&url).map_or(Ok(url), Err)
}

fn no_address(example: &str) -> String {
    format!("expected an address like {example}")
}

/// What keeps an address from being asked; the providers hold redirects to the same.
fn wrong(url: &Url) -> Option<String> {
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => {
            Some("expected an address without user name or password: none is ever sent from there".to_owned())
        }
        "https" => None,
        "http" if on_this_machine(url) => None,
        "http" => Some("expected https: over http anybody on the way can read and change the calendar".to_owned()),
        "webcal" | "webcals" => Some("expected https:// in place of webcal://".to_owned()),
        _ => Some("expected an address that begins with https://".to_owned()),
    }
}

/// Whether the address leads to no other machine.
pub(super) fn on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
