//! Names on a server. Servers spell one path in many ways (`@` or `%40`, raw UTF-8, blanks, lower-case hex, doubled
//! slashes, whole URLs), so paths are compared after percent-decoding, and requests carry the server's own spelling.
//! One function builds the URLs that are written to, and proves that each is one object right in its calendar.
//!
//! Within a calendar an object is called by its **key**: its path segment, decoded and encoded again in one canonical
//! way. That is stable whatever the server's spelling of the day, as unique as the decoded bytes, can stand in a URL
//! as it is, and leaves our own names (`<uid>.ics`) as they are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use url::Url;

/// What a key shows as `%XX`: all but what RFC 3986 3.3 lets stand in a path segment.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Bytes of a name that seawall gives, at most.
const NAME_BYTES_MAX: usize = 64;

/// Why a name can't be one object of a calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of one object in a calendar, so nothing is sent there")]
pub struct NoObject(pub String);

/// Where an href of an answer lies, seen from a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The collection itself.
    Itself,
    /// An object right in it.
    Member {
        /// What seawall calls it.
        key: String,
        /// Its address, as the server spells it.
        url: Url,
    },
    /// Anything else: a collection in it, another calendar, another host.
    Elsewhere,
}

/// The address that an href means, in the server's spelling; none where it is no http(s) address.
///
/// A path that begins with two slashes is a path, not a host (DAViCal), and so is one with a colon, a question mark or a
/// hash (SOGo encodes nothing). The same host over plain http is the host itself: a proxy in front of the server
/// speaks TLS, and the server does not know.
pub fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href = href.trim();
    let lower = href.get(..8.min(href.len())).unwrap_or_default().to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        let mut url = Url::parse(href).ok()?;
        // Whose login would that be? None is ever taken from an answer. It fails only where there can be none.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        let is_proxied = url.host() == base.host() && url.scheme() == "http" && base.scheme() == "https";
        return if is_proxied { with_path(base, url.path()) } else { Some(url) };
    }
    if href.starts_with('/') {
        return with_path(base, href);
    }
    let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    with_path(base, &format!("{folder}/{href}"))
}

/// The base with another path. What is no path syntax is encoded; a percent sign that starts no code is one itself.
fn with_path(base: &Url, path: &str) -> Option<Url> {
    let mut spelled = String::with_capacity(path.len());
    for (at, c) in path.char_indices() {
        let is_code = || path.as_bytes().get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        match c {
            '%' if !is_code() => spelled.push_str("%25"),
            '?' => spelled.push_str("%3F"),
            '#' => spelled.push_str("%23"),
            '\\' => spelled.push_str("%5C"),
            c => spelled.push(c),
        }
    }
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(&spelled);
    (!url.cannot_be_a_base()).then_some(url)
}

/// Where `href`, found in an answer about `collection`, lies.
pub fn place(collection: &Url, href: &str) -> Place {
    let Some(url) = resolve(collection, href) else { return Place::Elsewhere };
    if url.origin() != collection.origin() {
        return Place::Elsewhere;
    }
    let (own, other) = (segments(collection), segments(&url));
    match other.strip_prefix(own.as_slice()) {
        Some([]) => Place::Itself,
        Some([name]) if !url.path().ends_with('/') => Place::Member { key: encoded(name), url },
        _ => Place::Elsewhere,
    }
}

/// The same for an answer that lists what is in `collection`: behind a proxy a server may know neither its own host nor
/// scheme nor port, so the path alone counts. The address is always one on the collection's own host, as the login is
/// for no other.
pub fn place_listed(collection: &Url, href: &str) -> Place {
    at_home(collection, href).map_or(Place::Elsewhere, |url| place(collection, url.path()))
}

/// Whether `href`, listed in an answer about `collection`, lies somewhere in it, however deep.
pub fn is_below(collection: &Url, href: &str) -> bool {
    at_home(collection, href).is_some_and(|url| segments(&url).starts_with(&segments(collection)))
}

/// The address that an href means, on the collection's own host.
fn at_home(collection: &Url, href: &str) -> Option<Url> {
    let url = resolve(collection, href)?;
    if url.origin() == collection.origin() { Some(url) } else { with_path(collection, url.path()) }
}

/// Whether two addresses are the same resource, however they are spelled; a slash at the end does not count.
pub fn same(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() && segments(one) == segments(other)
}

/// The decoded segments of a path, without empty ones.
fn segments(url: &Url) -> Vec<Vec<u8>> {
    url.path().split('/').filter(|part| !part.is_empty()).map(|part| percent_decode_str(part).collect()).collect()
}

fn encoded(segment: &[u8]) -> String {
    percent_encode(segment, ENCODED).to_string()
}

/// The address of one object by its key. Nothing is ever written to an address from anywhere else: a PUT to the calendar
/// itself replaces all of it on some servers, and a DELETE drops it.
///
/// # Errors
/// Where the result would be anything but the calendar and one segment more.
pub fn object(collection: &Url, key: &str) -> Result<Url, NoObject> {
    let refused = || NoObject(key.to_owned());
    let bytes: Vec<u8> = percent_decode_str(key).collect();
    let is_odd = |byte: &u8| matches!(byte, b'/' | b'\\') || byte.is_ascii_control();
    if bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.iter().any(is_odd) {
        return Err(refused());
    }
    let folder = collection.path().strip_suffix('/').unwrap_or(collection.path());
    let mut url = collection.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(&format!("{folder}/{}", encoded(&bytes)));
    // Proved on the result, whatever the library made of it.
    let is_one = url.path().strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    let is_one = is_one.is_some_and(|name| !name.is_empty() && !name.contains('/'));
    let (own, found) = (segments(collection), segments(&url));
    match found.strip_prefix(own.as_slice()) {
        Some([name]) if is_one && *name == bytes && url.origin() == collection.origin() => Ok(url),
        _ => Err(refused()),
    }
}

/// The same for a new object, whose name seawall gives: only characters that every server's storage takes, in lower
/// case (old DavMail ignores case), neither hidden nor a backup.
///
/// # Errors
/// Where the name is not of that form.
pub fn new_object(collection: &Url, name: &str) -> Result<Url, NoObject> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    let stem = name.strip_suffix(".ics").unwrap_or_default();
    if stem.is_empty() || name.starts_with('.') || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_plain) {
        return Err(NoObject(name.to_owned()));
    }
    object(collection, name)
}
