//! A 207 answer (RFC 4918 13) as values: per href its status or its properties. What a server refuses of one resource
//! does not touch the others; what is no multistatus at all is a fault.

use super::precondition::{self, DavError};
use super::props::Props;
use super::tree::{self, Document, Element, Fault, Ns};

/// Responses in one answer, at most: no honest calendar has more objects.
const RESPONSES_MAX: usize = 200_000;

/// One answer about several resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multistatus {
    /// In the order of the answer. The same href can come twice (Zimbra, DavMail): the last counts.
    pub responses: Vec<Response>,
    /// The token of a sync-collection report (RFC 6578 6.4).
    pub sync_token: Option<String>,
    /// The server's words about the whole.
    pub description: Option<String>,
}

/// What is said of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// As the server spells it.
    pub href: String,
    /// The status of the whole resource; none: the properties speak.
    pub status: Option<u16>,
    /// What was given with success, or with no status at all.
    pub props: Props,
    /// The highest status of the properties that were not given; none: all were.
    pub refused: Option<u16>,
    /// Why it was refused, for the resource or for any property of it.
    pub error: Option<DavError>,
}

impl Response {
    /// Whether the server says that the resource is not there (any more).
    pub fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }

    /// Whether the server broke the answer off there and wants to be asked again (RFC 6578 3.6).
    pub fn is_cut(&self) -> bool {
        self.status == Some(507)
    }
}

/// Reads the body of a 207.
///
/// # Errors
/// Where it is anything but a whole multistatus.
pub fn read(body: &[u8]) -> Result<Multistatus, Fault> {
    let text = tree::text(body)?;
    let (mut document, root) = Document::open(&text)?;
    if !root.is(Ns::Dav, "multistatus") {
        return Err(match root.name.as_str() {
            name if name.eq_ignore_ascii_case("html") => Fault::WebPage,
            name => Fault::Other(name.to_owned()),
        });
    }
    let mut found = Multistatus::default();
    while let Some(child) = document.child()? {
        if child.is(Ns::Dav, "response") {
            respond(child, &mut found.responses);
        } else if child.is(Ns::Dav, "sync-token") {
            found.sync_token = child.trimmed();
        } else if child.is(Ns::Dav, "responsedescription") {
            found.description = child.trimmed();
        }
        if found.responses.len() > RESPONSES_MAX {
            return Err(Fault::Excess);
        }
    }
    Ok(found)
}

/// One `response` element: one resource, or several of the same status.
fn respond(element: Element, responses: &mut Vec<Response>) {
    let mut response = Response::default();
    let mut hrefs = Vec::new();
    for child in element.children {
        if child.is(Ns::Dav, "href") {
            hrefs.extend(child.trimmed());
        } else if child.is(Ns::Dav, "status") {
            response.status = status(&child.text);
        } else if child.is(Ns::Dav, "propstat") {
            properties(child, &mut response);
        } else if child.is(Ns::Dav, "error") {
            response.error = Some(precondition::of(&child));
        }
    }
    // A status of success says nothing beyond the properties.
    response.status = response.status.filter(|status| !(200..300).contains(status));
    let Some(last) = hrefs.pop() else { return };
    responses.extend(hrefs.into_iter().map(|href| Response { href, ..response.clone() }));
    responses.push(Response { href: last, ..response });
}

fn properties(propstat: Element, response: &mut Response) {
    let status = propstat.child(Ns::Dav, "status").and_then(|line| status(&line.text));
    if let Some(error) = propstat.child(Ns::Dav, "error") {
        response.error = Some(precondition::of(error));
    }
    if let Some(status) = status.filter(|status| !(200..300).contains(status)) {
        response.refused = response.refused.max(Some(status));
        return;
    }
    for prop in propstat.children.into_iter().filter(|child| child.is(Ns::Dav, "prop")) {
        prop.children.into_iter().for_each(|property| response.props.take(property));
    }
}

/// The code in a status line, also where the rest of the line is odd or missing.
fn status(line: &str) -> Option<u16> {
    let code =
        line.split_ascii_whitespace().find(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()))?;
    code.parse().ok().filter(|code| (100..600).contains(code))
}
