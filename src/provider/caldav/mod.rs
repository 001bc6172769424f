//! Calendars on CalDAV servers (RFC 4791, 6578, 6764, 5397, 4918): any server, safely. The adapter speaks of objects
//! as iCalendar text with an etag; it knows no config, no store and no holds.
//!
//! # Libraries, and why own code stands where it does
//!
//! - `quick-xml` parses: it keeps namespaces, needs no DTD and lets us read one response at a time.
//! - `url` and `percent-encoding` carry addresses; `domain` asks DNS.
//! - `libdav` was weighed and is not used. Its pairs of requests and answers do what RFCs say, on servers that do what
//!   RFCs say. Safety needs what it leaves out: a sync-collection's 507, the `Depth` that some servers want there, the
//!   body of an error behind each status, a token refused with another status than 403, privileges, several home sets,
//!   hrefs on hosts that must not see the password, control characters in XML. What would be left for it is five short
//!   bodies, at the price of a second XML parser and a second HTTP vocabulary.

mod account;
mod describe;
pub mod discovery;
mod here;
pub mod href;
mod port;
mod quirks;
mod reading;
mod write;
pub mod xml;

pub use account::CalDav;
