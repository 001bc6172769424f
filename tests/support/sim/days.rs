//! Days of the real loop in the simulated world: time goes by, the machine sleeps, its clock is set, the program dies
//! and is started again, and commands run beside it. Laws are looked at between steps.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use seawall::cycle::memory;
use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::{Consent, Context, Mode, cycle};
use seawall::daemon::digest::Status;
use seawall::daemon::run::{Ground, run};
use seawall::daemon::wake::{End, Wake};
use seawall::store::{Store, lock};
use tokio::sync::{mpsc, oneshot};

use super::commands;
use super::laws::{self, Ended, Record};
use super::life::Failure;
use super::line::Line;
use super::people::{self, Act};
use super::weather::Weather;
use super::world::{Jolt, World};

/// Steps of a life.
pub(crate) const STEPS: usize = 10;
/// Looks that it takes, at most, to come to rest.
const ROUNDS: usize = 12;
/// So long after the last trouble everything has to be in order.
const RECOVERY: SignedDuration = SignedDuration::from_mins(80);

/// What happens to the machine or the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    /// The program dies at one of the next steps of its requests.
    Dies(u32),
    /// The machine sleeps, or its clock is wrong for the time of the step: at once, or at one of the next answers.
    Jolt(Jolt, Option<u32>),
}

/// One step: something happens, then time goes by.
#[derive(Clone, Debug)]
struct Step {
    act: Act,
    dice: u64,
    weather: Weather,
    trouble: Trouble,
    minutes: u64,
}

impl Step {
    fn roll(rng: &mut Rng) -> Self {
        let in_answer = rng.bool().then(|| rng.u32(..8));
        let trouble = match rng.u32(..10) {
            0 => Trouble::Dies(rng.u32(..40)),
            1 => Trouble::Jolt(Jolt::Sleep([1, 30, 600][rng.usize(..3)]), in_answer),
            2 => {
                let minutes = [-26_000_000, -3000, -60, 7, 45, 20_000, 200_000][rng.usize(..7)];
                Trouble::Jolt(Jolt::ClockSet(minutes), in_answer)
            }
            _ => Trouble::None,
        };
        let (act, weather) = (Act::roll(rng), Weather::roll_for_days(rng));
        Self { act, dice: rng.u64(..), weather, trouble, minutes: [3, 20, 90, 90, 240][rng.usize(..5)] }
    }
}

pub(crate) struct Days {
    pub(crate) world: Rc<World>,
    lines: [Line; 2],
    /// To the loop, while one runs.
    wakes: RefCell<Option<mpsc::UnboundedSender<Wake>>>,
    /// When something last happened that may take its time to be set right.
    stirred: Cell<Timestamp>,
    /// It is started no more.
    pub(crate) is_over: Cell<bool>,
}

/// Lives the days of a seed without the steps that are cut: their story, or the law that they break.
pub(crate) fn days(seed: u64, cut: &BTreeSet<usize>) -> Result<Vec<String>, Failure> {
    let mut rng = Rng::with_seed(seed ^ 0xda_15);
    let steps: Vec<Step> = (0..STEPS).map(|_| Step::roll(&mut rng)).collect();
    discreetly(async {
        let days = Days::new(seed);
        let steps: Vec<(usize, &Step)> = steps.iter().enumerate().filter(|(n, _)| !cut.contains(n)).collect();
        let mut script = pin!(days.script(&steps));
        loop {
            tokio::select! {
                biased;
                end = &mut script => return end,
                () = days.up() => {}
            }
        }
    })
}

/// Lives to the end; what the log tells there that only a calendar may say breaks a law.
pub(super) fn discreetly(life: impl Future<Output = Result<Vec<String>, Failure>>) -> Result<Vec<String>, Failure> {
    let mut lived = Ok(Vec::new());
    let log = crate::support::log::logged(|| lived = crate::support::block_on_paused(life));
    let told: Vec<String> = log.lines().filter(|line| is_private(line)).map(|line| format!("logged: {line}")).collect();
    match lived {
        Ok(story) if !told.is_empty() => Err(Failure { laws: told, story }),
        lived => lived,
    }
}

/// Whether a line of the log has in it what only a calendar may say.
fn is_private(line: &str) -> bool {
    let is_quiet = line.contains("DEBUG") || line.contains("TRACE");
    line.contains("SECRET") || (!is_quiet && ["Openly", super::event::PRIVATE].iter().any(|title| line.contains(title)))
}

impl Days {
    fn new(seed: u64) -> Self {
        let world = World::for_days(seed);
        world.say(format!("{:?} {:?}", world.accounts.each_ref().map(|one| one.nature), world.wishes.borrow()));
        Self::of(world)
    }

    pub(crate) fn of(world: Rc<World>) -> Self {
        let lines = [0, 1].map(|account| Line { world: Rc::clone(&world), seawall: 0, account });
        Self { lines, wakes: RefCell::default(), stirred: Cell::new(world.now()), is_over: Cell::default(), world }
    }

    /// The program runs, until it dies or ends; then it is started again after a while.
    pub(crate) async fn up(&self) {
        let world = &self.world;
        if self.is_over.get() {
            return pending().await;
        }
        let store = world.store(0);
        let (settings, config) = (world.settings(0), world.config(0));
        let (wakes, mut woken) = mpsc::unbounded_channel();
        // Nobody listens: what is said would pile up where nobody takes it.
        let (words, _) = mpsc::unbounded_channel();
        *self.wakes.borrow_mut() = Some(wakes);
        let locks = [world.lock_file()];
        let ground = Ground {
            settings: &settings,
            config_hash: &config,
            zones: crate::support::world::zones(),
            instance: world.seawalls[0].instance,
            accounts: &self.lines,
            store: &store,
            clock: world.clock(),
            locks: &locks,
            seed: 1,
            watchdog: None,
            since: world.clock().now(),
        };
        world.watch.borrow_mut().begin(0);
        let end = self.until_death(run(ground, &mut woken, &words)).await;
        world.say(format!("    the program ends: {}", end.as_ref().map_or("it dies".into(), |end| format!("{end:?}"))));
        *self.wakes.borrow_mut() = None;
        world.seawalls[0].dies_in.set(None);
        // What was written last may not be in the log.
        world.excuse();
        // What was told may not have been kept.
        if !matches!(end, Some(End::Reload | End::Zone)) {
            world.seawalls[0].is_told.iter().for_each(|told| told.set(false));
        }
        drop(store);
        world.restart(0);
        self.stir();
        if !matches!(end, Some(End::Reload | End::Zone)) {
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
    }

    /// Runs to the end, or to the death of the program: then the future is dropped where it is.
    async fn until_death<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let answer = if self.world.seawalls[0].is_dead.get() { Poll::Pending } else { future.as_mut().poll(cx) };
            match answer {
                Poll::Ready(value) => Poll::Ready(Some(value)),
                Poll::Pending if self.world.seawalls[0].is_dead.take() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    pub(crate) async fn pass(&self, minutes: u64) {
        tokio::time::sleep(Duration::from_mins(minutes)).await;
    }

    fn stir(&self) {
        self.stirred.set(self.world.now());
    }

    async fn script(&self, steps: &[(usize, &Step)]) -> Result<Vec<String>, Failure> {
        self.pass(5).await;
        for (n, step) in steps {
            self.world.say(format!("{n}: {:?} {:?} {}", step.weather, step.trouble, self.world.now()));
            self.step(step).await?;
        }
        self.rest().await?;
        Ok(self.world.said.take())
    }

    async fn step(&self, step: &Step) -> Result<(), Failure> {
        let world = &self.world;
        let met = world.met.get();
        self.answer().await;
        self.act(step).await;
        world.weather.set(step.weather);
        if let Weather::FullDisk(writes) = step.weather {
            world.fill_disk(0, writes);
        }
        match step.trouble {
            Trouble::None => {}
            Trouble::Dies(steps) => world.seawalls[0].dies_in.set(Some(steps)),
            Trouble::Jolt(jolt, None) => world.jolt(jolt),
            Trouble::Jolt(jolt, Some(answers)) => world.jolt.set(Some((answers, jolt))),
        }
        if step.trouble != Trouble::None || !step.weather.is_calm() || step.act != Act::Nothing {
            self.stir();
        }
        self.pass(step.minutes).await;
        world.weather.set(Weather::Calm);
        if let Weather::FullDisk(_) = step.weather {
            world.mend_disk(0);
        }
        // What did not die by then does not die of what a command asks.
        world.seawalls[0].dies_in.set(None);
        let has_happened = world.jolt.take().is_none();
        if let (Trouble::Jolt(Jolt::ClockSet(minutes), _), true) = (step.trouble, has_happened) {
            world.jolt(Jolt::ClockSet(-minutes));
        }
        let is_late = matches!(step.trouble, Trouble::Jolt(Jolt::ClockSet(_), _) | Trouble::Jolt(_, Some(_)));
        let is_over = step.weather.is_calm() && !is_late && met == world.met.get();
        if !is_over {
            self.stir();
        }
        self.look().await
    }

    async fn act(&self, step: &Step) {
        let world = &self.world;
        let mut rng = Rng::with_seed(step.dice);
        match step.act {
            Act::Release | Act::Undo | Act::Restore => self.command(step.act, &mut rng).await,
            Act::LoseDatabase | Act::PutBack => {
                // It is stopped first, and starts anew with the empty one.
                self.kill().await;
                people::act(world, step.act, &mut rng);
            }
            act => {
                people::act(world, act, &mut rng);
                if let (Act::ChangeZone | Act::ChangeConfig, Some(wakes)) = (act, &*self.wakes.borrow()) {
                    wakes.send(Wake::Reload).unwrap();
                }
            }
        }
    }

    /// The program is stopped at once; it is started again a minute later.
    pub(crate) async fn kill(&self) {
        self.world.seawalls[0].is_dead.set(true);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    /// How the loop says it fares; none where there is none.
    async fn status(&self) -> Option<Status> {
        let (answer, answered) = oneshot::channel();
        self.wakes.borrow().as_ref()?.send(Wake::Ask(answer)).ok()?;
        answered.await.ok()
    }

    /// What a person says to what the loop asks for.
    async fn answer(&self) {
        let halted = self.status().await.and_then(|status| status.halted).unwrap_or_default();
        if halted.contains("sync --accept") {
            self.by_hand(Consent { accept: true, ..Consent::default() }).await;
        }
        if halted.contains("write-test") {
            let (_lock, store) = self.beside().await;
            commands::test_writing(&self.world, &self.lines[0], &store).await;
        }
    }

    /// The state as another program has it, with its lock.
    async fn beside(&self) -> (lock::Lock, Store) {
        let lock = lock::acquire(&self.world.lock_file(), Duration::from_hours(1)).await.unwrap();
        (lock, self.world.open_beside(0))
    }

    /// `seawall sync`.
    pub(crate) async fn by_hand(&self, consent: Consent) -> Option<Outcome> {
        let world = &self.world;
        let (_lock, store) = self.beside().await;
        let (settings, config) = (world.settings(0), world.config(0));
        world.watch.borrow_mut().begin(0);
        let outcome = cycle(self.context(&store, &settings, &config, consent)).await;
        world.say(format!("    {consent:?}: {:?}", outcome.as_ref().map(crate::support::told::changes)));
        self.stir();
        outcome.ok()
    }

    fn context<'a>(
        &'a self,
        store: &'a Store,
        settings: &'a seawall::config::settings::Settings,
        config_hash: &'a str,
        consent: Consent,
    ) -> Context<'a, Line> {
        let clock = self.world.clock();
        Context {
            now: clock.now(),
            clock,
            clock_doubt: None,
            settings,
            config_hash,
            zones: crate::support::world::zones(),
            instance: self.world.seawalls[0].instance,
            accounts: &self.lines,
            store,
            mode: Mode::Write(consent),
            thorough: false,
            also: None,
            stale_at: None,
        }
    }

    /// A command that writes, in calm weather.
    async fn command(&self, act: Act, rng: &mut Rng) {
        let world = &self.world;
        let (lock, store) = self.beside().await;
        let (settings, config) = (world.settings(0), world.config(0));
        let cx = self.context(&store, &settings, &config, Consent::default());
        let told = world.seawalls[0].is_told.each_ref().map(Cell::get);
        world.watch.borrow_mut().begin(0);
        match act {
            Act::Restore => people::act(world, act, rng),
            Act::Undo => {
                store.set_meta(memory::PAUSED, Some("resume")).unwrap();
                commands::undo(world, cx).await;
                world.is_paused.set(true);
                drop((store, lock));
                self.pass(40).await;
                world.is_paused.set(false);
                self.beside().await.1.set_meta(memory::PAUSED, None).unwrap();
            }
            _ => commands::release(world, cx, rng).await,
        }
        world.seawalls[0].is_told.iter().zip(told).for_each(|(told, was)| told.set(was));
    }

    /// Looks at the laws: all of them, where things had their time to come right.
    pub(crate) async fn look(&self) -> Result<(), Failure> {
        let world = &self.world;
        let status = self.status().await;
        let halted = status.as_ref().and_then(|status| status.halted.clone());
        let calm = world.now().duration_since(self.stirred.get()) >= RECOVERY;
        let told = world.seawalls[0].is_told.iter().all(Cell::get);
        let is_clean = calm && told && status.is_some() && halted.is_none();
        world.say(format!("    {}{halted:?}", if is_clean { "clean " } else { "" }));
        let all_done = status.as_ref().is_some_and(|status| status.left_undone == 0);
        let ended = Ended { seawall: 0, outcome: None, consent: Consent::default(), before: &[], is_clean, all_done };
        let broken = laws::broken(world, &mut Record::default(), &ended);
        if broken.is_empty() { Ok(()) } else { Err(Failure { laws: broken, story: world.said.take() }) }
    }

    /// Nothing goes wrong any more: the loop settles, and a cycle by hand after it finds nothing to do.
    async fn rest(&self) -> Result<(), Failure> {
        let world = &self.world;
        world.say("rest");
        self.stir();
        for round in 0..ROUNDS {
            // In between all names are listed once more, and a spent budget is filled again.
            self.pass([90, 400, 90, 1500][round % 4]).await;
            self.answer().await;
            self.pass(1).await;
            self.look().await?;
            let before = self.status().await;
            let told = world.seawalls[0].is_told.iter().all(Cell::get);
            if !told || before.is_none_or(|status| status.halted.is_some() || status.left_undone > 0) {
                continue;
            }
            // The loop has looked at the present moment, and so has the cycle by hand.
            self.wakes.borrow().as_ref().map(|wakes| wakes.send(Wake::Reload));
            tokio::time::sleep(Duration::from_secs(30)).await;
            if self.by_hand(Consent::default()).await.is_some_and(|outcome| outcome.changes.is_empty()) {
                return self.look().await;
            }
        }
        let why = self.status().await;
        Err(Failure { laws: vec![format!("it never comes to rest: {why:?}")], story: world.said.take() })
    }
}
