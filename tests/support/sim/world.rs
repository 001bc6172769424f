//! The simulated world: two accounts, one or two seawalls with real databases, people, the weather, and time, which is
//! the paused time of the runtime. Everything that happens in it follows from the seed.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

use fastrand::Rng;
use jiff::Timestamp;
use seawall::cycle::clock::{Clock, Driven};
use seawall::provider::Reading;

use super::account::{Account, Entry, Nature};
use super::people::{self, Act, People};
use super::state::{Seawall, folder, open};
use super::watch::{Leave, Scene, Watch};
use super::weather::{Lie, Weather};
use super::wishes::Wishes;

/// Nothing is written on a reading that is older, but for what was on its way.
const FRESH_MAX: std::time::Duration = std::time::Duration::from_secs(65);
/// The most time of a cycle of the loop.
const TURN_MAX: jiff::SignedDuration = jiff::SignedDuration::from_mins(11);

/// What happens to the machine, by so many minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Jolt {
    /// It sleeps.
    Sleep(i64),
    /// Its clock is set.
    ClockSet(i64),
}

pub(crate) struct World {
    pub(crate) accounts: [Account; 2],
    pub(crate) seawalls: Vec<Seawall>,
    pub(crate) people: RefCell<People>,
    pub(crate) watch: RefCell<Watch>,
    pub(crate) dice: RefCell<Rng>,
    pub(crate) wishes: RefCell<Wishes>,
    pub(crate) weather: Cell<Weather>,
    /// What a person will do at which of the next steps of requests.
    pub(crate) hurry: RefCell<Option<(u32, Act, u64)>>,
    /// Failures and lies since a cycle began.
    pub(crate) met: Cell<u32>,
    /// The loop runs: what it may do follows from what it was told, and when.
    is_loop: bool,
    /// Since when each account could not be read to the end.
    unread_since: [Cell<Option<Timestamp>>; 2],
    /// Until when the loop may begin to write.
    pub(crate) is_fresh_until: Cell<Timestamp>,
    pub(crate) is_paused: Cell<bool>,
    /// What happens to the machine, and before which of the next answers arrives.
    pub(crate) jolt: Cell<Option<(u32, Jolt)>>,
    /// How often that happened.
    pub(crate) jolts: Cell<u32>,
    /// What happened, a line each.
    pub(crate) said: RefCell<Vec<String>>,
    /// The time by which services live, and the clock of the machine.
    truth: Driven,
    machine: Driven,
}

impl World {
    /// The world of a seed for cycles that the simulation runs: one life in eight has two seawalls, one a database on
    /// disk. To be made within a runtime whose time is paused.
    pub(crate) fn for_cycles(seed: u64) -> Rc<Self> {
        Self::new(seed, seed % 8 == 5, seed % 8 == 3, false)
    }

    /// The world of a seed for the loop. Other programs write to its database too.
    pub(crate) fn for_days(seed: u64) -> Rc<Self> {
        Self::new(seed, false, true, true)
    }

    /// The world for many weeks of the loop, in which nothing goes wrong.
    pub(crate) fn for_soak(poll: u32) -> Rc<Self> {
        let mut world = Self::new(0, false, true, true);
        let one = Rc::get_mut(&mut world).unwrap();
        let nature = Nature { cursors: true, ..Nature::default() };
        one.accounts = [Account::new("work", nature), Account::new("private", nature)];
        one.wishes = RefCell::new(Wishes { horizon: 3, limits: (20, 60), learns: true, poll, ..one.wishes.take() });
        world
    }

    fn new(seed: u64, pair: bool, on_disk: bool, is_loop: bool) -> Rc<Self> {
        let mut rng = Rng::with_seed(seed);
        let starts = ["2026-11-16", "2026-11-19", "2026-12-28", "2027-03-25", "2027-10-28"];
        let day: jiff::civil::Date = starts[rng.usize(..starts.len())].parse().unwrap();
        let origin =
            day.at(5, 0, 0, 0).in_tz("UTC").unwrap().timestamp() + jiff::SignedDuration::from_mins(rng.i64(0..720));
        let mut nature = Nature::roll(&mut rng);
        if pair {
            // Without guards two write over each other, and where words are rewritten they take the other's holds for
            // edited ones.
            nature.creates_over = false;
            nature.rewrite = nature.rewrite.filter(|_| !nature.rewrites_words);
        }
        let accounts = [Account::new("work", nature), Account::new("private", Nature::roll(&mut rng))];
        let seawall = |instance| {
            let dir = on_disk.then(folder);
            Seawall {
                instance,
                store: RefCell::new(Rc::new(open(dir.as_ref(), origin))),
                dir,
                copy: RefCell::default(),
                leave: RefCell::default(),
                is_told: Default::default(),
                dies_in: Cell::default(),
                is_dead: Cell::default(),
                is_new: Cell::default(),
                is_blank: Cell::default(),
                is_filling: Cell::default(),
            }
        };
        let wishes = Wishes {
            zone: "Europe/Berlin",
            from: 9,
            days: "mon,tue,thu,fri",
            horizon: 1 + rng.u32(..2),
            target: [None, None, Some(14), Some(10)][rng.usize(..4)],
            limits: [(20, 60), (20, 60), (20, 60), (2, 6)][rng.usize(..4)],
            learns: rng.u32(..4) == 0,
            on_delete: ["forgive", "replace"][rng.usize(..2)],
            poll: 15,
        };
        Rc::new(Self {
            accounts,
            seawalls: ["laptop", "server"].into_iter().take(1 + usize::from(pair)).map(seawall).collect(),
            people: RefCell::default(),
            watch: RefCell::default(),
            dice: RefCell::new(rng),
            wishes: RefCell::new(wishes),
            weather: Cell::default(),
            hurry: RefCell::default(),
            met: Cell::default(),
            is_loop,
            unread_since: Default::default(),
            is_fresh_until: Cell::new(Timestamp::MIN),
            is_paused: Cell::default(),
            jolt: Cell::default(),
            jolts: Cell::default(),
            said: RefCell::default(),
            truth: Driven::new(origin),
            machine: Driven::new(origin),
        })
    }

    pub(crate) fn is_pair(&self) -> bool {
        self.seawalls.len() > 1
    }

    pub(crate) fn now(&self) -> Timestamp {
        Clock::Driven(self.truth).now()
    }

    /// The clock of the machine that seawall runs on.
    pub(crate) fn clock(&self) -> Clock {
        Clock::Driven(self.machine)
    }

    /// So much time passes.
    pub(crate) fn sleep(&self, minutes: i64) {
        let seconds = u32::try_from(minutes * 60).unwrap();
        self.truth.sleep(seconds);
        self.machine.sleep(seconds);
    }

    /// Somebody sets the clock of the machine.
    pub(crate) fn set_clock(&self, minutes: i64) {
        self.machine.set(minutes * 60);
    }

    /// The machine sleeps, or its clock is set: nothing that was read before is a reason to write any more.
    pub(crate) fn jolt(&self, jolt: Jolt) {
        self.say(format!("    {jolt:?}"));
        // What was being written is broken off, and may not be in the log of either day.
        self.excuse();
        match jolt {
            Jolt::Sleep(minutes) => self.sleep(minutes),
            Jolt::ClockSet(minutes) => self.set_clock(minutes),
        }
        self.excuse();
        self.is_fresh_until.set(Timestamp::MIN);
        self.jolts.set(self.jolts.get() + 1);
    }

    /// An answer is on its way, and meanwhile something may happen to the machine.
    pub(crate) fn answer(&self) {
        match self.jolt.take() {
            Some((0, jolt)) => self.jolt(jolt),
            left => self.jolt.set(left.map(|(answers, jolt)| (answers - 1, jolt))),
        }
    }

    pub(crate) fn weather(&self) -> Weather {
        self.weather.get()
    }

    /// Notes what happened. The folder of the database has another name in every life, and an error may tell it.
    pub(crate) fn say(&self, what: impl Into<String>) {
        let mut what = what.into();
        for dir in self.seawalls.iter().filter_map(|one| one.dir.as_ref()) {
            what = what.replace(&dir.path().to_string_lossy().into_owned(), "STATE");
        }
        self.said.borrow_mut().push(what);
    }

    /// Something goes wrong.
    pub(crate) fn meet(&self, what: &str) {
        self.met.set(self.met.get() + 1);
        self.excuse();
        self.say(format!("    {what}"));
    }

    /// Something may have kept a write out of the log.
    pub(crate) fn excuse(&self) {
        *self.watch.borrow_mut().excuses.entry(self.today()).or_default() += 1;
    }

    pub(crate) fn today(&self) -> jiff::civil::Date {
        self.settings(0).policy.tz.to_datetime(self.now()).date()
    }

    /// A step of a request: the program may die here, and a person may act.
    pub(crate) async fn pass(&self, seawall: usize) {
        let act = {
            let mut hurry = self.hurry.borrow_mut();
            match hurry.as_mut() {
                Some((0, ..)) => hurry.take(),
                Some((left, ..)) => {
                    *left -= 1;
                    None
                }
                None => None,
            }
        };
        if let Some((_, act, dice)) = act {
            self.met.set(self.met.get() + 1);
            self.say("    meanwhile:");
            people::act(self, act, &mut Rng::with_seed(dice));
        }
        let one = &self.seawalls[seawall];
        match one.dies_in.get() {
            Some(0) => {
                one.is_dead.set(true);
                pending::<()>().await;
            }
            left => one.dies_in.set(left.map(|left| left - 1)),
        }
    }

    /// A list was answered, or was not; it was asked for after so many jolts.
    pub(crate) fn told(&self, seawall: usize, account: usize, lie: Lie, reading: Option<&Reading>, jolts: u32) {
        let one = &self.seawalls[seawall];
        let mut leave = one.leave.borrow_mut();
        let is_whole = reading.is_some_and(|reading| reading.incomplete.is_none());
        let since = self.unread_since[account].get().unwrap_or(self.now());
        self.unread_since[account].set((!is_whole).then_some(since));
        if account == 0 && reading.is_some() {
            self.watch.borrow_mut().lists(seawall);
            if jolts == self.jolts.get() {
                self.is_fresh_until.set(self.now() + FRESH_MAX + 20 * self.weather().delay(0));
            }
        }
        if reading.is_none_or(|reading| reading.incomplete.is_some()) {
            leave.only_yields = true;
            if account == 0 {
                leave.nothing = leave.nothing.or(Some("written though its own calendar was not read to the end"));
            }
        }
        let Some(reading) = reading else { return };
        let told = &one.is_told[account];
        match lie {
            Lie::None | Lie::Stale | Lie::Expired if !reading.resumed => told.set(true),
            Lie::None | Lie::Stale | Lie::Expired => {}
            Lie::Empty | Lie::Cut | Lie::Dropped | Lie::Forgetful | Lie::Unreadable => told.set(false),
        }
        if account == 0 && told.get() && lie != Lie::Stale {
            one.is_filling.set(one.is_blank.take());
            if one.is_filling.get() {
                // Nobody saw what was deleted until now.
                people::forget_unwritten(self, seawall);
            }
        } else if account == 0 && one.is_blank.get() {
            // The summary, which alone remembers closed time now, may be what it did not see.
            self.people.borrow_mut().gone.clear();
        }
    }

    /// An object was asked for in vain: by a new database that may be the summary, which alone remembers closed time.
    pub(crate) fn denied(&self, seawall: usize, account: usize) {
        let one = &self.seawalls[seawall];
        if account == 0 && one.is_filling.take() {
            self.people.borrow_mut().gone.clear();
            one.is_blank.set(true);
        }
    }

    /// What a seawall may do now. A cycle of the loop may have begun before an account could be read no more.
    fn leave(&self, seawall: usize) -> Leave {
        let mut leave = self.seawalls[seawall].leave.borrow().clone();
        if !self.is_loop {
            return leave;
        }
        let now = self.now();
        let is_unread =
            |account: usize| self.unread_since[account].get().is_some_and(|since| now.duration_since(since) > TURN_MAX);
        leave.only_yields = is_unread(0) || is_unread(1);
        let is_wrong = self.clock().now().duration_since(now).abs() > jiff::SignedDuration::from_mins(5);
        leave.nothing = if self.is_paused.get() {
            Some("written in a pause")
        } else if is_wrong {
            Some("written though the clock is wrong")
        } else if is_unread(0) {
            Some("written though its own calendar was not read to the end")
        } else if now > self.is_fresh_until.get() {
            Some("written on a reading that is too old")
        } else {
            None
        };
        leave
    }

    /// Looks at a write that takes effect.
    pub(crate) fn watch_write(
        &self,
        seawall: usize,
        account: usize,
        name: &str,
        before: Option<&Entry>,
        after: Option<&str>,
    ) {
        let settings = self.settings(seawall);
        let one = &self.seawalls[seawall];
        let tz = &settings.policy.tz;
        let people = self.people.borrow();
        let due = |week| settings.summary.due(week, tz);
        let scene = Scene {
            now: self.now(),
            instance: one.instance,
            in_hold_calendar: account == 0,
            leave: &self.leave(seawall),
            ever_taken: &people.ever,
            never_again: &people.never_again,
            due: &due,
            week: seawall::calendar::week::IsoWeek::at(self.now(), tz),
            today: self.today(),
            midnight: seawall::calendar::week::midnight(self.today(), tz),
        };
        if before.is_none() && one.is_blank.get() {
            self.watch.borrow_mut().made_blindly.insert(name.to_owned());
        }
        let is_taken = self.watch.borrow_mut().write(seawall, &scene, name, before, after);
        drop(people);
        if is_taken {
            self.people.borrow_mut().theirs.remove(&(account, name.to_owned()));
        }
    }
}
