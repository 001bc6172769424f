//! A first config from a few answers, with comments that say what else can be set. Asks nobody and writes nothing:
//! the questions and the check of each answer are data for whoever asks.

use super::account::{self, Naming};
use super::tree::Wrong;
use super::{caldav, google, secret_source, value};

/// The example config: every key, commented.
pub fn commented_example() -> &'static str {
    include_str!("../../config/seawall.example.toml")
}

/// What `init` asks, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The time zone.
    Timezone,
    /// Where the calendars are: in folders, on a CalDAV server or at Google.
    Provider,
    /// The folder of the calendars.
    Path,
    /// The CalDAV server.
    Url,
    /// Who the user is there.
    Username,
    /// The user's OAuth client at Google.
    ClientId,
    /// Where the password or the client's secret is kept.
    Secret,
    /// The calendars there, with their use.
    Calendars,
    /// Who the user is among the attendees.
    Emails,
    /// Working days.
    WorkDays,
    /// When work begins.
    WorkFrom,
    /// When work ends.
    WorkTo,
    /// Days with a focus block.
    BlockDays,
    /// When the block begins.
    BlockFrom,
    /// When the block ends.
    BlockTo,
    /// Hours of deep work a week.
    Target,
    /// Whether to write from the start.
    Write,
}

impl Question {
    /// All of them in order.
    pub const ALL: [Self; 17] = [
        Self::Timezone,
        Self::Provider,
        Self::Path,
        Self::Url,
        Self::Username,
        Self::ClientId,
        Self::Secret,
        Self::Calendars,
        Self::Emails,
        Self::WorkDays,
        Self::WorkFrom,
        Self::WorkTo,
        Self::BlockDays,
        Self::BlockFrom,
        Self::BlockTo,
        Self::Target,
        Self::Write,
    ];

    /// The question in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Timezone => "Your time zone",
            Self::Provider => "Where your calendars are: vdir (folders on this machine), caldav (a server) or google",
            Self::Path => "The folder with your calendars (one folder of .ics files each)",
            Self::Url => "The server's address, or your domain",
            Self::Username => "Your user name there",
            Self::ClientId => "The id of your OAuth client (kind: Desktop app)",
            Self::Secret => {
                "Where the password (Google: the client's secret) is kept, never the secret itself: file PATH, \
                 credential NAME, or command PROGRAM WORDS…"
            }
            Self::Calendars => "The calendars there, as name or name=use (read, hold, read+hold); one may hold",
            Self::Emails => "Your e-mail addresses, as in invitations",
            Self::WorkDays => "Days you work",
            Self::WorkFrom => "Work begins",
            Self::WorkTo => "Work ends",
            Self::BlockDays => "Days with a focus block",
            Self::BlockFrom => "The focus block begins",
            Self::BlockTo => "The focus block ends",
            Self::Target => "Deep work a week",
            Self::Write => "Write to the calendar (yes), or only look and report for the first week (no)",
        }
    }
}

/// Where `init` can say that calendars are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Folders of `.ics` files.
    Vdir,
    /// A CalDAV server.
    CalDav,
    /// Google Calendar.
    Google,
}

impl Service {
    const WORDS: [(&str, Self); 3] = [("vdir", Self::Vdir), ("caldav", Self::CalDav), ("google", Self::Google)];

    /// As in the config.
    pub(super) fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, service)| *service == self).map_or("", |(word, _)| word)
    }

    /// What the account is called.
    pub fn account(self) -> &'static str {
        match self {
            Self::Vdir => "local",
            Self::CalDav => "work",
            Self::Google => "google",
        }
    }

    fn calendars(self) -> Vec<(String, String)> {
        let name = match self {
            Self::Vdir => "work",
            Self::CalDav => "Personal",
            Self::Google => "primary",
        };
        vec![(name.to_owned(), "read+hold".to_owned())]
    }
}

/// The answers, as they were typed; each is checked by [`Answers::give`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// IANA name.
    pub timezone: String,
    /// Where the calendars are; the next five answers belong to one or two of them.
    pub service: Service,
    /// The vdir.
    pub path: String,
    /// The CalDAV server.
    pub url: String,
    /// The user there.
    pub username: String,
    /// The user's client at Google.
    pub client_id: String,
    /// `file PATH`, `credential NAME` or `command PROGRAM WORDS…`.
    pub secret: String,
    /// Name and use, as in the config.
    pub calendars: Vec<(String, String)>,
    /// Addresses of the user.
    pub emails: Vec<String>,
    /// Days, from, to, as in the config.
    pub work: [String; 3],
    /// Days, from, to, as in the config.
    pub block: [String; 3],
    /// A duration, as in the config.
    pub target: String,
    /// Whether to write.
    pub write: bool,
}

impl Answers {
    /// What is offered, with the system's zone.
    pub fn offered(timezone: Option<&str>) -> Self {
        let hours = |days: &str, from: &str, to: &str| [days, from, to].map(str::to_owned);
        Self {
            timezone: timezone.unwrap_or("UTC").to_owned(),
            service: Service::Vdir,
            path: "~/.calendars".to_owned(),
            url: "https://cloud.example.org".to_owned(),
            username: "anna".to_owned(),
            client_id: "1234-abcd.apps.googleusercontent.com".to_owned(),
            secret: "file seawall.secret".to_owned(),
            calendars: Service::Vdir.calendars(),
            emails: Vec::new(),
            work: hours("mon-fri", "08:30", "17:30"),
            block: hours("mon,tue,thu,fri", "09:00", "12:00"),
            target: "12h".to_owned(),
            write: false,
        }
    }

    /// Whether the question matters after the answers so far.
    pub fn asks(&self, question: Question) -> bool {
        match question {
            // A server knows who the user is.
            Question::Path | Question::Emails => self.service == Service::Vdir,
            Question::Url | Question::Username => self.service == Service::CalDav,
            Question::ClientId => self.service == Service::Google,
            Question::Secret => self.service != Service::Vdir,
            _ => true,
        }
    }

    /// The present answer to a question, as one would type it.
    pub fn shown(&self, question: Question) -> String {
        let [work_days, work_from, work_to] = &self.work;
        let [block_days, block_from, block_to] = &self.block;
        match question {
            Question::Timezone => self.timezone.clone(),
            Question::Provider => self.service.word().to_owned(),
            Question::Path => self.path.clone(),
            Question::Url => self.url.clone(),
            Question::Username => self.username.clone(),
            Question::ClientId => self.client_id.clone(),
            Question::Secret => self.secret.clone(),
            Question::Calendars => {
                self.calendars.iter().map(|(name, used)| format!("{name}={used}")).collect::<Vec<_>>().join(", ")
            }
            Question::Emails => self.emails.join(", "),
            Question::WorkDays => work_days.clone(),
            Question::WorkFrom => work_from.clone(),
            Question::WorkTo => work_to.clone(),
            Question::BlockDays => block_days.clone(),
            Question::BlockFrom => block_from.clone(),
            Question::BlockTo => block_to.clone(),
            Question::Target => self.target.clone(),
            Question::Write => (if self.write { "yes" } else { "no" }).to_owned(),
        }
    }

    /// Takes the answer to a question.
    ///
    /// # Errors
    /// What was expected, where the answer can't be used; the one before it stays.
    pub fn give(&mut self, question: Question, text: &str) -> Result<(), String> {
        let text = text.trim();
        self.take(question, text).map_err(|wrong| {
            let meant = wrong.meant.map(|word| format!(" (did you mean {word}?)")).unwrap_or_default();
            format!("expected {}{meant}", wrong.expected)
        })
    }

    fn take(&mut self, question: Question, text: &str) -> Result<(), Wrong> {
        let [work_days, work_from, work_to] = &mut self.work;
        let [block_days, block_from, block_to] = &mut self.block;
        match question {
            Question::Timezone => keep(text, super::validate::known_zone, &mut self.timezone)?,
            Question::Provider => {
                let service = value::choice(text, &Service::WORDS)?;
                if service != self.service {
                    (self.service, self.calendars) = (service, service.calendars());
                }
            }
            Question::Path => keep(text, value::label, &mut self.path)?,
            Question::Url => keep(text, caldav::server, &mut self.url)?,
            Question::Username => keep(text, value::label, &mut self.username)?,
            Question::ClientId => keep(text, google::client_id, &mut self.client_id)?,
            Question::Secret => keep(text, secret_source::typed, &mut self.secret)?,
            Question::Calendars => {
                let naming = if self.service == Service::Vdir { Naming::Folder } else { Naming::Any };
                self.calendars = account::named_calendars(text, naming)?;
            }
            Question::Emails => {
                let list = text.split(',').map(str::trim).filter(|text| !text.is_empty());
                self.emails = list.map(account::email).collect::<Result<_, _>>()?;
            }
            Question::WorkDays => keep(text, value::days, work_days)?,
            Question::WorkFrom => keep(text, value::time, work_from)?,
            Question::WorkTo => keep(text, value::time, work_to)?,
            Question::BlockDays => keep(text, value::days, block_days)?,
            Question::BlockFrom => keep(text, value::time, block_from)?,
            Question::BlockTo => keep(text, value::time, block_to)?,
            Question::Target => keep(text, value::positive, &mut self.target)?,
            Question::Write => {
                self.write = value::choice(text, &[("yes", true), ("no", false), ("y", true), ("n", false)])?;
            }
        }
        Ok(())
    }
}

/// Keeps a text that the config will be able to read.
fn keep<T>(text: &str, parser: impl Fn(&str) -> Result<T, Wrong>, slot: &mut String) -> Result<(), Wrong> {
    parser(text)?;
    text.clone_into(slot);
    Ok(())
}
