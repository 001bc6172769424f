//! A subscribed calendar, read only: one iCalendar text in a file or at an address. The whole text is one object;
//! what is in it, its reader must tell. It knows how to ask for news only, and when what it got is no calendar.

mod fetch;
mod file;
mod version;

use std::path::PathBuf;

use url::Url;

use self::version::Version;
use super::transport::Transport;
use super::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

/// The most bytes of a subscribed calendar, unpacked.
pub const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Where a subscribed calendar is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// An address, https or on this machine. It is often the only secret there is, so it is never shown in full.
    Address(Url),
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Place {
    /// What people may see of it: the path, or the host alone.
    fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Address(url) => fetch::shown(url),
        }
    }
}

/// An account with one subscribed calendar.
#[derive(Debug)]
pub struct Ics<T> {
    calendar: String,
    href: String,
    place: Place,
    transport: T,
}

/// What looking for news gave.
enum News {
    /// It is as it was.
    None,
    /// What it is now.
    Some(Object),
}

impl<T: Transport> Ics<T> {
    /// The calendar of that name at that place. Nothing is asked before the first call.
    pub fn new(calendar: impl Into<String>, place: Place, transport: T) -> Self {
        let calendar = calendar.into();
        let file = match &place {
            Place::File(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            // The last part of an address may be the secret.
            Place::Address(_) => None,
        };
        let href = file.unwrap_or_else(|| format!("{calendar}.ics"));
        Self { calendar, href, place, transport }
    }

    async fn news(&self, last: Option<&Version>) -> Result<News, ProviderError> {
        let (body, validators) = match &self.place {
            Place::File(path) => (file::read(path)?, fetch::Validators::default()),
            Place::Address(url) => {
                let validators = last.map(|version| version.validators.clone()).unwrap_or_default();
                match fetch::fetch(&self.transport, url, &validators).await? {
                    fetch::Answer::Unchanged => return Ok(News::None),
                    fetch::Answer::Body(body, validators) => (body, validators),
                }
            }
        };
        if let Some(fault) = no_calendar(&body) {
            return Err(self.unavailable(fault));
        }
        let version = Version::of(&self.place, &body, validators);
        Ok(News::Some(Object { href: self.href.clone(), etag: version.etag(), body: body.into() }))
    }

    fn expect(&self, calendar: &str) -> Result<(), ProviderError> {
        if calendar == self.calendar {
            return Ok(());
        }
        let message = format!("there is no calendar {calendar}; a subscribed calendar is one alone: {}", self.calendar);
        Err(ProviderError { kind: ErrorKind::NotFound, message })
    }

    fn unavailable(&self, fault: &str) -> ProviderError {
        ProviderError { kind: ErrorKind::Unavailable, message: format!("{}: {fault}", self.place.shown()) }
    }

    fn refuse(&self, calendar: &str) -> Result<(), ProviderError> {
        self.expect(calendar)?;
        let message = format!("{calendar} is a subscribed calendar, and those can only be read");
        Err(ProviderError { kind: ErrorKind::ReadOnly, message })
    }
}

impl<T: Transport> Provider for Ics<T> {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        self.news(None).await?;
        let name = self.calendar.clone();
        Ok(vec![CalendarInfo { name, ..CalendarInfo::default() }])
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        self.expect(calendar)?;
        // What was read from another place under this name is of another calendar.
        let last = known.objects.get(&self.href).and_then(|object| Some((object, Version::parse(&object.etag)?)));
        let last = last.filter(|(_, version)| version.is_of(&self.place));
        match (self.news(last.as_ref().map(|(_, version)| version)).await, last) {
            (Ok(News::Some(object)), _) => {
                let cut = format!("{} has no END:VCALENDAR: it may be cut off", self.href);
                let warnings = if contains(&object.body, b"END:VCALENDAR") { Vec::new() } else { vec![cut] };
                Ok(Reading { objects: vec![object], warnings, ..Reading::default() })
            }
            (Ok(News::None), Some((object, _))) => Ok(Reading { objects: vec![object.clone()], ..Reading::default() }),
            (Ok(News::None), None) => Err(self.unavailable("said \"not modified\" to one who had nothing")),
            // Old news beat none: a subscribed calendar changes slowly, and nothing is written to it.
            (Err(error), Some(_)) => {
                Ok(Reading { unreadable: vec![(self.href.clone(), error.message)], ..Reading::default() })
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        let reading = self.read(calendar, &Known::nothing()).await?;
        Ok(reading.objects.into_iter().find(|object| object.href == href))
    }

    async fn create(&self, calendar: &str, _: &str, _: &[u8]) -> Result<(), ProviderError> {
        self.refuse(calendar)
    }

    async fn update(&self, calendar: &str, _: &str, _: &Etag, _: &[u8]) -> Result<(), ProviderError> {
        self.refuse(calendar)
    }

    async fn delete(&self, calendar: &str, _: &str, _: &Etag) -> Result<(), ProviderError> {
        self.refuse(calendar)
    }
}

/// Why that text is no calendar, if it is none: what is taken for an empty one would free all its time.
pub fn no_calendar(body: &[u8]) -> Option<&'static str> {
    let first =
        body.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0 | 0xEF | 0xBB | 0xBF | 0xFE | 0xFF));
    match first {
        None => Some("is empty, where a calendar was expected"),
        Some(b'<') => Some("is a web page, not a calendar; perhaps it wants a login, or the address is that of a page"),
        Some(_) if !contains(body, b"BEGIN:VCALENDAR") => Some("is no iCalendar text: it has no BEGIN:VCALENDAR"),
        Some(_) => None,
    }
}

/// Whether the text has that word, in any case, in UTF-8 or UTF-16.
fn contains(body: &[u8], word: &[u8]) -> bool {
    let has = |text: &[u8]| text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    let is_wide = body.iter().take(4).any(|byte| *byte == 0);
    if is_wide { has(&body.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>()) } else { has(body) }
}
