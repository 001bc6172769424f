//! The CalDAV adapter, from its XML to whole servers.

mod discovery;
mod discovery_names;
mod discovery_trust;
mod gone;
mod holes;
mod href;
mod lying_lists;
mod moved;
mod protocol;
mod protocol_errors;
mod protocol_odd;
mod protocol_requests;
mod reading;
mod reading_model;
mod reading_odd;
mod reading_texts;
mod site;
mod stage;
mod unreached;
mod writing;

/// A body as a real server sent it: tests/fixtures/caldav/README.md.
fn body(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/caldav/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A multistatus of these responses, in the namespaces that most servers use.
fn multistatus(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\" xmlns:cal=\"urn:ietf:params:xml:ns:caldav\" \
         xmlns:cs=\"http://calendarserver.org/ns/\" xmlns:x=\"http://apple.com/ns/ical/\" \
         xmlns:s=\"http://sabredav.org/ns\">{inner}</d:multistatus>"
    )
}

/// One response with these properties, all given.
fn given(href: &str, props: &str) -> String {
    format!(
        "<d:response><d:href>{href}</d:href><d:propstat><d:prop>{props}</d:prop>\
         <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )
}
