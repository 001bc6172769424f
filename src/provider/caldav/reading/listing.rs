//! All names of a calendar, with their versions; and before them, what tells the next reading whether anything changed.
//! The token is asked for first: what changes between the two is in the list, and is told again, never lost.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::cursor::Cursor;
use super::missing::MISSING_MAX;
use super::names::Names;
use crate::provider::caldav::here::{Here, multistatus_of, unavailable};
use crate::provider::caldav::href::{self, Place};
use crate::provider::caldav::quirks::{self, settled};
use crate::provider::caldav::xml::request::{propfind, query};
use crate::provider::caldav::xml::{Depth, Prop, Props};
use crate::provider::transport::Transport;
use crate::provider::{ErrorKind, Known, ProviderError};

/// How far beyond the window a server is asked: servers reckon with other zones and with recurrence of their own.
const WINDOW_MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// What a calendar says of itself.
#[derive(Debug)]
pub(super) struct State {
    token: Option<String>,
    tag: Option<String>,
}

impl State {
    /// Where the next reading can go on; `syncs` is false where the server has just shown that it can't.
    pub(super) fn cursor(&self, syncs: bool) -> Option<Cursor> {
        let token = self.token.clone().filter(|_| syncs).map(Cursor::Sync);
        token.or_else(|| self.tag.clone().map(Cursor::Tag))
    }

    /// Whether the tag is the one that it was.
    pub(super) fn is_at(&self, tag: &str) -> bool {
        self.tag.as_deref() == Some(tag)
    }
}

/// All names, and whether they are really all.
#[derive(Debug)]
pub(super) struct Listing {
    /// The names.
    pub(super) names: Names,
    /// Why some may be missing.
    pub(super) incomplete: Option<String>,
}

impl<T: Transport> Here<'_, T> {
    /// What tells of changes.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no calendar there, [`ErrorKind::Unavailable`] where it has another name
    /// than the one by which it was found.
    pub(super) async fn state(self) -> Result<State, ProviderError> {
        let asked_for = "the state of the calendar";
        let wanted = [Prop::ResourceType, Prop::DisplayName, Prop::Ctag, Prop::SyncToken, Prop::SupportedReports];
        let answer = self.ask(propfind(self.url, Depth::Zero, &wanted)).await?;
        let mut responses = multistatus_of(&answer, asked_for)?.responses;
        let own = responses.iter().position(|one| href::place(&answer.url, &one.href) == Place::Itself);
        // There is only one thing at depth 0, whatever the server calls it.
        let Some(own) = own.or_else(|| (responses.len() == 1).then_some(0)) else {
            return Err(unavailable(format!("asked for {asked_for}, and the answer is about something else")));
        };
        let response = responses.swap_remove(own);
        let is_other = response.props.kind.as_ref().is_some_and(|kind| !kind.is_calendar());
        if response.is_gone() || is_other {
            let message = "there is no calendar at its address any more".to_owned();
            return Err(ProviderError { kind: ErrorKind::NotFound, message });
        }
        let Props { sync_token, ctag, reports, display_name, .. } = response.props;
        let now = display_name.as_deref().map(quirks::display_name);
        // Whether this one is meant, or the one that has its name now, only the user knows.
        if let (Some(name), Some(now)) = (self.name, now)
            && name.trim() != now.trim()
        {
            return Err(unavailable(format!(
                "the calendar that was called {name} is called {now} now: set the name in the config right, or name the \
                 calendar by its address, which of this one is {}",
                self.url
            )));
        }
        let syncs = reports.is_none_or(|reports| reports.contains("sync-collection"));
        let token = sync_token.filter(|_| syncs).map(|token| settled(token, self.client.served_at()));
        Ok(State { token, tag: ctag })
    }

    /// All names. Where the list lacks much of what was known, a second one must say the same. Whether what it lacks is
    /// gone is another question.
    pub(super) async fn list(self, known: &Known) -> Result<Listing, ProviderError> {
        let mut names = self.list_once().await?;
        let keys: BTreeSet<String> = names.keys().into_iter().map(str::to_owned).collect();
        let lost = names.lacks(known).count();
        let mut incomplete = names.doubt();
        if incomplete.is_none() && (lost > MISSING_MAX || lost * 2 > known.objects.len()) {
            let again = self.list_once().await?;
            incomplete = again.doubt();
            if again.keys() != keys.iter().map(String::as_str).collect() {
                incomplete = Some("two lists in a row name different objects".to_owned());
                names.members.extend(again.members);
                names.refused.extend(again.refused);
            }
        }
        if incomplete.is_none() && names.keys().is_empty() && !names.has_itself {
            incomplete = Some("the list of its objects names nothing, not even the calendar itself".to_owned());
        }
        Ok(Listing { names, incomplete })
    }

    async fn list_once(self) -> Result<Names, ProviderError> {
        let request = propfind(self.url, Depth::One, &[Prop::Etag, Prop::ResourceType]);
        let answer = self.ask(request).await?;
        let multistatus = multistatus_of(&answer, "the list of its objects")?;
        let mut names = Names::default();
        names.take(&answer.url, multistatus.responses);
        Ok(names)
    }

    /// The keys of what the server finds around the window; none where that can't be asked.
    pub(super) async fn within(self, window: (Timestamp, Timestamp)) -> Option<BTreeSet<String>> {
        let start = window.0.checked_sub(WINDOW_MARGIN).ok()?;
        let end = window.1.checked_add(WINDOW_MARGIN).ok()?;
        let answer = self.client.ask(query(self.url, (start, end), &[Prop::Etag])).await.ok()?;
        let multistatus = multistatus_of(&answer, "the events of a time").ok()?;
        let mut names = Names::default();
        names.take(&answer.url, multistatus.responses);
        (!names.is_cut).then(|| names.members.into_keys().collect())
    }
}
