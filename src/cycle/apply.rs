//! Step five: one change at a time through the port, by the safety rules of design 5.1 to 5.4. Everything is checked
//! again on the object as it is now, right before the write; the write carries a precondition; it is read back and
//! compared by meaning; and the ledger is written after a create and before a delete.

use jiff::Timestamp;

use super::memory;
use super::read::{self, Lens};
use crate::calendar::ical;
use crate::calendar::own::{self, OwnEvent};
use crate::provider::{ErrorKind, Object, Provider, ProviderError};
use crate::reconcile::change::{Action, Change, Content};
use crate::reconcile::key::{Marker, Written};
use crate::reconcile::ledger::{LedgerRow, LedgerState};
use crate::reconcile::marker;
use crate::reconcile::own::{OwnObject, edited};
use crate::store::{Store, StoreError};

/// What it takes to apply a change.
pub struct Tools<'a, P> {
    /// The account of the calendar.
    pub provider: &'a P,
    /// Where rows go.
    pub store: &'a Store,
    /// The present.
    pub now: Timestamp,
    /// This seawall.
    pub instance: &'a str,
    /// An object of another seawall may be taken over.
    pub take_over: bool,
    /// A pinned object may be deleted (`undo --pinned`, `release`).
    pub pinned_too: bool,
    /// How text is read.
    pub lens: Lens<'a>,
}

// By hand: a derive would ask the provider to be copied too.
impl<P> Clone for Tools<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Tools<'_, P> {}

/// Why a change was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The calendar service said no, or nothing.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The object is no longer what the decision was made about: the next cycle looks again.
    #[error("{0}; the next cycle looks again")]
    Changed(&'static str),
    /// What was read back is not what was sent.
    #[error("{0}")]
    ReadBack(&'static str),
    /// The store failed: nothing more may be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Applies one change.
///
/// # Errors
/// Where it was not applied, or not as sent; the reason says which.
pub async fn apply<P: Provider>(tools: Tools<'_, P>, change: &Change) -> Result<(), ApplyError> {
    match (change.action, &change.content) {
        (Action::Create, Some(content)) => create(tools, change, content).await,
        (Action::Update, Some(content)) => update(tools, change, content).await,
        (Action::Delete, _) => delete(tools, change).await,
        (Action::Create | Action::Update, None) => Err(ApplyError::Changed("a change without content was refused")),
    }
}

/// The event as it shall be on the calendar, marker and all.
fn event<P>(tools: Tools<'_, P>, change: &Change, content: &Content) -> Result<OwnEvent, StoreError> {
    let hash = marker::content_hash(&content.title, &content.text, "", "CONFIRMED");
    let span = content.notes.moved_from.unwrap_or(content.span);
    let marker = Marker {
        key: change.key.clone(),
        instance: tools.instance.to_owned(),
        written: Written { span, busy: content.busy, hash },
        serial: memory::next_serial(tools.store)?,
        is_final: content.notes.is_final,
        strict: content.strict,
        released: false,
        first_cycle: content.notes.first_cycle,
        closed: content.notes.closed.clone(),
    };
    Ok(OwnEvent {
        uid: change.uid.clone(),
        title: content.title.clone(),
        text: content.text.clone(),
        place: String::new(),
        when: content.when,
        busy: content.busy,
        private: content.private,
        color: content.color.clone(),
        strict: content.strict,
        marker: marker::encode(&marker),
    })
}

async fn create<P: Provider>(tools: Tools<'_, P>, change: &Change, content: &Content) -> Result<(), ApplyError> {
    let event = event(tools, change, content)?;
    let name = format!("{}.ics", change.uid);
    let calendar = &change.calendar.calendar;
    // Looked at before, for there are servers that let a create overwrite what is there.
    let there = match tools.provider.get(calendar, &name).await? {
        Some(there) => Some(there),
        None => match tools.provider.create(calendar, &name, &own::render(&event, tools.now)).await {
            Ok(()) => None,
            // The name is taken, or the answer was lost: what lies there tells.
            Err(error) if matches!(error.kind, ErrorKind::Precondition | ErrorKind::Unavailable) => {
                match tools.provider.get(calendar, &name).await? {
                    // It arrived; the server may have given it other words, which its reading back finds out.
                    Some(there) if has_marker(tools, change, &there, &event.marker) => None,
                    Some(there) => Some(there),
                    None => return Err(name_is_used(tools, change, &name).await?.unwrap_or(error.into())),
                }
            }
            Err(error) => return Err(error.into()),
        },
    };
    // A live object of the key is adopted.
    if let Some(there) = there
        && let object = verified(tools, change, &there)?
        && !is_as_sent(&object, content)
    {
        if object.span.end <= tools.now {
            return Err(ApplyError::Changed("one of that name is past, and past ones stay as they are"));
        }
        // A summary keeps the time that its user gave it, which the next cycle may read.
        let marker = object.marker.as_deref().and_then(marker::decode);
        if marker.is_some_and(|marker| marker.written.span != object.span) {
            return Err(ApplyError::Changed("the user moved it"));
        }
        let body = own::patch(&there.body, &event, tools.now).ok_or(ApplyError::Changed("it has grown"))?;
        tools.provider.update(calendar, &name, &there.etag, &body).await?;
    }
    read_back(tools, change, content, &name).await
}

/// Why a name is taken under which nothing lies, where the service keeps the names of deleted objects: what is left of
/// it is never revived. The ledger learns of it, so the next cycle takes another name; or finds out, where it was not
/// seawall that deleted it, that its user did.
async fn name_is_used<P: Provider>(
    tools: Tools<'_, P>,
    change: &Change,
    name: &str,
) -> Result<Option<ApplyError>, ApplyError> {
    let Some(left) = tools.provider.remains(&change.calendar.calendar, name).await? else { return Ok(None) };
    let marker = understood(tools.lens, change, &left).and_then(|object| marker::decode(object.marker.as_deref()?));
    let by_user = marker.filter(|marker| marker.key == change.key && !marker.released);
    let (state, written, why) = match by_user {
        Some(marker) => (LedgerState::Live, marker.written, "it was deleted by hand before"),
        None => (LedgerState::Released, written(change), "its name was used before"),
    };
    tools.store.put_ledger(&row(change, state, &written))?;
    Ok(Some(ApplyError::Changed(why)))
}

async fn update<P: Provider>(tools: Tools<'_, P>, change: &Change, content: &Content) -> Result<(), ApplyError> {
    let target = change.target.as_ref().ok_or(ApplyError::Changed("an update of nothing was refused"))?;
    let calendar = &change.calendar.calendar;
    let there = tools.provider.get(calendar, &target.href).await?.ok_or(ApplyError::Changed("it is gone"))?;
    if there.etag != target.etag {
        return Err(ApplyError::Changed("it changed after it was read"));
    }
    verified(tools, change, &there)?;
    let event = event(tools, change, content)?;
    let body = own::patch(&there.body, &event, tools.now).ok_or(ApplyError::Changed("it has grown"))?;
    if let Err(error) = tools.provider.update(calendar, &target.href, &there.etag, &body).await {
        // An unclear answer is followed by a read, never by a second try.
        let now = match error.kind {
            ErrorKind::Unavailable => tools.provider.get(calendar, &target.href).await?,
            _ => None,
        };
        if now.is_none_or(|now| now.etag == there.etag) {
            return Err(error.into());
        }
    }
    read_back(tools, change, content, &target.href).await
}

async fn delete<P: Provider>(tools: Tools<'_, P>, change: &Change) -> Result<(), ApplyError> {
    let target = change.target.as_ref().ok_or(ApplyError::Changed("a delete of nothing was refused"))?;
    let calendar = &change.calendar.calendar;
    let Some(there) = tools.provider.get(calendar, &target.href).await? else {
        // Seawall notes its own deletes before it sends them: what the ledger holds to be there its user has deleted,
        // which the next cycle finds out.
        if !tools.store.ledger()?.iter().any(|row| row.uid == change.uid) {
            tools.store.put_ledger(&row(change, LedgerState::Released, &written(change)))?;
        }
        return Ok(tools.store.put_mirrored(&change.calendar, &target.href, None)?);
    };
    if there.etag != target.etag {
        return Err(ApplyError::Changed("it changed after it was read"));
    }
    let object = verified(tools, change, &there)?;
    let written = Written { span: object.span, busy: object.busy, hash: object.hash };
    // Before the delete: a crash in between leaves a live object that the next cycle judges anew, never a hold that
    // was deleted by seawall and looks as if the user had done it.
    tools.store.put_ledger(&row(change, LedgerState::Released, &written))?;
    let failure = removed(tools, change, &target.href, &there).await.err();
    if failure.as_ref().is_none_or(|error| error.kind != ErrorKind::NotFound) {
        match (tools.provider.get(calendar, &target.href).await, failure) {
            (Ok(None), _) => {}
            // Success without effect, as of a login page that answers everything: forgotten, it would be written anew
            // beside what is there.
            (Ok(Some(_)), failure) => {
                tools.store.put_ledger(&row(change, LedgerState::Live, &written))?;
                return Err(failure.map_or(ApplyError::ReadBack("it is still there after its delete"), Into::into));
            }
            (Err(error), Some(_)) => return Err(error.into()),
            // The service said that it is done; the next reading tells.
            (Err(_), None) => return Ok(()),
        }
    }
    Ok(tools.store.put_mirrored(&change.calendar, &target.href, None)?)
}

/// Deletes the object; where the service keeps what is left of it for ever, its marker says first that seawall did.
async fn removed<P: Provider>(
    tools: Tools<'_, P>,
    change: &Change,
    href: &str,
    there: &Object,
) -> Result<(), ProviderError> {
    let calendar = &change.calendar.calendar;
    let mut etag = there.etag.clone();
    if tools.provider.keeps_names()
        && let Some(body) = released(tools, change, there)
    {
        tools.provider.update(calendar, href, &etag, &body).await?;
        let Some(marked) = tools.provider.get(calendar, href).await? else { return Ok(()) };
        // A person may have been quicker, and what they made of it is theirs.
        verified(tools, change, &marked)
            .map_err(|error| ProviderError { kind: ErrorKind::Precondition, message: format!("{href}: {error}") })?;
        etag = marked.etag;
    }
    tools.provider.delete(calendar, href, &etag).await
}

/// The object with `released` in its marker; none where it has lost that.
fn released<P>(tools: Tools<'_, P>, change: &Change, there: &Object) -> Option<Vec<u8>> {
    let marker = marker::decode(understood(tools.lens, change, there)?.marker.as_deref()?)?;
    own::remark(&there.body, &marker::encode(&Marker { released: true, ..marker }))
}

/// The pair to the planner's own check: the object as it is now must be ours to write, all of rule 5.1.
fn verified<P>(tools: Tools<'_, P>, change: &Change, there: &Object) -> Result<OwnObject, ApplyError> {
    let object = understood(tools.lens, change, there).ok_or(ApplyError::Changed("it can't be read"))?;
    if !object.plain {
        return Err(ApplyError::Changed("it has people or a recurrence now: it is the user's event"));
    }
    let marker = object.marker.as_deref().and_then(marker::decode);
    let Some(marker) = marker else {
        return if tools.pinned_too { Ok(object) } else { Err(ApplyError::Changed("its marker is gone")) };
    };
    if marker.key != change.key || marker::uid(&marker.key) != object.uid {
        return Err(ApplyError::Changed("it carries another key"));
    }
    if marker.instance != tools.instance && !tools.take_over {
        return Err(ApplyError::Changed("another seawall wrote it"));
    }
    let rows = tools.store.ledger()?;
    let row = rows.iter().find(|row| row.uid == object.uid);
    if edited(&object, &marker, row) && !tools.pinned_too {
        return Err(ApplyError::Changed("the user edited it"));
    }
    Ok(object)
}

fn understood(lens: Lens<'_>, change: &Change, there: &Object) -> Option<OwnObject> {
    read::own_object(&change.calendar, there, &ical::read(&there.body), lens)
}

fn has_marker<P>(tools: Tools<'_, P>, change: &Change, there: &Object, marker: &str) -> bool {
    understood(tools.lens, change, there).is_some_and(|object| object.marker.as_deref() == Some(marker))
}

/// Reads the object back and compares it by meaning; the ledger keeps the form in which the server has it.
async fn read_back<P: Provider>(
    tools: Tools<'_, P>,
    change: &Change,
    content: &Content,
    href: &str,
) -> Result<(), ApplyError> {
    let calendar = &change.calendar.calendar;
    let there =
        tools.provider.get(calendar, href).await?.ok_or(ApplyError::ReadBack("it was not there when read back"))?;
    let Some(object) = understood(tools.lens, change, &there) else {
        return Err(ApplyError::ReadBack("what was read back can't be read"));
    };
    let marker = object.marker.as_deref().and_then(marker::decode);
    if marker.is_none_or(|marker| marker.key != change.key) {
        if change.action == Action::Create {
            let removed = tools.provider.delete(calendar, href, &there.etag).await;
            return Err(ApplyError::ReadBack(match removed {
                Ok(()) => "the calendar loses the marker by which seawall knows its own: removed",
                Err(_) => "the calendar loses the marker by which seawall knows its own, and what was made stays there",
            }));
        }
        return Err(ApplyError::ReadBack("the calendar lost the marker by which seawall knows its own"));
    }
    let written = Written { span: object.span, busy: object.busy, hash: object.hash.clone() };
    tools.store.put_ledger(&row(change, LedgerState::Live, &written))?;
    tools.store.put_mirrored(&change.calendar, href, Some(&there))?;
    if object.span != content.span || object.busy != content.busy {
        return Err(ApplyError::ReadBack("the calendar keeps another time or busy flag than was sent"));
    }
    Ok(())
}

/// Whether an object says what was to be written, apart from its marker.
fn is_as_sent(object: &OwnObject, content: &Content) -> bool {
    let hash = marker::content_hash(&content.title, &content.text, "", "CONFIRMED");
    object.span == content.span && object.busy == content.busy && object.hash == hash
}

fn row(change: &Change, state: LedgerState, written: &Written) -> LedgerRow {
    LedgerRow { uid: change.uid.clone(), key: change.key.clone(), state, written: written.clone(), pinned: false }
}

fn written(change: &Change) -> Written {
    Written { span: change.span(), busy: change.busy(), hash: String::new() }
}
