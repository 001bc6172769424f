//! From what the user typed (a bare domain, a base address, a principal, a home or a calendar) to the account's
//! calendars: the address itself, what DNS says of a bare domain (RFC 6764), `/.well-known/caldav`, `/`, and where
//! services usually are; there the principal (RFC 5397), its homes (RFC 4791 6.2.1), their calendars.
//!
//! Nothing of what is found on the way is trusted: the client sends no password but to whom the account trusts, and
//! what was left out for that is said. Trouble that may pass ends discovery, for half an answer would be remembered.

mod dns;
mod found;
mod look;
mod names;

use url::{Host, Origin, Url};

use self::found::with_slash;
use self::look::{Look, Seen};
use super::href::{resolve, same};
use super::quirks;
use super::xml::{Principal, Prop, ResourceType};
use crate::provider::transport::{AccountClient, Transport, Trust};
use crate::provider::{ErrorKind, ProviderError};

pub use dns::Dns;
pub use found::{Calendar, Found};
pub(super) use found::{memo, recall};
pub use names::{Meant, find};

/// What is asked of each address on the way, and nothing more: some servers fail over properties of calendars where
/// there is none (see `quirks`).
const ENTRY: [Prop; 4] =
    [Prop::CurrentUserPrincipal, Prop::CalendarHomeSet, Prop::CalendarUserAddressSet, Prop::ResourceType];
/// What is asked of calendars.
const CALENDAR: [Prop; 10] = [
    Prop::ResourceType,
    Prop::DisplayName,
    Prop::Owner,
    Prop::CurrentUserPrivilegeSet,
    Prop::SupportedComponents,
    Prop::SupportedReports,
    Prop::ScheduleTransp,
    Prop::Color,
    Prop::Ctag,
    Prop::SyncToken,
];

/// Finds an account's calendars.
///
/// # Errors
/// [`ErrorKind::Login`] where the server does not let us in; [`ErrorKind::Unavailable`] where it can't be reached now,
/// or where nothing at the address speaks CalDAV.
pub(super) async fn discover<T: Transport>(
    client: &AccountClient<T>,
    trust: &Trust,
    dns: Dns,
    account: &Url,
) -> Result<Found, ProviderError> {
    let mut walk =
        Walk { client, trust, account, tried: Vec::new(), fault: None, silent: Vec::new(), found: Found::default() };
    let own = walk.visit(account).await?;
    let entry = match own {
        Some(ref own) if leads(own) => Some(own.clone()),
        // A calendar whose server names no principal: all that is wanted is here.
        Some(ref own) if is_calendar(own) => None,
        _ => walk.elsewhere(dns).await?,
    };
    if let Some(entry) = entry {
        walk.home(entry).await?;
    }
    if let Some(own) = own {
        walk.own(own).await?;
    }
    if walk.found.homes.is_empty() && walk.found.calendars.is_empty() {
        return Err(walk.nothing());
    }
    Ok(walk.found)
}

/// A calendar at an address that no home lists, such as another person's.
///
/// # Errors
/// [`ErrorKind::NotFound`] where there is no calendar for events.
pub(super) async fn adopt<T: Transport>(
    client: &AccountClient<T>,
    found: &Found,
    url: &Url,
    name: &str,
) -> Result<Calendar, ProviderError> {
    let missing = || names::missing(found, name);
    match look::at(client, &with_slash(url.clone()), &ENTRY).await? {
        Look::Seen(seen) if is_calendar(&seen) => {
            calendar(client, &seen.url, found.principal.as_ref()).await?.ok_or_else(missing)
        }
        Look::Seen(_) | Look::Not(_) => Err(missing()),
        Look::Trouble(error) => Err(error),
    }
}

/// Where a calendar's server sends on to; none where it is at its address.
///
/// # Errors
/// Where it can't be asked.
pub(super) async fn moved<T: Transport>(client: &AccountClient<T>, url: &Url) -> Result<Option<Url>, ProviderError> {
    match look::at(client, url, &ENTRY).await? {
        Look::Seen(seen) => Ok(Some(with_slash(seen.url)).filter(|now| !same(now, url))),
        Look::Not(_) => Ok(None),
        Look::Trouble(error) => Err(error),
    }
}

/// All that a calendar's server says of it; none where it takes no events.
async fn calendar<T: Transport>(
    client: &AccountClient<T>,
    url: &Url,
    principal: Option<&Url>,
) -> Result<Option<Calendar>, ProviderError> {
    match look::at(client, url, &CALENDAR).await? {
        Look::Seen(seen) if is_calendar(&seen) && seen.props.takes_events() => {
            let is_owner = |owner: &str| is_principal(principal, &seen.url, owner);
            Ok(Some(Calendar::of(seen.url.clone(), &seen.props, is_owner)))
        }
        Look::Seen(_) | Look::Not(_) => Ok(None),
        Look::Trouble(error) => Err(error),
    }
}

/// One search.
struct Walk<'a, T> {
    client: &'a AccountClient<T>,
    trust: &'a Trust,
    account: &'a Url,
    /// Where nothing was, and why.
    tried: Vec<String>,
    /// The first trouble on the way: most likely all the rest is for its sake.
    fault: Option<String>,
    /// Who did not answer: nothing is at any other of their addresses either.
    silent: Vec<Origin>,
    found: Found,
}

impl<T: Transport> Walk<'_, T> {
    /// Looks at an address on the way; none where nothing of use is there (now).
    async fn visit(&mut self, url: &Url) -> Result<Option<Seen>, ProviderError> {
        if self.silent.contains(&url.origin()) {
            return Ok(None);
        }
        let mut look = look::at(self.client, url, &ENTRY).await?;
        if is_nobody(&look) && self.introduce(url).await? {
            look = look::at(self.client, url, &ENTRY).await?;
        }
        let why = match look {
            _ if is_nobody(&look) => return Err(self.nobody(url).await),
            Look::Seen(seen) => return Ok(Some(*seen)),
            Look::Not(why) => why,
            Look::Trouble(error) => {
                self.silent.push(url.origin());
                if self.fault.is_none() {
                    self.fault = Some(error.message);
                    return Ok(None);
                }
                error.message
            }
        };
        let shown = if url == self.account { "the address itself" } else { url.as_str() };
        self.tried.push(format!("{shown}: {why}"));
        Ok(None)
    }

    /// Shows the login to a server that did not ask for it at that address, and asks for it elsewhere; whether it was
    /// shown, and not before.
    async fn introduce(&self, url: &Url) -> Result<bool, ProviderError> {
        if self.client.has_proof(url).await {
            return Ok(false);
        }
        let below = with_slash(url.clone());
        let guarded = quirks::GUARDED.into_iter().filter_map(|place| resolve(&below, place));
        for place in resolve(url, "/.well-known/caldav").into_iter().chain(guarded) {
            look::at(self.client, &place, &ENTRY).await?;
            if self.client.has_proof(url).await {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What to say where the server knows nobody.
    async fn nobody(&self, url: &Url) -> ProviderError {
        let host = url.host_str().unwrap_or_default();
        let message = if self.client.has_proof(url).await {
            format!("{host} takes the login for nobody's: check the user name and the password")
        } else {
            format!(
                "{host} tells nobody there who is logged in, and asks for no login: give the address of a calendar, or of \
                 your principal, as `url`, and the account its user name and password"
            )
        };
        ProviderError { kind: ErrorKind::Login, message }
    }

    /// The first address besides the account's own that leads on.
    async fn elsewhere(&mut self, dns: Dns) -> Result<Option<Seen>, ProviderError> {
        if let Some(domain) = bare_domain(self.account) {
            for url in dns::services(dns, domain).await {
                if let Some(seen) = self.visit(&url).await?.filter(leads) {
                    return Ok(Some(seen));
                }
            }
        }
        let account = self.account;
        let below = with_slash(account.clone());
        let fixed = ["/.well-known/caldav", "/"].into_iter().filter_map(|path| resolve(account, path));
        let usual = quirks::BASES.into_iter().filter_map(|base| resolve(&below, base));
        for url in fixed.chain(usual).filter(|url| !same(url, account)) {
            if let Some(seen) = self.visit(&url).await?.filter(leads) {
                return Ok(Some(seen));
            }
        }
        Ok(None)
    }

    /// From an address that leads on to the principal, its homes and their calendars.
    async fn home(&mut self, entry: Seen) -> Result<(), ProviderError> {
        self.found.product.clone_from(&entry.product);
        let named = match &entry.props.principal {
            Some(Principal::Href(href)) => resolve(&entry.url, href),
            _ => None,
        };
        let principal = named.unwrap_or_else(|| entry.url.clone());
        let homes_on_the_way = (entry.url.clone(), entry.props.homes.clone());
        let seen = if same(&principal, &entry.url) {
            entry
        } else {
            match look::at(self.client, &principal, &ENTRY).await? {
                Look::Seen(seen) => *seen,
                Look::Not(why) => {
                    self.tried.push(format!("{principal}: {why}"));
                    entry
                }
                Look::Trouble(error) => return Err(error),
            }
        };
        self.found.addresses.clone_from(&seen.props.addresses);
        self.found.principal = Some(principal);
        let (base, homes) = if seen.props.homes.is_empty() { homes_on_the_way } else { (seen.url, seen.props.homes) };
        for home in &homes {
            match resolve(&base, home) {
                Some(home) if self.trust.allows(&home) => self.list(with_slash(home)).await?,
                Some(home) => self.found.left_out.push(left_out("calendars", &home)),
                None => {}
            }
        }
        Ok(())
    }

    /// Lists the calendars of a home.
    async fn list(&mut self, home: Url) -> Result<(), ProviderError> {
        let (at, members, product) = match look::into(self.client, &home, &CALENDAR).await? {
            Look::Seen(listing) => *listing,
            Look::Not(why) => {
                self.tried.push(format!("{home}: {why}"));
                self.found.left_out.push(format!("the calendars at {home} could not be listed: {why}"));
                return Ok(());
            }
            Look::Trouble(error) => return Err(error),
        };
        self.found.product = product.or(self.found.product.take());
        let principal = self.found.principal.clone();
        for member in members.responses {
            let is_calendar = member.props.kind.as_ref().is_some_and(ResourceType::is_calendar);
            let Some(url) = resolve(&at, &member.href) else { continue };
            if !is_calendar || !member.props.takes_events() {
                continue;
            }
            if self.trust.allows(&url) {
                let is_owner = |owner: &str| is_principal(principal.as_ref(), &at, owner);
                self.found.add(Calendar::of(url, &member.props, is_owner));
            } else {
                self.found.left_out.push(left_out("a calendar", &url));
            }
        }
        if !self.found.homes.iter().any(|known| same(known, &home)) {
            self.found.homes.push(home);
        }
        Ok(())
    }

    /// The account's own address, where it is a calendar, or where it is all that there is to list.
    async fn own(&mut self, own: Seen) -> Result<(), ProviderError> {
        if is_calendar(&own) {
            let is_listed = self.found.calendars.iter().any(|calendar| same(&calendar.url, &own.url));
            if !is_listed && let Some(own) = calendar(self.client, &own.url, self.found.principal.as_ref()).await? {
                self.found.add(own);
            }
            self.found.product = self.found.product.take().or(own.product);
        } else if self.found.homes.is_empty() && own.props.kind.is_some_and(|kind| kind.is_collection()) {
            self.list(with_slash(own.url)).await?;
            // A collection without calendars is no home.
            if self.found.calendars.is_empty() {
                self.found.homes.clear();
            }
        }
        Ok(())
    }

    fn nothing(&self) -> ProviderError {
        let host = self.account.host_str().unwrap_or_default();
        let lines: Vec<String> =
            self.found.left_out.iter().chain(&self.tried).map(|line| format!("\n  {line}")).collect();
        let lines = lines.concat();
        unavailable(match &self.fault {
            Some(fault) => format!(
                "{fault}; so no calendars were found at {host}: is `url` right, is the server up, and can this machine \
                 reach it?{lines}"
            ),
            None => format!(
                "no calendars were found at {host}; if the server is up, give the address of a calendar, or what its \
                 service calls its CalDAV address, as `url`:{lines}"
            ),
        })
    }
}

/// Whether an address names the user or where calendars are.
fn leads(seen: &Seen) -> bool {
    matches!(seen.props.principal, Some(Principal::Href(_))) || !seen.props.homes.is_empty()
}

/// Whether the server says that nobody is logged in (RFC 5397 3).
fn is_nobody(look: &Look<Seen>) -> bool {
    matches!(look, Look::Seen(seen) if seen.props.principal == Some(Principal::Unauthenticated))
}

fn is_calendar(seen: &Seen) -> bool {
    seen.props.kind.as_ref().is_some_and(ResourceType::is_calendar)
}

/// Whether an owner's href is the user's principal; none where the user's is not known.
fn is_principal(principal: Option<&Url>, base: &Url, owner: &str) -> Option<bool> {
    Some(same(principal?, &resolve(base, owner)?))
}

/// The domain of an address that is nothing else.
fn bare_domain(url: &Url) -> Option<&str> {
    let is_bare = url.scheme() == "https" && url.port().is_none() && url.path() == "/" && url.query().is_none();
    match url.host() {
        Some(Host::Domain(name)) if is_bare && name.contains('.') => url.host_str(),
        _ => None,
    }
}

fn left_out(what: &str, url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    format!(
        "{what} at {host} was left out, for the password goes only to hosts that you accept; if it is the right place, add \
         \"{host}\" to `hosts`"
    )
}

fn unavailable(message: String) -> ProviderError {
    ProviderError { kind: ErrorKind::Unavailable, message }
}
