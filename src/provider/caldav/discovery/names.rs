//! Which calendar a config means: by display name, or by address, whole or as a path. Pure.

use url::Url;

use super::super::href::{resolve, same};
use super::found::{Calendar, Found};
use crate::provider::{ErrorKind, ProviderError};

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// One of the calendars that were found.
    Known(Calendar),
    /// A calendar at that address, which is none of those that were found.
    Unknown(Url),
}

/// The calendar that the config calls `name`.
///
/// # Errors
/// Where no calendar has that name, or more than one has; the message lists those by their addresses.
pub fn find(found: &Found, account: &Url, name: &str) -> Result<Meant, ProviderError> {
    let known = |url: &Url| found.calendars.iter().find(|calendar| same(&calendar.url, url)).cloned();
    let lower = name.trim().to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        let url = resolve(account, name).ok_or_else(|| missing(found, name))?;
        return Ok(known(&url).map_or(Meant::Unknown(url), Meant::Known));
    }
    let named: Vec<&Calendar> = found.calendars.iter().filter(|calendar| is_named(calendar, name)).collect();
    match named.as_slice() {
        [one] => return Ok(Meant::Known((*one).clone())),
        [] => {}
        several => {
            let message = format!(
                "{} calendars are called {name}; name one of them by its address:{}",
                several.len(),
                several.iter().map(|calendar| format!("\n  {}", calendar.url)).collect::<Vec<_>>().concat()
            );
            return Err(ProviderError { kind: ErrorKind::NotFound, message });
        }
    }
    if !name.starts_with('/') {
        return Err(missing(found, name));
    }
    // A path on any host that calendars were found on, then on the account's own.
    let on = |base: &Url| resolve(base, name);
    let bases = found.calendars.iter().map(|calendar| &calendar.url);
    if let Some(calendar) = bases.filter_map(on).find_map(|url| known(&url)) {
        return Ok(Meant::Known(calendar));
    }
    let base = found.homes.first().unwrap_or(account);
    on(base).map(Meant::Unknown).ok_or_else(|| missing(found, name))
}

fn is_named(calendar: &Calendar, name: &str) -> bool {
    calendar.name.as_deref().is_some_and(|own| own.trim() == name.trim())
}

/// There is no such calendar; with what was left out. The names of those that are there (of people, where they share theirs)
/// are not for a log.
pub(super) fn missing(found: &Found, name: &str) -> ProviderError {
    let mut message = if found.calendars.is_empty() {
        format!("there is no calendar {name}, and no other either")
    } else {
        let count = found.calendars.len();
        format!("there is no calendar {name}; `seawall check` names those that are there ({count})")
    };
    for left_out in &found.left_out {
        message.push('\n');
        message.push_str(left_out);
    }
    ProviderError { kind: ErrorKind::NotFound, message }
}
