//! A change to a calendar as a value: what, to which object, and why. Whoever applies it decides nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::key::Key;
use crate::calendar::CalendarId;
use crate::calendar::own::When;
use crate::calendar::time::Span;
use crate::focus::plan::Closed;
use crate::provider::Etag;

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is removed.
    Delete,
}

impl Action {
    /// The word for logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// How urgent a change is: the order in which changes are applied, and whether the churn budget binds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A hold gives way to busy time: first, and whatever the budget says.
    Yield,
    /// A hold goes.
    Delete,
    /// A hold or summary changes.
    Update,
    /// A hold or summary comes.
    Create,
    /// The week's last word: whatever the budget says.
    Final,
}

/// What an event shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// SUMMARY.
    pub title: String,
    /// DESCRIPTION.
    pub text: String,
    /// When.
    pub when: When,
    /// The same as a span of absolute time.
    pub span: Span,
    /// Shown as busy.
    pub busy: bool,
    /// CLASS:PRIVATE.
    pub private: bool,
    /// COLOR.
    pub color: Option<String>,
    /// It shall decline new invitations over it.
    pub strict: bool,
    /// What only a summary's marker says.
    pub notes: Notes,
}

/// What only a summary's marker says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// It is written for the last time.
    pub is_final: bool,
    /// The very first cycle, where it lies in that week.
    pub first_cycle: Option<Timestamp>,
    /// Closed time.
    pub closed: Vec<Closed>,
    /// The time that the marker keeps, where the user moved the summary: its own is the user's.
    pub moved_from: Option<Span>,
}

/// Where an object lies and which version of it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name in the calendar.
    pub href: String,
    /// The version that was read.
    pub etag: Etag,
    /// When it is until the change.
    pub span: Span,
    /// Shown as busy until the change.
    pub busy: bool,
    /// Its title until the change.
    pub title: String,
}

/// A change with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// The object's key; its UID follows from it.
    pub key: Key,
    /// The object's UID.
    pub uid: String,
    /// The calendar it lies in or shall lie in.
    pub calendar: CalendarId,
    /// The object; none where it is made.
    pub target: Option<Target>,
    /// What it shall say; none where it is removed.
    pub content: Option<Content>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// The reason in words: for reports, never written to a calendar.
    pub why: String,
}

impl Change {
    /// When the object is after the change; before it, where it is removed.
    pub fn span(&self) -> Span {
        let after = self.content.as_ref().map(|content| content.span);
        after.or(self.before()).unwrap_or(Span::new(Timestamp::MIN, Timestamp::MIN))
    }

    /// When the object is until the change.
    pub fn before(&self) -> Option<Span> {
        self.target.as_ref().map(|target| target.span)
    }

    /// The title after the change; before it, where it is removed.
    pub fn title(&self) -> &str {
        let after = self.content.as_ref().map(|content| content.title.as_str());
        after.or(self.target.as_ref().map(|target| target.title.as_str())).unwrap_or_default()
    }

    /// Whether it is shown as busy after the change; before it, where it is removed.
    pub fn busy(&self) -> bool {
        let after = self.content.as_ref().map(|content| content.busy);
        after.or(self.target.as_ref().map(|target| target.busy)).unwrap_or_default()
    }

    /// What is done, without words out of a calendar: for a log.
    pub fn in_short(&self, tz: &TimeZone) -> String {
        let at = |at: Timestamp| at.to_zoned(tz.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        let span = self.span();
        format!("{} {} {} to {}", self.action.word(), self.key.kind.word(), at(span.start), at(span.end))
    }

    /// The kind of reason, without words out of a calendar: for a log.
    pub fn reason(&self) -> &'static str {
        match (self.urgency, self.action) {
            (Urgency::Yield, _) => "its time was taken",
            (Urgency::Final, _) => "it is the week's last word",
            (_, Action::Create) => "it is planned there",
            (_, Action::Delete) => "it is wanted there no longer",
            (_, Action::Update) if self.displaces() => "it is planned elsewhere now",
            (_, Action::Update) if self.target.as_ref().is_some_and(|target| target.busy != self.busy()) => {
                "it shows its time otherwise, as busy or free"
            }
            (_, Action::Update) => "it says something else",
        }
    }

    /// Whether an existing hold leaves its place or goes altogether.
    pub fn displaces(&self) -> bool {
        self.before().is_some_and(|before| self.action == Action::Delete || self.span() != before)
    }
}
