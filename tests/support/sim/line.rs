//! The provider that a seawall in the simulation talks to: requests travel, meet the weather, and are watched. At any
//! of them the program may die, and a person may be quicker.

use std::rc::Rc;
use std::time::Duration;

use seawall::provider::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

use super::account::{Account, Hand};
use super::weather::{Fault, Lie, Weather, error};
use super::world::World;

/// One seawall's line to one account.
pub(crate) struct Line {
    pub(crate) world: Rc<World>,
    pub(crate) seawall: usize,
    pub(crate) account: usize,
}

impl Line {
    fn account(&self) -> &Account {
        &self.world.accounts[self.account]
    }

    /// Time passes; the program may die here for ever, and a person may act.
    async fn travel(&self) {
        let wait = Duration::from_millis(self.world.dice.borrow_mut().u64(5..400));
        tokio::time::sleep(wait + self.world.weather().delay(self.account)).await;
        self.world.pass(self.seawall).await;
    }

    /// A request: its way, its effect, and the way of its answer.
    async fn ask<T>(
        &self,
        what: &str,
        is_write: bool,
        effect: impl FnOnce() -> Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        let fault = self.world.weather().fault(self.account, is_write, &mut self.world.dice.borrow_mut());
        if fault.is_some() {
            self.world.meet(&format!("{fault:?} {what}"));
        }
        self.travel().await;
        match fault {
            Some(Fault::LostQuestion) => {
                self.travel().await;
                return Err(error(ErrorKind::Unavailable, what));
            }
            Some(Fault::Refused(kind)) => return Err(error(kind, what)),
            Some(Fault::LostAnswer) | None => {}
        }
        let answer = effect();
        self.world.answer();
        self.travel().await;
        if fault == Some(Fault::LostAnswer) { Err(error(ErrorKind::Unavailable, what)) } else { answer }
    }

    /// The same for a write: an answer that tells nothing has to be followed by a look.
    async fn send(
        &self,
        name: &str,
        deletes: bool,
        effect: impl FnOnce() -> Result<(), ProviderError>,
    ) -> Result<(), ProviderError> {
        self.world.watch.borrow_mut().sends(self.seawall, name, self.world.now());
        // A cycle that takes too long is given up, and its last write may not be in the log.
        if !self.world.weather().delay(self.account).is_zero() {
            self.world.excuse();
        }
        let answer = self.ask(name, true, effect).await;
        self.world.watch.borrow_mut().answered(self.seawall, name, deletes, self.world.now(), &answer);
        answer
    }
}

impl Provider for Line {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        let name = self.account().calendar.to_owned();
        Ok(vec![CalendarInfo { name, writable: true, ..CalendarInfo::default() }])
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        assert_eq!(calendar, self.account().calendar, "it has no other");
        let jolts = self.world.jolts.get();
        let lie = self.world.weather().lie(&mut self.world.dice.borrow_mut());
        if lie != Lie::None {
            self.world.meet(&format!("{lie:?} list of {calendar}"));
        }
        let answer = self
            .ask("list", false, || Ok(self.account().list(known, lie, &mut self.world.dice.borrow_mut())))
            .await
            .map(|reading| Reading { served_at: Some(self.world.now()), ..reading });
        self.world.told(self.seawall, self.account, lie, answer.as_ref().ok(), jolts);
        answer
    }

    async fn get(&self, _: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        let is_read_back = self.world.watch.borrow_mut().looks(self.seawall, href);
        let look = || Ok(self.account().live_entry(href).map(|entry| self.account().object(href, &entry)));
        let answer = self.ask(href, false, look).await;
        if answer.is_ok() && is_read_back {
            self.account().seen(href);
        }
        if answer.is_err() {
            self.world.denied(self.seawall, self.account);
        }
        answer
    }

    async fn create(&self, _: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        let body = String::from_utf8_lossy(body).into_owned();
        self.send(name, false, || {
            if self.account().is_taken(name) {
                return Err(error(ErrorKind::Precondition, name));
            }
            let before = self.account().live_entry(name);
            self.world.watch_write(self.seawall, self.account, name, before.as_ref(), Some(&body));
            self.account().put(name, &body, Hand::Seawall);
            Ok(())
        })
        .await
    }

    async fn update(&self, _: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        let body = String::from_utf8_lossy(body).into_owned();
        self.send(href, false, || {
            let before = self.account().at_etag(href, etag, true)?;
            self.world.watch_write(self.seawall, self.account, href, Some(&before), Some(&body));
            self.account().put(href, &body, Hand::Seawall);
            Ok(())
        })
        .await
    }

    async fn delete(&self, _: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        self.send(href, true, || {
            let before = self.account().at_etag(href, etag, false)?;
            self.world.watch_write(self.seawall, self.account, href, Some(&before), None);
            self.account().remove(href);
            Ok(())
        })
        .await
    }

    fn keeps_names(&self) -> bool {
        self.account().nature.keeps_names
    }

    async fn remains(&self, _: &str, name: &str) -> Result<Option<Object>, ProviderError> {
        let left = || {
            let entry = self.account().entry(name).filter(|one| one.deleted && self.account().nature.keeps_names);
            Ok(entry.map(|entry| self.account().object(name, &entry)))
        };
        self.ask(name, false, left).await
    }

    fn memo(&self) -> Option<String> {
        Some("SECRET memo".to_owned())
    }
}

impl Weather {
    /// Whether requests and lists are what they should be.
    pub(crate) fn is_calm(self) -> bool {
        self == Self::Calm
    }
}
