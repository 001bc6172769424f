//! What a list refuses or leaves out: the object itself is asked before anything is believed of it. What nobody ever read
//! may be a meeting, and what a full list does not name is gone only by its own word (404 or 410).

use std::collections::BTreeMap;

use super::Draft;
use super::bodies::Bodies;
use crate::provider::caldav::here::Here;
use crate::provider::transport::Transport;
use crate::provider::{Known, ProviderError};

/// So many objects that a list leaves out are asked for by themselves. Where it is more, so many of them speak for the
/// rest, after a second list.
pub(super) const MISSING_MAX: usize = 20;

impl Draft {
    /// Takes in what a list names and refuses in the same breath: what is known counts as it was, and what is not is
    /// asked for.
    pub(super) async fn refused<T: Transport>(
        &mut self,
        here: Here<'_, T>,
        refused: BTreeMap<String, String>,
        known: &Known,
    ) -> Result<(), ProviderError> {
        let (old, new): (Vec<_>, Vec<_>) = refused.into_iter().partition(|(key, _)| known.objects.contains_key(key));
        self.unreadable.extend(old);
        self.take(here.fetch_each(new.into_iter().map(|(key, _)| key).collect()).await?, known);
        Ok(())
    }

    /// Asks for what a full list leaves out of what was known. What is there stays, and the list is not to be gone on
    /// from.
    pub(super) async fn missing<T: Transport>(
        &mut self,
        here: Here<'_, T>,
        mut lacking: Vec<String>,
        known: &Known,
    ) -> Result<(), ProviderError> {
        // What a doubtful list leaves out counts as it was.
        if self.incomplete.is_some() || lacking.is_empty() {
            return Ok(());
        }
        let all = lacking.len();
        lacking.truncate(MISSING_MAX);
        let asked = lacking.len();
        let bodies = here.fetch_each(lacking).await?;
        self.lies |= !bodies.objects.is_empty();
        if asked < all && bodies.gone.len() < asked {
            self.incomplete = Some(format!(
                "the list leaves out {all} objects that were there, and of those that were asked for not all are gone"
            ));
        }
        self.take(Bodies { gone: Vec::new(), ..bodies }, known);
        Ok(())
    }
}
