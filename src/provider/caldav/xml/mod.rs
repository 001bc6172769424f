//! WebDAV's XML: bodies of requests from values, values from bodies of answers. Pure and tolerant of what real servers
//! send; it knows no HTTP, no URL and no calendar. An answer that is no such XML is a fault, never an empty list.

pub mod multistatus;
pub mod precondition;
pub mod props;
pub mod request;
mod tree;

pub use multistatus::{Multistatus, Response};
pub use precondition::{DavError, Precondition};
pub use props::{Principal, Privileges, Props, ResourceType};
pub use request::{Depth, Prop};
pub use tree::Fault;
