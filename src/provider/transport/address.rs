//! Which addresses may be asked at all: https, or http on this machine, where nobody can listen in; with no name and
//! no password in them. It knows no account.

use url::{Host, Url};

/// Why an address must not be asked, in words that fit behind "a place where"; `from` is where one was sent from.
///
/// # Errors
/// Where anything but https is spoken (http on this machine aside), on the way from https down to http, and where
/// a user name or password stands in the address.
pub fn permit(url: &Url, from: Option<&Url>) -> Result<(), String> {
    let down = from.is_some_and(|from| from.scheme() == "https");
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) && !down => {}
        "http" => return Err("anybody could listen in: it must be https".to_owned()),
        other => return Err(format!("{other} is spoken: it must be https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user name or password stands in the address: none is ever sent".to_owned());
    }
    Ok(())
}

/// Whether the address is one of this machine's own.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What people may see of an address: its host, with the port where that is not the usual one.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("(no host)");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
