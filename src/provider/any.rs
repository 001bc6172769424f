//! The providers there are, as one type: what the config's accounts become, each opened when something is first asked of
//! it. It knows no secret and no config: only when it may be tried again to open one that could not be.

use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::caldav::CalDav;
use super::google::Google;
use super::ics::Ics;
use super::transport::Client;
use super::vdir::Vdir;
use super::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

/// How long an account that could not be opened answers why, at first and at most; doubled with each further time. A
/// little less than the daemon waits after failures, so that its next look tries again and all between them does not.
const CLOSED_FIRST: Duration = Duration::from_secs(45);
const CLOSED_MAX: Duration = Duration::from_mins(45);

/// An account of any provider.
pub struct AnyProvider {
    open: Box<dyn Fn() -> Opening>,
    service: OnceCell<Service>,
    refused: RefCell<Option<Refused>>,
    /// What it found out in an earlier run, until it is open.
    memo: RefCell<Option<String>>,
}

/// How an account is opened.
pub type Opening = LocalBoxFuture<'static, Result<Service, Closed>>;

/// An account that is open. A closed set; nothing is decided here.
#[derive(Debug)]
pub enum Service {
    /// Folders of `.ics` files.
    Vdir(Vdir),
    /// A subscribed calendar.
    Ics(Ics<Client>),
    /// Calendars on a CalDAV server.
    CalDav(Box<CalDav<Client>>),
    /// A Google account.
    Google(Box<Google<Client>>),
}

/// Why an account can't be opened, and what its user can do.
#[derive(Clone, Debug)]
pub struct Closed(pub String);

/// That it could not be opened the last time.
struct Refused {
    why: Closed,
    times: u32,
    /// Until then that is the answer to every question.
    until: Instant,
}

/// The same call to whichever provider it is.
macro_rules! each {
    ($service:expr, $provider:ident => $call:expr) => {
        match $service {
            Service::Vdir($provider) => $call,
            Service::Ics($provider) => $call,
            Service::CalDav($provider) => $call,
            Service::Google($provider) => $call,
        }
    };
}

impl AnyProvider {
    /// An account that is opened so.
    pub fn new(open: impl Fn() -> Opening + 'static) -> Self {
        Self { open: Box::new(open), service: OnceCell::new(), refused: RefCell::default(), memo: RefCell::default() }
    }

    /// Opens it before anything is asked of it; why it can't be is then the answer to that.
    pub async fn open(&self) {
        let _ = self.service().await;
    }

    async fn service(&self) -> Result<&Service, ProviderError> {
        self.service.get_or_try_init(|| self.opened()).await.map_err(|closed| closed.error())
    }

    async fn opened(&self) -> Result<Service, Closed> {
        let times = match &*self.refused.borrow() {
            Some(refused) if Instant::now() < refused.until => return Err(refused.why.clone()),
            Some(refused) => refused.times,
            None => 0,
        };
        let opened = (self.open)().await;
        *self.refused.borrow_mut() = opened.as_ref().err().map(|why| {
            let pause = CLOSED_FIRST.saturating_mul(2_u32.saturating_pow(times)).min(CLOSED_MAX);
            Refused { why: why.clone(), times: times.saturating_add(1), until: Instant::now() + pause }
        });
        if let Ok(service) = &opened
            && let Some(memo) = self.memo.take()
        {
            each!(service, provider => provider.recall(&memo));
        }
        opened
    }
}

impl fmt::Debug for AnyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyProvider").field(&self.service).finish()
    }
}

impl Closed {
    fn error(&self) -> ProviderError {
        ProviderError { kind: ErrorKind::Login, message: self.0.clone() }
    }
}

impl Provider for AnyProvider {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        each!(self.service().await?, provider => provider.calendars().await)
    }

    async fn also_called(&self, name: &str) -> Result<Option<CalendarInfo>, ProviderError> {
        each!(self.service().await?, provider => provider.also_called(name).await)
    }

    async fn describe(&self) -> Result<Vec<String>, ProviderError> {
        each!(self.service().await?, provider => provider.describe().await)
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        each!(self.service().await?, provider => provider.read(calendar, known).await)
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        each!(self.service().await?, provider => provider.get(calendar, href).await)
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        each!(self.service().await?, provider => provider.create(calendar, name, body).await)
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        each!(self.service().await?, provider => provider.update(calendar, href, etag, body).await)
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        each!(self.service().await?, provider => provider.delete(calendar, href, etag).await)
    }

    fn keeps_names(&self) -> bool {
        self.service.get().is_some_and(|service| each!(service, provider => provider.keeps_names()))
    }

    fn has_strict(&self) -> bool {
        self.service.get().is_some_and(|service| each!(service, provider => provider.has_strict()))
    }

    async fn remains(&self, calendar: &str, name: &str) -> Result<Option<Object>, ProviderError> {
        each!(self.service().await?, provider => provider.remains(calendar, name).await)
    }

    fn recall(&self, memo: &str) {
        match self.service.get() {
            Some(service) => each!(service, provider => provider.recall(memo)),
            None => *self.memo.borrow_mut() = Some(memo.to_owned()),
        }
    }

    fn memo(&self) -> Option<String> {
        self.service.get().and_then(|service| each!(service, provider => provider.memo()))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use futures_util::FutureExt as _;

    use super::*;

    /// Runs by a clock that stands still and jumps to the next timer.
    fn paused(work: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(work);
    }

    /// An account that opens once it may, and how often that was tried.
    fn shut(opens: &Rc<Cell<bool>>) -> (AnyProvider, Rc<Cell<u32>>) {
        let (opens, tries) = (Rc::clone(opens), Rc::new(Cell::new(0)));
        let counted = Rc::clone(&tries);
        let account = AnyProvider::new(move || {
            counted.set(counted.get() + 1);
            let vdir = opens.get().then(|| Service::Vdir(Vdir::new("/nowhere")));
            std::future::ready(vdir.ok_or_else(|| Closed("shut".to_owned()))).boxed_local()
        });
        (account, tries)
    }

    #[test]
    fn an_account_that_can_not_be_opened_is_tried_ever_less_often_however_often_it_is_asked() {
        paused(async {
            let opens = Rc::default();
            let (account, tries) = shut(&opens);
            let mut seconds = Vec::new();
            for second in 0..4 * 60 * 60 {
                let before = tries.get();
                let error = account.read("x", &Known::nothing()).await.unwrap_err();
                assert_eq!((error.kind, &*error.message), (ErrorKind::Login, "shut"));
                seconds.extend((tries.get() > before).then_some(second));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            assert_eq!(seconds, [0, 45, 135, 315, 675, 1395, 2835, 5535, 8235, 10935, 13635]);
            opens.set(true);
            tokio::time::sleep(CLOSED_MAX).await;
            account.open().await;
            let error = account.read("x", &Known::nothing()).await.unwrap_err();
            assert_ne!(error.kind, ErrorKind::Login, "{error}");
            assert_eq!(tries.get(), 12, "and it stays open");
        });
    }

    #[test]
    fn an_account_that_is_no_longer_awaited_while_it_opens_is_opened_when_it_is_next_asked() {
        paused(async {
            let tries = Rc::new(Cell::new(0));
            let counted = Rc::clone(&tries);
            let account = AnyProvider::new(move || {
                counted.set(counted.get() + 1);
                std::future::pending().boxed_local()
            });
            for _ in 0..2 {
                assert!(tokio::time::timeout(Duration::from_secs(1), account.open()).await.is_err());
            }
            assert_eq!(tries.get(), 2);
        });
    }
}
