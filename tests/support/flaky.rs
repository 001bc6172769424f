//! Calendars in memory behind a line that fails: answers are lost, the program dies in the middle, a server changes
//! what it is given, a list leaves something out, a person's hand is quicker.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, pending};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use seawall::provider::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

use super::memory::Memory;

/// What happens at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails and has no effect.
    LostQuestion,
    /// It has its effect, and the answer is lost.
    LostAnswer,
    /// The program dies before it.
    DeathBefore,
    /// The program dies after its effect.
    DeathAfter,
}

type Rewrite = fn(&str) -> String;
type Hand = Box<dyn FnOnce(&Memory)>;

#[derive(Default)]
pub(crate) struct Flaky {
    pub(crate) inner: Memory,
    calls: Cell<usize>,
    faults: RefCell<BTreeMap<usize, Fault>>,
    /// What the server makes of what it is given.
    pub(crate) rewrite: Cell<Option<Rewrite>>,
    /// Names that lists leave out though the objects are there.
    pub(crate) hidden: RefCell<BTreeSet<String>>,
    /// What lists of `work` show in place of what is there.
    pub(crate) old_list: RefCell<Option<Vec<Object>>>,
    /// Calendars that can't be listed.
    pub(crate) unread: RefCell<BTreeSet<String>>,
    /// Deletes are refused.
    pub(crate) no_deletes: Cell<bool>,
    /// Deletes are said to be done, and are not.
    pub(crate) deaf_to_deletes: Cell<bool>,
    hand: RefCell<Option<Hand>>,
}

impl Flaky {
    pub(crate) fn new(calendars: &[&str]) -> Self {
        Self { inner: Memory::new(calendars), ..Self::default() }
    }

    /// At the n-th call from now, counted from 0, that happens.
    pub(crate) fn fail_at(&self, call: usize, fault: Fault) {
        self.faults.borrow_mut().insert(self.calls.get() + call, fault);
    }

    pub(crate) fn heal(&self) {
        self.faults.borrow_mut().clear();
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.get()
    }

    /// A person acts right after the next list of `work` was read.
    pub(crate) fn after_reading(&self, hand: impl FnOnce(&Memory) + 'static) {
        *self.hand.borrow_mut() = Some(Box::new(hand));
    }

    pub(crate) fn objects(&self, calendar: &str) -> Vec<Object> {
        super::block_on(self.inner.read(calendar, &Known::nothing())).unwrap().objects
    }

    async fn through<T>(&self, call: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
        let number = self.calls.get();
        self.calls.set(number + 1);
        let fault = self.faults.borrow_mut().remove(&number);
        match fault {
            Some(Fault::LostQuestion) => return Err(lost()),
            Some(Fault::DeathBefore) => pending().await,
            Some(Fault::LostAnswer | Fault::DeathAfter) | None => {}
        }
        let answer = call.await;
        match fault {
            Some(Fault::LostAnswer) => Err(lost()),
            Some(Fault::DeathAfter) => pending().await,
            _ => answer,
        }
    }

    fn rewritten(&self, body: &[u8]) -> Vec<u8> {
        match self.rewrite.get() {
            Some(rewrite) => rewrite(std::str::from_utf8(body).unwrap()).into_bytes(),
            None => body.to_vec(),
        }
    }
}

fn lost() -> ProviderError {
    ProviderError { kind: ErrorKind::Unavailable, message: "no answer".to_owned() }
}

/// Runs a future that waits for nothing but its own death: none where it died.
pub(crate) fn until_death<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

impl Provider for Flaky {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        self.inner.calendars().await
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        if self.unread.borrow().contains(calendar) {
            return Err(lost());
        }
        let mut reading = self.through(self.inner.read(calendar, known)).await?;
        if let Some(old) = self.old_list.borrow().as_ref().filter(|_| calendar == "work") {
            reading.objects.clone_from(old);
        }
        reading.objects.retain(|object| !self.hidden.borrow().contains(&object.href));
        if calendar == "work"
            && let Some(hand) = self.hand.borrow_mut().take()
        {
            hand(&self.inner);
        }
        Ok(reading)
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        self.through(self.inner.get(calendar, href)).await
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        self.through(self.inner.create(calendar, name, &self.rewritten(body))).await
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        self.through(self.inner.update(calendar, href, etag, &self.rewritten(body))).await
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        if self.no_deletes.get() {
            return Err(lost());
        }
        if self.deaf_to_deletes.get() {
            return Ok(());
        }
        self.through(self.inner.delete(calendar, href, etag)).await
    }
}
