//! A person's calendars on disk with a seawall beside them: what the person does, what a cycle does, and what lies
//! there then, all in few words. After every cycle each file that is not seawall's to write must be as it was, to the
//! byte and the mtime; so the first of the three promises is tested by every test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::SystemTime;

use jiff::{Timestamp, ToSpan as _};
use seawall::calendar::CalendarId;
use seawall::calendar::ical;
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;
use seawall::config::settings::{Settings, Source};
use seawall::config::{self, Environment};
use seawall::cycle::clock::Clock;
use seawall::cycle::outcome::{Attempt, Outcome};
use seawall::cycle::read::{looks_like_ours, own_object};
use seawall::cycle::run::{Consent, Context, CycleError, Mode, cycle};
use seawall::cycle::undo::{self, Reach, Removals};
use seawall::provider::vdir::Vdir;
use seawall::provider::{Etag, Object, Provider};
use seawall::reconcile::key::{Kind, Marker};
use seawall::reconcile::own::OwnObject;
use seawall::store::Store;
use tempfile::TempDir;

use super::block_on;
pub(crate) use super::told::{changes, hold_changes, instant, moved, shown, week_plus, with_line, without};
use super::told::{date, line, marker_of, slug};

/// One role with four mornings a week; no lunch, so that weeks stay easy to read.
pub(crate) const CONFIG: &str = r#"
timezone = "Europe/Berlin"
instance = "laptop"
[hours]
work = [{ days = "mon-fri", from = "09:00", to = "17:00" }]
[focus]
horizon = 1
[[role]]
name = "deep"
blocks = [{ name = "Morning deep work", days = "mon,tue,thu,fri", from = "09:00", to = "12:00" }]
[summary]
at = "fri 16:00"
[[account]]
name = "local"
provider = "vdir"
path = "."
emails = ["anna@example.org"]
calendars = [{ name = "work", use = "read+hold" }, { name = "private", use = "read", private = true }]
"#;

/// Bytes and mtime of every file, by path within the calendars.
pub(crate) type Files = BTreeMap<String, (Vec<u8>, SystemTime)>;

pub(crate) struct World {
    root: TempDir,
    config: String,
    /// What `config` comes to, read once.
    settings: std::cell::OnceCell<Settings>,
    now: Timestamp,
    store: Store,
    /// Files that were seawall's until a person's hand made them theirs.
    theirs: BTreeSet<String>,
}

impl World {
    /// Calendars `work` and `private`, empty, on Monday 2026-11-16 07:30.
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for calendar in ["work", "private"] {
            fs::create_dir(root.path().join(calendar)).unwrap();
        }
        let store = Store::in_memory().unwrap();
        let mut world = Self {
            root,
            config: CONFIG.to_owned(),
            settings: std::cell::OnceCell::new(),
            now: Timestamp::UNIX_EPOCH,
            store,
            theirs: BTreeSet::new(),
        };
        world.at("mon 7:30");
        world
    }

    /// The same after a first cycle at 7:30, which wrote four holds and the summary.
    pub(crate) fn with_holds() -> Self {
        let mut world = Self::new();
        world.sync();
        let four = "mon 9-12 Focus: Morning deep work busy\ntue 9-12 Focus: Morning deep work busy\n\
                    thu 9-12 Focus: Morning deep work busy\nfri 9-12 Focus: Morning deep work busy";
        assert_eq!(world.holds(), four);
        world
    }

    /// The same, planned three weeks far: twelve holds.
    pub(crate) fn with_three_weeks() -> Self {
        let mut world = Self::new();
        world.config("horizon = 1", "horizon = 3");
        world.sync();
        assert_eq!(world.holds().lines().count(), 12);
        world
    }

    /// The present, as `tue 9:30` or `mon+1 9`.
    pub(crate) fn at(&mut self, text: &str) -> &mut Self {
        let (day, time) = text.split_once(' ').unwrap();
        self.now = instant(day, time);
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn forward(&mut self, minutes: i64) -> &mut Self {
        self.now += minutes.minutes();
        self
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Replaces a part of the config.
    #[track_caller]
    pub(crate) fn config(&mut self, from: &str, to: &str) -> &mut Self {
        assert!(self.config.contains(from), "the config has no `{from}`");
        self.config = self.config.replace(from, to);
        self.settings.take();
        self
    }

    pub(crate) fn settings(&self) -> Settings {
        let read = || {
            let environment = Environment { xdg_state_home: Some(self.root().join("state")), ..Environment::default() };
            config::parse(&self.config, &self.root().join("seawall.toml"), &environment).unwrap()
        };
        self.settings.get_or_init(read).clone()
    }

    pub(crate) fn lose_database(&mut self) {
        self.store = Store::in_memory().unwrap();
    }

    /// The database is lost, and the new one lies on disk.
    pub(crate) fn database_in(&mut self, dir: &Path) {
        self.store = Store::open(dir, self.now).unwrap().store;
    }

    // What a person does.

    /// An accepted meeting in `work`: `tue 10-10:30 Release review`; its file is named after the title.
    pub(crate) fn meeting(&mut self, text: &str) -> &mut Self {
        self.event("work", text, "ORGANIZER:mailto:ben@example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org")
    }

    /// An event with further lines.
    #[track_caller]
    pub(crate) fn event(&mut self, calendar: &str, text: &str, lines: &str) -> &mut Self {
        let mut words = text.splitn(3, ' ');
        let (day, time, title) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let (from, to) = time.split_once('-').unwrap();
        let stamp = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let (start, end) = (stamp(instant(day, from)), stamp(instant(day, to)));
        let name = slug(title);
        let body = super::ics::calendar(&format!(
            "UID:{name}\nDTSTAMP:20261101T080000Z\nDTSTART:{start}\nDTEND:{end}\nSUMMARY:{title}\n{lines}"
        ));
        fs::write(self.root().join(calendar).join(format!("{name}.ics")), body).unwrap();
        self
    }

    /// Days off from one day to another, both included: `mon+1..fri+2`.
    pub(crate) fn vacation(&mut self, text: &str) -> &mut Self {
        let (from, to) = text.split_once("..").unwrap();
        let date = |day: &str, more: i64| (date(day) + more.days()).strftime("%Y%m%d").to_string();
        let body = super::ics::calendar(&format!(
            "UID:vacation\nDTSTAMP:20261101T080000Z\nDTSTART;VALUE=DATE:{}\nDTEND;VALUE=DATE:{}\nSUMMARY:Vacation\nTRANSP:OPAQUE",
            date(from, 0),
            date(to, 1)
        ));
        fs::write(self.root().join("work/vacation.ics"), body).unwrap();
        self
    }

    /// Edits a file as text; it is the person's from then on.
    #[track_caller]
    pub(crate) fn edit(&mut self, path: &str, change: impl FnOnce(String) -> String) {
        self.decorate(path, change);
        self.theirs.insert(path.to_owned());
    }

    /// Edits a file in a way that does not make it the person's.
    #[track_caller]
    pub(crate) fn decorate(&self, path: &str, change: impl FnOnce(String) -> String) {
        let file = self.root().join(path);
        let before = fs::read_to_string(&file).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "the edit changes nothing");
        fs::write(file, after).unwrap();
    }

    /// Moves an event in time, to `wed 13-16`; it is the person's from then on.
    #[track_caller]
    pub(crate) fn move_to(&mut self, path: &str, to: &str) {
        self.edit(path, |text| moved(&text, to));
    }

    /// Says that a file is the person's: no cycle may touch it.
    pub(crate) fn protect(&mut self, path: &str) {
        self.theirs.insert(path.to_owned());
    }

    /// Says that a file is seawall's again.
    pub(crate) fn unprotect(&mut self, path: &str) {
        self.theirs.remove(path);
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        fs::write(self.root().join(path), text).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    pub(crate) fn delete(&mut self, path: &str) {
        fs::remove_file(self.root().join(path)).unwrap();
        self.theirs.remove(path);
    }

    // What seawall does.

    pub(crate) fn sync(&mut self) -> Outcome {
        self.sync_with(Consent::default())
    }

    pub(crate) fn sync_with(&mut self, consent: Consent) -> Outcome {
        self.run(Mode::Write(consent), None).unwrap()
    }

    pub(crate) fn plan(&mut self) -> Outcome {
        let before = self.files();
        let outcome = self.run(Mode::Look, None).unwrap();
        assert!(self.files() == before, "a look wrote something");
        outcome
    }

    /// A cycle on the calendars on disk, in that mode; `doubt` is a reason not to trust the clock.
    pub(crate) fn run(&mut self, mode: Mode, doubt: Option<&str>) -> Result<Outcome, CycleError> {
        let before = self.foreign();
        let settings = self.settings();
        let accounts = accounts(&settings);
        let result = self.cycle_on(&settings, &accounts, mode, doubt);
        self.assert_untouched(&before);
        result
    }

    /// A cycle over any accounts.
    pub(crate) fn cycle_on<P: Provider>(
        &self,
        settings: &Settings,
        accounts: &[P],
        mode: Mode,
        doubt: Option<&str>,
    ) -> Result<Outcome, CycleError> {
        block_on(cycle(self.context(settings, zones(), accounts, mode, doubt)))
    }

    pub(crate) fn context<'a, P>(
        &'a self,
        settings: &'a Settings,
        zones: &'a Zones,
        accounts: &'a [P],
        mode: Mode,
        doubt: Option<&'a str>,
    ) -> Context<'a, P> {
        Context {
            now: self.now,
            clock: Clock::Standing(self.now),
            clock_doubt: doubt,
            settings,
            config_hash: &self.config,
            zones,
            instance: settings.instance.as_deref().unwrap(),
            accounts,
            store: &self.store,
            mode,
            thorough: false,
            also: None,
            stale_at: None,
        }
    }

    /// Takes back what was written; what it would leave, and what came of it.
    pub(crate) fn undo(&mut self, reach: Reach) -> (Removals, Vec<Attempt>) {
        let before = self.foreign();
        let settings = self.settings();
        let accounts = accounts(&settings);
        let cx = self.context(&settings, zones(), &accounts, Mode::Write(Consent::default()), None);
        let removals = block_on(undo::removals(cx, reach)).unwrap();
        let attempts = block_on(undo::remove(cx, removals.changes.clone())).unwrap();
        if reach.pinned {
            let gone: Vec<&str> =
                attempts.iter().filter_map(|one| Some(one.change.target.as_ref()?.href.as_str())).collect();
            let rest = before.into_iter().filter(|(path, _)| !gone.iter().any(|href| path.ends_with(href)));
            self.assert_untouched(&rest.collect());
        } else {
            self.assert_untouched(&before);
        }
        (removals, attempts)
    }

    #[track_caller]
    fn assert_untouched(&self, before: &Files) {
        let after = self.files();
        for (path, was) in before {
            let is = after.get(path);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert!(
                is == Some(was),
                "{path} is not seawall's to touch\nbefore: {}\nafter: {}",
                text(&was.0),
                is.map_or("gone".to_owned(), |is| text(&is.0))
            );
        }
    }

    // What lies there.

    /// Every calendar file.
    pub(crate) fn files(&self) -> Files {
        let mut out = Files::new();
        for folder in fs::read_dir(self.root()).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for path in entries.map(|entry| entry.unwrap().path()) {
                let Ok(bytes) = fs::read(&path) else { continue };
                let name = path.strip_prefix(self.root()).unwrap().to_string_lossy().into_owned();
                out.insert(name, (bytes, fs::metadata(&path).unwrap().modified().unwrap()));
            }
        }
        out
    }

    /// What no cycle may touch.
    fn foreign(&self) -> Files {
        let is_ours = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\nX-SEAWALL:");
        self.files().into_iter().filter(|(path, (bytes, _))| self.theirs.contains(path) || !is_ours(bytes)).collect()
    }

    /// Every object that looks like seawall's, by path.
    pub(crate) fn own(&self) -> Vec<(String, OwnObject)> {
        let settings = self.settings();
        let nothing = Span::new(self.now, self.now);
        let lens = seawall::cycle::read::Lens { zones: zones(), tz: &settings.policy.tz, window: nothing };
        let mut out = Vec::new();
        for (path, (bytes, _)) in self.files() {
            let (calendar, href) = path.split_once('/').unwrap();
            let parsed = ical::read(&bytes);
            if parsed.components.iter().any(looks_like_ours) {
                let id = CalendarId { account: "local".to_owned(), calendar: calendar.to_owned() };
                let object = Object { href: href.to_owned(), etag: Etag(String::new()), body: bytes.into() };
                out.push((path, own_object(&id, &object, &parsed, lens).unwrap()));
            }
        }
        out.sort_by_key(|(path, object)| (object.span, path.clone()));
        out
    }

    /// What looks like a hold, as `mon 9-12 Focus: Morning deep work busy`, a line each; one that does not lie in
    /// `work` with its calendar.
    pub(crate) fn holds(&self) -> String {
        let is_hold = |object: &OwnObject| marker_of(object).is_none_or(|marker| marker.key.kind == Kind::Hold);
        let own = self.own();
        let lines: Vec<String> =
            own.iter().filter(|(_, object)| is_hold(object)).map(|(_, object)| line(object)).collect();
        lines.join("\n")
    }

    /// The path of the hold that lies there, as `tue 9-12`.
    #[track_caller]
    pub(crate) fn hold(&self, when: &str) -> String {
        let found = self.own().into_iter().find(|(_, object)| shown(object.span) == when);
        found.unwrap_or_else(|| panic!("no hold {when}; there are:\n{}", self.holds())).0
    }

    /// The summaries: path and object.
    pub(crate) fn summaries(&self) -> Vec<(String, OwnObject, Marker)> {
        let summary = |(path, object): (String, OwnObject)| {
            let marker = marker_of(&object).filter(|marker| marker.key.kind == Kind::Summary)?;
            Some((path, object, marker))
        };
        self.own().into_iter().filter_map(summary).collect()
    }

    /// The path of the only summary.
    #[track_caller]
    pub(crate) fn summary(&self) -> String {
        let all = self.summaries();
        assert_eq!(all.len(), 1, "summaries");
        all.into_iter().next().unwrap().0
    }

    /// Closed time that is remembered, as `tue 9-12 forgiven 180`, a line each.
    pub(crate) fn closed(&self) -> String {
        let line =
            |closed: &seawall::focus::plan::Closed| format!("{} forgiven {}", shown(closed.span), closed.forgiven);
        self.store.closed().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// The zones, loaded once.
pub(crate) fn zones() -> &'static Zones {
    static ZONES: OnceLock<Zones> = OnceLock::new();
    ZONES.get_or_init(Zones::bundled)
}

/// The accounts of a config, on disk.
pub(crate) fn accounts(settings: &Settings) -> Vec<Vdir> {
    let vdir = |account: &seawall::config::settings::Account| match &account.source {
        Source::Vdir { path } => Vdir::new(path.clone()),
        other => panic!("the world has folders only, not {other:?}"),
    };
    settings.accounts.iter().map(vdir).collect()
}
