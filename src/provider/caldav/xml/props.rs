//! The properties that seawall asks for, as values. Absent and refused are the same: not known. It takes what servers
//! send instead of what they should; it resolves no href.

use std::collections::BTreeSet;

use super::super::quirks;
use super::tree::{Element, Ns};

/// Who the server takes us for (RFC 5397).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The principal's href.
    Href(String),
    /// Nobody: the login failed, whatever the status says.
    Unauthenticated,
}

/// What a resource is: the local names in `DAV:resourcetype`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceType(pub BTreeSet<String>);

impl ResourceType {
    /// Whether it is a collection of any kind.
    pub fn is_collection(&self) -> bool {
        self.0.contains("collection")
    }

    /// Whether it is a calendar, and not one of the collections that only look like one.
    pub fn is_calendar(&self) -> bool {
        self.0.contains("calendar") && !quirks::NO_CALENDARS.iter().any(|kind| self.0.contains(*kind))
    }
}

/// What the user may do there (RFC 3744 5.4): the local names in `DAV:current-user-privilege-set`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privileges(pub BTreeSet<String>);

impl Privileges {
    /// Whether objects can be created, changed and removed: by one of the privileges that hold the others, or by all
    /// three.
    pub fn may_write(&self) -> bool {
        let has = |name: &str| self.0.contains(name);
        let has_any = |names: &[&str]| names.iter().any(|name| has(name));
        has_any(&["all", "write"])
            || (has("write-content") && has_any(&quirks::RIGHTS_TO_ADD) && has_any(&quirks::RIGHTS_TO_REMOVE))
    }
}

/// The properties of one resource; none: not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Props {
    /// `getetag`, with its quotes, as `If-Match` must carry it.
    pub etag: Option<String>,
    /// `getctag`: changes when anything in the collection does.
    pub ctag: Option<String>,
    /// `sync-token` of the collection.
    pub sync_token: Option<String>,
    /// `resourcetype`.
    pub kind: Option<ResourceType>,
    /// `displayname`.
    pub display_name: Option<String>,
    /// `calendar-data`: the object as iCalendar text. Line ends may be bare.
    pub calendar_data: Option<Vec<u8>>,
    /// `current-user-principal`.
    pub principal: Option<Principal>,
    /// `calendar-home-set`: hrefs, also of other hosts.
    pub homes: Vec<String>,
    /// `owner`: a principal's href.
    pub owner: Option<String>,
    /// The mail addresses in `calendar-user-address-set`, lower case, without `mailto:`.
    pub addresses: Vec<String>,
    /// `current-user-privilege-set`; none also where it is there and empty.
    pub privileges: Option<Privileges>,
    /// `supported-calendar-component-set`, upper case; none: everything (RFC 4791 5.2.3).
    pub components: Option<BTreeSet<String>>,
    /// `supported-report-set`: local names.
    pub reports: Option<BTreeSet<String>>,
    /// `schedule-calendar-transp` (RFC 6638 9.1): does not count for others' free/busy.
    pub transparent: Option<bool>,
    /// Apple's `calendar-color`, as it is.
    pub color: Option<String>,
    /// `max-resource-size` in bytes.
    pub max_resource_size: Option<u64>,
    /// `calendar-timezone`: iCalendar text.
    pub timezone: Option<String>,
}

impl Props {
    /// Whether events can be in it.
    pub fn takes_events(&self) -> bool {
        self.components.as_ref().is_none_or(|components| components.contains("VEVENT"))
    }

    /// Takes one property in. A second of the same name counts where it says more than nothing.
    pub(super) fn take(&mut self, property: Element) {
        let text = || property.trimmed();
        match (property.ns, property.name.as_str()) {
            (Ns::Dav | Ns::Unbound, "getetag") => set(&mut self.etag, text()),
            (Ns::CalendarServer | Ns::Unbound, "getctag") => set(&mut self.ctag, text()),
            (Ns::Dav | Ns::Unbound, "sync-token") => set(&mut self.sync_token, text()),
            (Ns::Dav | Ns::Unbound, "resourcetype") => {
                self.kind = Some(ResourceType(names(&property)));
            }
            (Ns::Dav | Ns::Unbound, "displayname") => set(&mut self.display_name, text()),
            (Ns::CalDav | Ns::Unbound, "calendar-data") => {
                let has_any = !property.text.trim_ascii().is_empty();
                set(&mut self.calendar_data, has_any.then(|| property.text.into_bytes()));
            }
            (Ns::Dav | Ns::Unbound, "current-user-principal") => set(&mut self.principal, principal(&property)),
            (Ns::CalDav | Ns::Unbound, "calendar-home-set") => self.homes.extend(hrefs(&property)),
            (Ns::Dav | Ns::Unbound, "owner") => set(&mut self.owner, hrefs(&property).into_iter().next()),
            (Ns::CalDav | Ns::Unbound, "calendar-user-address-set") => {
                self.addresses.extend(hrefs(&property).iter().filter_map(|href| mail_address(href)));
            }
            (Ns::Dav | Ns::Unbound, "current-user-privilege-set") => {
                let all: BTreeSet<String> = property.children.iter().flat_map(inner_names).collect();
                set(&mut self.privileges, (!all.is_empty()).then_some(Privileges(all)));
            }
            (Ns::CalDav | Ns::Unbound, "supported-calendar-component-set") => {
                let named = property.children.iter().filter_map(|comp| comp.attribute("name"));
                let all: BTreeSet<String> = named.map(str::to_ascii_uppercase).collect();
                set(&mut self.components, (!all.is_empty()).then_some(all));
            }
            (Ns::Dav | Ns::Unbound, "supported-report-set") => {
                let reports = property.children.iter().flat_map(|supported| &supported.children);
                let all: BTreeSet<String> = reports.flat_map(inner_names).collect();
                set(&mut self.reports, (!all.is_empty()).then_some(all));
            }
            (Ns::CalDav | Ns::Unbound, "schedule-calendar-transp") => {
                let value = property.children.iter().find_map(|child| match child.name.as_str() {
                    "transparent" => Some(true),
                    "opaque" => Some(false),
                    _ => None,
                });
                set(&mut self.transparent, value);
            }
            (Ns::Apple | Ns::Unbound, "calendar-color") => set(&mut self.color, text()),
            (Ns::CalDav | Ns::Unbound, "max-resource-size") => {
                set(&mut self.max_resource_size, text().and_then(|text| text.parse().ok()));
            }
            (Ns::CalDav | Ns::Unbound, "calendar-timezone") => set(&mut self.timezone, text()),
            _ => {}
        }
    }
}

fn set<T>(field: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *field = value;
    }
}

fn names(element: &Element) -> BTreeSet<String> {
    element.children.iter().map(|child| child.name.clone()).collect()
}

/// The names in a wrapper such as `privilege` or `report`. DavMail puts several into one; where the wrapper itself is
/// missing, the name is its own.
fn inner_names(element: &Element) -> Vec<String> {
    match (element.name.as_str(), element.children.is_empty()) {
        ("privilege" | "report", _) | (_, false) => names(element).into_iter().collect(),
        (name, true) => vec![name.to_owned()],
    }
}

/// The hrefs in a property; some servers put the text right into it.
fn hrefs(element: &Element) -> Vec<String> {
    let inner = element.children.iter().filter(|child| child.is(Ns::Dav, "href")).filter_map(Element::trimmed);
    let inner: Vec<String> = inner.collect();
    if inner.is_empty() { element.trimmed().into_iter().collect() } else { inner }
}

fn principal(element: &Element) -> Option<Principal> {
    if element.child(Ns::Dav, "unauthenticated").is_some() {
        return Some(Principal::Unauthenticated);
    }
    hrefs(element).into_iter().next().map(Principal::Href)
}

/// The address in a `mailto:` in any case; none for the other kinds of calendar user addresses.
fn mail_address(href: &str) -> Option<String> {
    let (scheme, address) = href.split_once(':')?;
    let address = percent_encoding::percent_decode_str(address).decode_utf8_lossy().trim().to_lowercase();
    (scheme.eq_ignore_ascii_case("mailto") && address.contains('@')).then_some(address)
}
