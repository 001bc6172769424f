//! XML as a small tree, one child of the root at a time: names by namespace, text unescaped. Bounded in depth and
//! number, without DTD or entities; it knows no WebDAV beyond its namespaces.

use std::borrow::Cow;

use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

/// Elements within each other, at most. Real answers have ten.
const DEPTH_MAX: usize = 32;
/// Elements below one child of the root, at most. A long list of privileges has a hundred.
const ELEMENTS_MAX: usize = 20_000;

/// Why a body is not the XML that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No byte but blanks.
    #[error("the answer is empty, where WebDAV's XML was expected")]
    Empty,
    /// A page for people.
    #[error(
        "the answer is a web page, not WebDAV; perhaps a login page, or the address is not that of a CalDAV service"
    )]
    WebPage,
    /// JSON, plain text and the like.
    #[error("the answer is no XML; perhaps the address is not that of a CalDAV service")]
    NoXml,
    /// It ends within an element.
    #[error("the answer breaks off in the middle")]
    Truncated,
    /// A document type or an entity of its own: nothing that WebDAV needs, and a way to harm.
    #[error("the answer has a document type or an entity of its own, and those are refused")]
    Entity,
    /// Deeper or larger than any honest answer.
    #[error("the answer is nested or filled beyond all measure")]
    Excess,
    /// Anything else that is not XML.
    #[error("the answer is no well-formed XML: {0}")]
    Syntax(String),
    /// XML of another kind; the root's name.
    #[error("the answer is XML of another kind: <{0}>")]
    Other(String),
}

/// The namespaces that seawall reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ns {
    /// `DAV:`.
    Dav,
    /// `urn:ietf:params:xml:ns:caldav`.
    CalDav,
    /// `http://calendarserver.org/ns/`.
    CalendarServer,
    /// `http://apple.com/ns/ical/`.
    Apple,
    /// None was declared: the local name alone decides.
    Unbound,
    /// Any other.
    Other,
}

impl Ns {
    fn of(resolved: &ResolveResult<'_>) -> Self {
        let ResolveResult::Bound(namespace) = resolved else { return Self::Unbound };
        let bytes: &[u8] = namespace.as_ref().as_ref();
        match bytes.strip_suffix(b"/").unwrap_or(bytes) {
            b"DAV:" | b"DAV" => Self::Dav,
            b"urn:ietf:params:xml:ns:caldav" => Self::CalDav,
            b"http://calendarserver.org/ns" => Self::CalendarServer,
            b"http://apple.com/ns/ical" => Self::Apple,
            _ => Self::Other,
        }
    }
}

/// One element with all that is in it.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) ns: Ns,
    /// The name without its prefix.
    pub(super) name: String,
    /// The attributes but for namespaces, by name without prefix.
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// The text right in it, unescaped; of control characters only tabs and line ends.
    pub(super) text: String,
}

impl Element {
    /// Whether it is that element; one without a namespace is it by its name.
    pub(super) fn is(&self, ns: Ns, name: &str) -> bool {
        self.name == name && (self.ns == ns || self.ns == Ns::Unbound)
    }

    /// Its first child of that name.
    pub(super) fn child(&self, ns: Ns, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(ns, name))
    }

    /// Its text without blanks around it; none where there is none.
    pub(super) fn trimmed(&self) -> Option<String> {
        let text = self.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// A body as text that the parser takes: no byte order mark, no control characters (iCloud sends some).
///
/// # Errors
/// Where it is clearly no XML.
pub(super) fn text(body: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let text = String::from_utf8_lossy(body);
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    if start.is_empty() {
        return Err(Fault::Empty);
    }
    if !start.starts_with('<') {
        return Err(Fault::NoXml);
    }
    let head: String = start.chars().take(64).collect::<String>().to_ascii_lowercase();
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        return Err(Fault::WebPage);
    }
    if start.len() == text.len() && !start.contains(is_noise) {
        return Ok(text);
    }
    Ok(Cow::Owned(start.chars().filter(|c| !is_noise(*c)).collect()))
}

/// What XML 1.0 (2.2) does not allow.
fn is_noise(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// A document whose root was opened.
pub(super) struct Document<'a> {
    reader: NsReader<&'a [u8]>,
    /// Whether the root is an empty tag, or its end was seen.
    is_over: bool,
    /// The text right in the root, as far as it was read.
    pub(super) text: String,
}

impl<'a> Document<'a> {
    /// Opens the root, and gives it without its children.
    ///
    /// # Errors
    /// Where there is no root, or a document type before it.
    pub(super) fn open(text: &'a str) -> Result<(Self, Element), Fault> {
        let mut reader = NsReader::from_str(text);
        loop {
            let (resolved, event) = reader.read_resolved_event().map_err(|error| syntax(&error))?;
            let ns = Ns::of(&resolved);
            match event {
                Event::Start(tag) => {
                    let root = element(ns, &tag);
                    return Ok((Self { reader, is_over: false, text: String::new() }, root));
                }
                Event::Empty(tag) => {
                    let root = element(ns, &tag);
                    return Ok((Self { reader, is_over: true, text: String::new() }, root));
                }
                Event::DocType(_) => return Err(Fault::Entity),
                Event::Eof => return Err(Fault::NoXml),
                _ => {}
            }
        }
    }

    /// The next child of the root with all that is in it; none at the root's end.
    ///
    /// # Errors
    /// Where the document ends before the root does, or goes beyond the bounds.
    pub(super) fn child(&mut self) -> Result<Option<Element>, Fault> {
        let mut open: Vec<Element> = Vec::new();
        let mut elements = 0;
        while !self.is_over {
            let (resolved, event) = self.reader.read_resolved_event().map_err(|error| syntax(&error))?;
            let ns = Ns::of(&resolved);
            let closed = match event {
                Event::Start(tag) => {
                    open.push(element(ns, &tag));
                    None
                }
                Event::Empty(tag) => Some(element(ns, &tag)),
                Event::End(_) => {
                    let closed = open.pop();
                    // More ends than beginnings: the root's own.
                    self.is_over = closed.is_none();
                    closed
                }
                Event::Text(text) => self.write(&mut open, &text.into_inner()),
                Event::CData(text) => self.write(&mut open, &text.into_inner()),
                Event::GeneralRef(reference) => self.write(&mut open, unescaped(&reference)?.as_str()),
                Event::DocType(_) => return Err(Fault::Entity),
                Event::Eof => return Err(Fault::Truncated),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
            };
            if let Some(closed) = closed {
                elements += 1;
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => return Ok(Some(closed)),
                }
            }
            if open.len() > DEPTH_MAX || elements > ELEMENTS_MAX {
                return Err(Fault::Excess);
            }
        }
        Ok(None)
    }

    /// Adds text to the innermost open element; nothing is closed by it.
    fn write(&mut self, open: &mut [Element], text: &str) -> Option<Element> {
        open.last_mut().map_or(&mut self.text, |inner| &mut inner.text).push_str(text);
        None
    }
}

fn element(ns: Ns, tag: &BytesStart<'_>) -> Element {
    let name = tag.local_name().as_ref().to_owned();
    let attributes = tag.attributes().flatten().filter_map(|attribute| {
        let name = attribute.key.local_name().as_ref().to_owned();
        let is_namespace = attribute.key.as_namespace_binding().is_some();
        (!is_namespace).then(|| (name, attribute.value.trim().to_owned()))
    });
    Element { ns, name, attributes: attributes.collect(), children: Vec::new(), text: String::new() }
}

/// What is behind a reference: a character by number, or one of XML's own five. One that XML does not allow is nothing.
fn unescaped(reference: &BytesRef<'_>) -> Result<String, Fault> {
    if reference.is_char_ref() {
        let c = reference.resolve_char_ref().ok().flatten().filter(|c| !is_noise(*c));
        return Ok(c.map(String::from).unwrap_or_default());
    }
    let name = reference.clone().into_inner();
    quick_xml::escape::resolve_xml_entity(&name).map(str::to_owned).ok_or(Fault::Entity)
}

fn syntax(error: &quick_xml::Error) -> Fault {
    match error {
        // Each of them says that something is not closed where the text ends.
        quick_xml::Error::Syntax(_) => Fault::Truncated,
        other => Fault::Syntax(other.to_string()),
    }
}
