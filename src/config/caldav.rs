//! Accounts with `provider = "caldav"`: where the server is, who we are there, and which hosts may learn the
//! password. Reaches no server and reads no secret.

use url::{Host, Url};

use super::hours::required;
use super::paths::Base;
use super::tree::{Faults, Field, Table, Wrong};
use super::{address, secret_source, value};
use crate::config::settings::{AuthScheme, SecretSource, Source};

const URL: &str = "https://cloud.example.org, or a domain like example.org";
const SCHEMES: [(&str, AuthScheme); 3] =
    [("basic", AuthScheme::Basic), ("digest", AuthScheme::Digest), ("bearer", AuthScheme::Bearer)];

/// How the account is reached.
pub(super) fn source(table: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<Source> {
    let url = address::read_or_domain(table, "url", faults, URL);
    if matches!(url, Field::Absent) {
        faults.missing(&table.place, "url", format!("missing: expected an address like {URL}"));
    }
    let url = url.or(None).filter(|url| {
        let has_more = url.query().is_some() || url.fragment().is_some();
        if has_more {
            faults.add(&table.place_of("url"), "expected an address that ends before any ? or #");
        }
        !has_more
    });
    let auth = table.parse("auth", faults, |text| value::choice(text, &SCHEMES), "\"basic\", \"digest\" or \"bearer\"");
    let auth = auth.or(Some(AuthScheme::Basic));
    let login = auth.and_then(|auth| {
        // Only a server on this machine may be one that asks for no password.
        let may_be_open = url.as_ref().is_none_or(address::on_this_machine);
        login(table, auth, may_be_open, base, faults)
    });
    let ca_file = table.parse("ca_file", faults, |text| base.resolve(text), "a file like \"ca.pem\"").some();
    let ca_file = ca_file.or(Some(None));
    let hosts = hosts(table, faults);
    let (username, secret) = login?;
    Some(Source::CalDav { url: url?, username, secret, auth: auth?, ca_file: ca_file?, hosts: hosts? })
}

/// The address of a server, as somebody types it; the fault repeats nothing.
pub(super) fn server(text: &str) -> Result<Url, Wrong> {
    let fault = |fault: String| Wrong::from(fault.strip_prefix("expected ").unwrap_or(&fault));
    address::web_or_domain(text, URL).map_err(fault)
}

/// User name and secret, as the scheme wants them.
fn login(
    table: &Table<'_>,
    auth: AuthScheme,
    may_be_open: bool,
    base: &Base<'_>,
    faults: &mut Faults,
) -> Option<(Option<String>, Option<SecretSource>)> {
    let (wanted, foreign): (&str, &[&str]) = match auth {
        AuthScheme::Basic | AuthScheme::Digest => ("password", &["token"]),
        AuthScheme::Bearer => ("token", &["username", "password"]),
    };
    for key in foreign.iter().filter(|key| table.has(key) && !table.is_secret(key)) {
        let message = match auth {
            AuthScheme::Bearer => "auth = \"bearer\" sends a token alone: remove this key",
            _ => "a token goes with auth = \"bearer\"; here it is username and password",
        };
        faults.add(&table.place_of(key), message);
    }
    let secret = secret_source::read(table, wanted, base, faults);
    let open = may_be_open && !["username", "password", "token"].iter().any(|key| table.has(key));
    if matches!(secret, Field::Absent) && !open {
        faults.missing(&table.place, wanted, format!("missing: say where it is, as {}", secret_source::EXAMPLE));
    }
    let username = match auth {
        AuthScheme::Bearer => Some(None),
        _ if open => Some(None),
        _ => required(table, "username", faults, |text| user(text, auth), "a name like \"anna\"").map(Some),
    };
    Some((username?, if open { None } else { Some(secret.or(None)?) }))
}

/// A user name that the scheme can carry (RFC 7617, section 2: Basic parts name and password at the first colon).
fn user(text: &str, auth: AuthScheme) -> Result<String, Wrong> {
    let name = value::label(text)?;
    if auth == AuthScheme::Basic && name.contains(':') {
        return Err("a name without a colon, which auth = \"basic\" can't carry".into());
    }
    Ok(name)
}

/// Other hosts that may learn the password, as an address writes them: lower case, punycode.
fn hosts(table: &Table<'_>, faults: &mut Faults) -> Option<Vec<String>> {
    let nodes = table.list("hosts", faults, r#"["p42-caldav.example.org"]"#).or(Some(Vec::new()))?;
    let all: Vec<Option<String>> =
        nodes.iter().map(|node| node.parse(faults, host, "a host like \"p42-caldav.example.org\"")).collect();
    all.into_iter().collect()
}

/// A host, for https at any port, or a host and its port.
fn host(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    // Inside of brackets a colon belongs to the address.
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port.parse::<u16>().ok())),
        _ => (text, None),
    };
    match (Host::parse(name), port) {
        (Ok(host), None) if !name.contains('*') => Ok(host.to_string()),
        (Ok(host), Some(Some(port))) if !name.contains('*') => Ok(format!("{host}:{port}")),
        _ => Err("a host like p42-caldav.example.org, without https://, path or *".into()),
    }
}
