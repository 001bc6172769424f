//! What changed since a token, as the server tells it (RFC 6578), page by page. Where it does not tell, or what it tells
//! can't be the whole truth, the answer is that every name has to be listed: a token saves work and proves nothing.

use http::StatusCode;

use super::bodies::listed_etag;
use super::names::{Member, Names};
use crate::provider::caldav::here::{Here, refused};
use crate::provider::caldav::quirks::{is_counter, settled};
use crate::provider::caldav::xml::request::sync_collection;
use crate::provider::caldav::xml::{Precondition, Prop, multistatus, precondition};
use crate::provider::transport::Transport;
use crate::provider::{Known, ProviderError};

/// Pages of one answer, at most.
const PAGES_MAX: usize = 100;

/// What came of asking for changes.
#[derive(Debug)]
pub(super) enum Changes {
    /// These names changed or are gone, and the token to go on from.
    Since(Names, String),
    /// Every name has to be listed.
    List {
        /// A token from before that list; none: get one.
        token: Option<String>,
        /// Whether tokens are of use there.
        syncs: bool,
    },
}

impl Changes {
    fn unknown(syncs: bool) -> Self {
        Self::List { token: None, syncs }
    }
}

impl<T: Transport> Here<'_, T> {
    /// What changed since `token`.
    ///
    /// # Errors
    /// Where the server can't be asked now. (Whether the calendar is still there, the list of its names tells.)
    pub(super) async fn changes(self, token: &str, known: &Known) -> Result<Changes, ProviderError> {
        let mut names = Names::default();
        let mut token = token.to_owned();
        // Never the texts: SOGo leaves characters beyond U+FFFF out of them here, and only here.
        let wanted = [Prop::Etag, Prop::ResourceType];
        for _ in 0..PAGES_MAX {
            let request = sync_collection(self.url, Some(&token), &wanted);
            let answer = self.ask(request).await?;
            if is_overload(answer.status) {
                return Err(refused(&answer, "the changes of the calendar"));
            }
            if answer.status != StatusCode::MULTI_STATUS {
                // A stale token is refused with 400, 403, 409, 410, 412, 418 or 500, with a reason or without. Where
                // the reason is another one, tokens are of no use there.
                let why = precondition::read(&answer.body).map(|error| error.precondition);
                tracing::debug!(status = answer.status.as_u16(), ?why, "the sync token is refused");
                return Ok(Changes::unknown(why == Some(Precondition::ValidSyncToken)));
            }
            let Ok(page) = multistatus::read(&answer.body) else { return Ok(Changes::unknown(false)) };
            names.is_cut = false;
            names.take(&answer.url, page.responses);
            if names.has_strangers {
                // As after a move, or behind a proxy that gives the calendar another path: what it names in its own way
                // is not known here, and may be what changed.
                tracing::debug!("the changes are told of another place");
                return Ok(Changes::unknown(true));
            }
            let Some(next) = page.sync_token else { return Ok(Changes::unknown(false)) };
            let repeats = next == token;
            token = next;
            if !names.is_cut {
                return Ok(judge(names, settled(token, self.client.served_at()), known));
            }
            if repeats {
                tracing::debug!("the server cuts its answer off at the same place each time");
                return Ok(Changes::unknown(false));
            }
        }
        Ok(Changes::unknown(false))
    }
}

/// An answer that names an object in the version that is known already may be a full list in disguise, as several servers
/// give it for a token they don't know (DAViCal, Stalwart, RustiCal): what was deleted is not in it. Counters tell
/// nothing of that, and SOGo, whose tokens count seconds, names what was just written again. Nor does what the caller has
/// just written itself.
fn judge(mut names: Names, token: String, known: &Known) -> Changes {
    let is_known = |key: &String, member: &Member| {
        known.objects.get(key).is_some_and(|object| {
            member.etag.as_deref().map(listed_etag) == Some(&object.etag.0) && !is_counter(&object.etag.0)
        })
    };
    if names.members.iter().any(|(key, member)| is_known(key, member) && !known.own.contains(key)) {
        return Changes::List { token: Some(token), syncs: true };
    }
    names.members.retain(|key, member| !is_known(key, member));
    Changes::Since(names, token)
}

fn is_overload(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}
