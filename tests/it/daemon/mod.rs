//! The daemon's loop as it runs: real cycles on calendars in memory, by a clock that goes with the paused time of the
//! runtime, so that days pass in milliseconds and the same story is told each time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use seawall::config::settings::Settings;
use seawall::config::{self, Environment};
use seawall::cycle::clock::{Clock, Driven};
use seawall::daemon::digest::Status;
use seawall::daemon::run::{Ground, run};
use seawall::daemon::wake::{End, Wake, Word};
use seawall::provider::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};
use seawall::store::Store;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::support::block_on_paused;
use crate::support::memory::Memory;
use crate::support::told::instant;
use crate::support::world::zones;

mod backoff;
mod company;
mod files;
mod hooks;
mod machine;
mod notices;
mod process;
mod quiet;
mod removed;
mod returned;
mod schedule;
mod secrets;
mod state;
mod story;
mod summer;
mod telling;
mod trouble;
mod waiting;

/// Four mornings a week; holds go to `work`, and `team` is an account of its own.
const CONFIG: &str = r#"
timezone = "Europe/Berlin"
instance = "laptop"
[hours]
work = [{ days = "mon-fri", from = "09:00", to = "17:00" }]
[focus]
horizon = 1
[[role]]
name = "deep"
blocks = [{ name = "Morning", days = "mon,tue,thu,fri", from = "09:00", to = "12:00" }]
[summary]
at = "fri 16:00"
[[account]]
name = "home"
provider = "vdir"
path = "home"
emails = ["anna@example.org"]
calendars = [{ name = "work", use = "read+hold" }]
[[account]]
name = "office"
provider = "vdir"
path = "office"
emails = ["anna@example.org"]
calendars = [{ name = "team", use = "read" }]
"#;

/// How an account behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Fine,
    /// It answers after so many seconds.
    Slow(u64),
    /// It never answers.
    Hangs,
    Fails(ErrorKind),
    /// It can be read, and nothing can be written to it.
    Keeps,
    /// It gives a list that is cut off, and one file of it can't be opened.
    Cut,
}

/// An account in memory with moods, that keeps a log of what it was asked and when, and that no write may reach on a
/// reading older than a minute.
struct Moody {
    inner: Memory,
    mood: Cell<Mood>,
    start: Instant,
    read_at: Cell<Option<Instant>>,
    /// Seconds since the start, and what was asked.
    log: RefCell<Vec<(u64, String)>>,
}

impl Moody {
    fn new(calendar: &str) -> Self {
        let inner = Memory::new(&[calendar]);
        let (mood, read_at) = (Cell::new(Mood::Fine), Cell::new(None));
        Self { inner, mood, start: Instant::now(), read_at, log: RefCell::default() }
    }

    async fn asked(&self, what: impl Into<String>) -> Result<(), ProviderError> {
        let what = what.into();
        let is_write = ["create", "update", "delete"].contains(&what.as_str());
        self.log.borrow_mut().push((self.start.elapsed().as_secs(), what));
        match self.mood.get() {
            Mood::Keeps if is_write => {
                Err(ProviderError { kind: ErrorKind::Unavailable, message: "no room".to_owned() })
            }
            Mood::Fine | Mood::Keeps | Mood::Cut => Ok(()),
            Mood::Slow(seconds) => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok(())
            }
            Mood::Hangs => pending().await,
            Mood::Fails(kind) => Err(ProviderError { kind, message: "no answer".to_owned() }),
        }
    }

    async fn writes(&self, what: &str) -> Result<(), ProviderError> {
        let age = self.read_at.get().map(|at| at.elapsed());
        assert!(age.is_some_and(|age| age <= Duration::from_mins(1)), "a {what} on a reading of {age:?} ago");
        self.asked(what).await
    }

    /// The requests of such a kind since the last call of [`Self::forget`].
    fn count(&self, what: &str) -> usize {
        self.log.borrow().iter().filter(|(_, asked)| asked.starts_with(what)).count()
    }

    fn forget(&self) {
        self.log.borrow_mut().clear();
    }
}

impl Provider for Moody {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        self.inner.calendars().await
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        self.asked(if known.thorough { "list" } else { "read" }).await?;
        let reading = self.inner.read(calendar, known).await;
        self.read_at.set(Some(Instant::now()));
        // A cursor, so that a read that shall be thorough can be told from one that need not.
        let mut reading = Reading { cursor: Some("1".to_owned()), resumed: !known.thorough, ..reading? };
        if self.mood.get() == Mood::Cut {
            reading.incomplete = Some("the list was cut off".to_owned());
            reading.unreadable.push(("Dinner with Benedikt.ics".to_owned(), "no permission".to_owned()));
        }
        Ok(reading)
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        self.asked("get").await?;
        self.inner.get(calendar, href).await
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        self.writes("create").await?;
        self.inner.create(calendar, name, body).await
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        self.writes("update").await?;
        self.inner.update(calendar, href, etag, body).await
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        self.writes("delete").await?;
        self.inner.delete(calendar, href, etag).await
    }
}

/// A person's calendars with a daemon beside them.
struct House {
    settings: Settings,
    accounts: Vec<Moody>,
    store: Store,
    clock: Driven,
    locks: Vec<PathBuf>,
    wakes: mpsc::UnboundedSender<Wake>,
    words: RefCell<mpsc::UnboundedReceiver<Word>>,
}

impl House {
    fn home(&self) -> &Moody {
        &self.accounts[0]
    }

    fn office(&self) -> &Moody {
        &self.accounts[1]
    }

    /// Time passes.
    async fn minutes(&self, minutes: u64) {
        tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
    }

    /// Time passes until `tue 9:30`.
    async fn until(&self, text: &str) {
        let (day, time) = text.split_once(' ').unwrap();
        let left = instant(day, time).duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap()).await;
    }

    fn now(&self) -> Timestamp {
        Clock::Driven(self.clock).now()
    }

    /// Somebody puts an accepted meeting into an account: `tue 10-11 Review`.
    fn meeting(&self, account: &Moody, text: &str) {
        let mut words = text.splitn(3, ' ');
        let (day, time, title) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let (from, to) = time.split_once('-').unwrap();
        let stamp = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let (start, end) = (stamp(instant(day, from)), stamp(instant(day, to)));
        let body = crate::support::ics::calendar(&format!(
            "UID:{title}\nDTSTAMP:20261101T080000Z\nDTSTART:{start}\nDTEND:{end}\nSUMMARY:{title}\n\
             ORGANIZER:mailto:ben@example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org"
        ));
        let calendar = if std::ptr::eq(account, self.home()) { "work" } else { "team" };
        account.inner.put(calendar, &format!("{title}.ics"), body.as_bytes());
    }

    /// What seawall wrote, as `tue 9-12 Focus: Morning busy`, a line each, the summary left out.
    fn holds(&self) -> String {
        self.own().into_iter().filter(|line| line.contains("Focus")).collect::<Vec<_>>().join("\n")
    }

    /// Titles of the summaries.
    fn summaries(&self) -> Vec<String> {
        self.own().into_iter().filter(|line| line.contains("Week")).collect()
    }

    fn own(&self) -> Vec<String> {
        use seawall::calendar::CalendarId;
        use seawall::cycle::read::{Lens, looks_like_ours, own_object};
        let window = seawall::calendar::time::Span::new(Timestamp::MIN, Timestamp::MAX);
        let lens = Lens { zones: zones(), tz: &self.settings.policy.tz, window };
        let id = CalendarId { account: "home".to_owned(), calendar: "work".to_owned() };
        let mut own: Vec<_> = self
            .home()
            .inner
            .objects("work")
            .iter()
            .filter_map(|object| {
                let parsed = seawall::calendar::ical::read(&object.body);
                let is_own = parsed.components.iter().any(looks_like_ours);
                own_object(&id, object, &parsed, lens).filter(|_| is_own)
            })
            .collect();
        own.sort_by_key(|object| object.span);
        own.iter().map(crate::support::told::line).collect()
    }

    async fn status(&self) -> Status {
        let (answer, asked) = oneshot::channel();
        self.wakes.send(Wake::Ask(answer)).unwrap();
        asked.await.unwrap()
    }

    /// What systemd was told last.
    fn line(&self) -> String {
        let mut last = String::new();
        while let Ok(word) = self.words.borrow_mut().try_recv() {
            if let Word::Status(text) = word {
                last = text;
            }
        }
        last
    }
}

/// Tells a story beside a running daemon, from Monday 2026-11-16 07:30 on, and stops the daemon at its end.
fn live(story: impl AsyncFnOnce(&House)) {
    live_with(|house| house, story);
}

/// The same in a house that is prepared before.
fn live_with(prepare: impl FnOnce(House) -> House, story: impl AsyncFnOnce(&House)) {
    block_on_paused(async {
        let end = lived(&mut prepare(house()), story).await;
        assert!(matches!(end, End::Stop), "{end:?}");
    });
}

/// Tells a story beside a daemon in that house, and stops the daemon at its end if it has not ended by itself.
async fn lived(house: &mut House, story: impl AsyncFnOnce(&House)) -> End {
    let (wakes, mut woken) = mpsc::unbounded_channel();
    let (says, words) = mpsc::unbounded_channel();
    (house.wakes, house.words) = (wakes, RefCell::new(words));
    let house = &*house;
    let told = async {
        story(house).await;
        house.wakes.send(Wake::Stop).unwrap();
    };
    tokio::join!(run(ground(house), &mut woken, &says), told).0
}

/// A house in which nothing runs yet.
fn house() -> House {
    let environment = Environment { xdg_state_home: Some("/nowhere".into()), ..Environment::default() };
    House {
        settings: config::parse(CONFIG, "/nowhere/seawall.toml".as_ref(), &environment).unwrap(),
        accounts: vec![Moody::new("work"), Moody::new("team")],
        store: Store::in_memory().unwrap(),
        clock: Driven::new(instant("mon", "7:30")),
        locks: Vec::new(),
        wakes: mpsc::unbounded_channel().0,
        words: RefCell::new(mpsc::unbounded_channel().1),
    }
}

fn ground(house: &House) -> Ground<'_, Moody> {
    Ground {
        settings: &house.settings,
        config_hash: "config",
        zones: zones(),
        instance: "laptop",
        accounts: &house.accounts,
        store: &house.store,
        clock: Clock::Driven(house.clock),
        locks: &house.locks,
        seed: 7,
        watchdog: None,
        since: instant("mon", "7:30"),
    }
}

/// What is on the calendar of an account, by name.
fn events(account: &Moody, calendar: &str) -> BTreeMap<String, Vec<u8>> {
    account.inner.objects(calendar).into_iter().map(|object| (object.href, object.body.to_vec())).collect()
}
