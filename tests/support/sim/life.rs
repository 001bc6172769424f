//! A life from a seed: steps that are rolled beforehand, each with dice of its own, so that some can be cut away and
//! the others stay what they were; after the last one nothing goes wrong any more, and seawall has to come to rest.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use fastrand::Rng;
use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::{Consent, Context, CycleError, Mode, cycle};
use seawall::reconcile::key::Kind;
use seawall::reconcile::ledger::LedgerState;

use super::account::Hand;
use super::commands;
use super::laws::{self, Ended, Record};
use super::line::Line;
use super::own::{self, lying};
use super::people::{self, Act};
use super::watch::Leave;
use super::weather::Weather;
use super::world::World;

/// Steps of a life.
pub(crate) const STEPS: usize = 10;
/// Rounds in which seawall has to come to rest.
const ROUNDS: usize = 16;

/// One step: something happens, then a cycle runs.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    minutes: i64,
    act: Act,
    dice: u64,
    weather: Weather,
    /// At which step of its requests the program dies.
    dies_in: Option<u32>,
    /// At which step of requests the act happens; none: before the cycle.
    hurry: Option<u32>,
}

impl Step {
    fn roll(rng: &mut Rng) -> Self {
        let minutes = [5, 5, 20, 60, 200, 400, 1500][rng.usize(..7)];
        let act = Act::roll(rng);
        let weather = Weather::roll(rng);
        let soon = [12, 60][rng.usize(..2)];
        let dies_in = (rng.u32(..8) == 0).then(|| rng.u32(..soon));
        let hurry = (rng.u32(..8) == 0 && act.is_by_hand()).then(|| rng.u32(..60));
        Self { minutes, act, dice: rng.u64(..), weather, dies_in, hurry }
    }
}

/// What became of a cycle.
enum End {
    Done(Box<Outcome>),
    Failed(CycleError),
    Died,
}

/// A law that was broken.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) laws: Vec<String>,
    pub(crate) story: Vec<String>,
}

struct Life {
    world: Rc<World>,
    lines: Vec<[Line; 2]>,
    records: Vec<Record>,
    /// What the last cycle asked its user for.
    asked: Vec<Option<String>>,
    rng: Rng,
}

/// Lives the life of a seed without the steps that are cut: its story, or the law that it breaks.
pub(crate) fn live(seed: u64, cut: &BTreeSet<usize>) -> Result<Vec<String>, Failure> {
    let mut rng = Rng::with_seed(seed ^ 0x5ea_0a11);
    let steps: Vec<Step> = (0..STEPS).map(|_| Step::roll(&mut rng)).collect();
    super::days::discreetly(async move {
        let mut life = Life::new(seed);
        for (n, step) in steps.iter().enumerate().filter(|(n, _)| !cut.contains(n)) {
            life.world.say(format!("{n}: {:?} {}", step.weather, life.world.now()));
            life.step(step).await?;
        }
        life.rest().await?;
        Ok(life.world.said.take())
    })
}

impl Life {
    fn new(seed: u64) -> Self {
        let world = World::for_cycles(seed);
        world.say(format!("{:?} {:?}", world.accounts.each_ref().map(|one| one.nature), world.wishes.borrow()));
        let line = |seawall| [0, 1].map(|account| Line { world: Rc::clone(&world), seawall, account });
        let count = world.seawalls.len();
        Self {
            lines: (0..count).map(line).collect(),
            records: vec![Record::default(); count],
            asked: vec![None; count],
            rng: Rng::with_seed(seed),
            world,
        }
    }

    async fn step(&mut self, step: &Step) -> Result<(), Failure> {
        let world = Rc::clone(&self.world);
        world.sleep(step.minutes);
        self.rng = Rng::with_seed(step.dice);
        let count = world.seawalls.len();
        if let Act::Release | Act::Undo = step.act {
            self.command(step.act).await?;
        } else if let Some(steps) = step.hurry {
            *world.hurry.borrow_mut() = Some((steps, step.act, step.dice));
        } else {
            people::act(&world, step.act, &mut Rng::with_seed(step.dice));
        }
        world.weather.set(step.weather);
        if let Weather::WrongClock(minutes) = step.weather {
            world.set_clock(minutes);
        }
        if let Weather::FullDisk(writes) = step.weather {
            (0..count).for_each(|seawall| world.fill_disk(seawall, writes));
        }
        let consents: Vec<Consent> = (0..count).map(|seawall| self.consent(seawall)).collect();
        for seawall in 0..count {
            world.seawalls[seawall].dies_in.set(step.dies_in.filter(|_| seawall == 0));
        }
        // Two run at once.
        let before: Vec<_> = (0..count).map(|seawall| self.begin(seawall, consents[seawall])).collect();
        let runs =
            before.iter().zip(&consents).enumerate().map(|(seawall, (_, consent))| self.cycle(seawall, *consent));
        let ends = futures_util::future::join_all(runs).await;
        *world.hurry.borrow_mut() = None;
        world.weather.set(Weather::Calm);
        if let Weather::WrongClock(minutes) = step.weather {
            world.set_clock(-minutes);
        }
        if let Weather::FullDisk(_) = step.weather {
            (0..count).for_each(|seawall| world.mend_disk(seawall));
        }
        let calm = step.weather.is_calm();
        for (seawall, (end, before)) in ends.into_iter().zip(before).enumerate() {
            self.end(seawall, end, &before, consents[seawall], calm)?;
        }
        Ok(())
    }

    fn begin(&self, seawall: usize, consent: Consent) -> Before {
        let world = &self.world;
        let one = &world.seawalls[seawall];
        world.watch.borrow_mut().begin(seawall);
        world.met.set(0);
        let clock = world.clock().now();
        let nothing = ((clock.duration_since(world.now())).abs() > jiff::SignedDuration::from_mins(5))
            .then_some("written though the clock is wrong");
        *one.leave.borrow_mut() = Leave { nothing, take_over: consent.take_over, ..Leave::default() };
        Before {
            ledger: world.store(seawall).ledger().unwrap(),
            told: one.is_told.each_ref().map(std::cell::Cell::get),
        }
    }

    async fn cycle(&self, seawall: usize, consent: Consent) -> End {
        let store = self.world.store(seawall);
        let (settings, config) = (self.world.settings(seawall), self.world.config(seawall));
        let doubt = self.world.clock().doubt();
        let cx = self.context(seawall, &store, &settings, &config, doubt.as_deref(), consent);
        match self.until_death(seawall, cycle(cx)).await {
            Some(Ok(outcome)) => End::Done(Box::new(outcome)),
            Some(Err(error)) => End::Failed(error),
            None => End::Died,
        }
    }

    fn context<'a>(
        &'a self,
        seawall: usize,
        store: &'a seawall::store::Store,
        settings: &'a seawall::config::settings::Settings,
        config_hash: &'a str,
        clock_doubt: Option<&'a str>,
        consent: Consent,
    ) -> Context<'a, Line> {
        let clock = self.world.clock();
        Context {
            now: clock.now(),
            clock,
            clock_doubt,
            settings,
            config_hash,
            zones: crate::support::world::zones(),
            instance: self.world.seawalls[seawall].instance,
            accounts: &self.lines[seawall],
            store,
            mode: Mode::Write(consent),
            thorough: false,
            also: None,
            stale_at: None,
        }
    }

    /// Runs to the end, or to the death of the program: then the future is dropped where it is.
    async fn until_death<T>(&self, seawall: usize, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if self.world.seawalls[seawall].is_dead.take() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    fn end(&mut self, seawall: usize, end: End, before: &Before, consent: Consent, calm: bool) -> Result<(), Failure> {
        let world = Rc::clone(&self.world);
        world.seawalls[seawall].dies_in.set(None);
        let one = &world.seawalls[seawall];
        let outcome = match end {
            End::Done(outcome) => {
                world.watch.borrow_mut().end(seawall);
                Some(outcome)
            }
            End::Failed(error) => {
                world.say(format!("    {} fails: {error}", one.instance));
                None
            }
            End::Died => {
                world.say(format!("    {} dies", one.instance));
                None
            }
        };
        if outcome.is_none() {
            world.excuse();
            for (told, was) in one.is_told.iter().zip(before.told) {
                told.set(told.get() && was);
            }
            world.restart(seawall);
        }
        let told = one.is_told.iter().all(std::cell::Cell::get);
        let halted = outcome.as_ref().and_then(|outcome| outcome.halted.clone());
        let others = world.watch.borrow().writes.iter().enumerate().any(|(one, writes)| one != seawall && *writes > 0);
        let is_clean = calm && world.met.get() == 0 && told && outcome.is_some() && halted.is_none() && !others;
        if let Some(outcome) = &outcome {
            let changes = crate::support::told::changes(outcome).replace('\n', "; ");
            let why = outcome.changes.iter().find_map(|one| one.error.clone()).or(halted.clone()).unwrap_or_default();
            world.say(format!("    {}{}: {changes} | {why}", one.instance, if is_clean { " (clean)" } else { "" }));
        }
        let all_done = outcome.as_ref().is_none_or(|outcome| outcome.changes.iter().all(|one| one.applied));
        let ended = Ended { seawall, outcome: outcome.as_deref(), consent, before: &before.ledger, is_clean, all_done };
        if one.is_new.take() {
            self.records[seawall] = Record::default();
        }
        self.settle_consent(seawall, consent);
        let broken = laws::broken(&world, &mut self.records[seawall], &ended);
        self.asked[seawall] = halted;
        if broken.is_empty() { Ok(()) } else { Err(self.failure(broken)) }
    }

    fn failure(&self, laws: Vec<String>) -> Failure {
        Failure { laws, story: self.world.said.take() }
    }

    /// What was written again at the user's word is deleted no more.
    fn settle_consent(&self, seawall: usize, consent: Consent) {
        if consent.restore {
            let rows = self.world.store(seawall).ledger().unwrap();
            let is_released = |uid: &str| rows.iter().any(|row| row.uid == uid && row.state == LedgerState::Released);
            self.world.people.borrow_mut().gone.retain(|gone| !is_released(&gone.uid));
        }
    }

    /// What the user says to what the last cycle asked for.
    fn consent(&mut self, seawall: usize) -> Consent {
        let asked = self.asked[seawall].clone().unwrap_or_default();
        let mut consent = Consent::default();
        if asked.contains("sync --accept") {
            consent.accept = self.rng.u32(..3) > 0;
            consent.restore = !consent.accept;
        }
        if asked.contains("--take-over") && seawall == 0 && self.rng.bool() {
            consent.take_over = true;
        }
        if consent != Consent::default() {
            self.world.say(format!("    {consent:?}"));
        }
        consent
    }

    /// A command that writes, in calm weather.
    async fn command(&mut self, act: Act) -> Result<(), Failure> {
        let world = Rc::clone(&self.world);
        let before = self.begin(0, Consent::default());
        let (store, mut rng) = (world.store(0), self.rng.clone());
        let (settings, config) = (world.settings(0), world.config(0));
        let cx = self.context(0, &store, &settings, &config, None, Consent::default());
        if act == Act::Undo {
            commands::undo(&world, cx).await;
        } else {
            commands::release(&world, cx, &mut rng).await;
        }
        self.rng = rng;
        // What it read is not kept for the next cycle.
        world.seawalls[0].is_told.iter().zip(before.told).for_each(|(told, was)| told.set(was));
        let broken = std::mem::take(&mut world.watch.borrow_mut().broken);
        if broken.is_empty() { Ok(()) } else { Err(self.failure(broken)) }
    }

    /// Nothing goes wrong any more, and people are quiet: seawall comes to rest, and to the right one.
    async fn rest(&mut self) -> Result<(), Failure> {
        let world = Rc::clone(&self.world);
        world.say("rest");
        for round in 0..ROUNDS {
            // In between all names are listed once more, and a spent budget is filled again.
            world.sleep([5, 20, 400, 20, 1500, 20][round % 6]);
            if self.is_quiet().await? {
                return self.at_rest();
            }
            for seawall in 0..world.seawalls.len() {
                if self.asked[seawall].as_deref().is_some_and(|asked| asked.contains("write-test")) {
                    self.test_writing(seawall).await;
                }
            }
        }
        let asked = self.asked.clone();
        Err(self.failure(vec![format!("it never comes to rest: {asked:?}")]))
    }

    /// Two cycles each, the second of which has nothing to do.
    async fn is_quiet(&mut self) -> Result<bool, Failure> {
        let mut quiet = true;
        for turn in 0..2 {
            for seawall in 0..self.world.seawalls.len() {
                let mut consent = Consent::default();
                let asked = self.asked[seawall].clone().unwrap_or_default();
                consent.accept = asked.contains("sync --accept");
                consent.take_over = asked.contains("--take-over") && seawall == 0;
                // Who was asked for the one and for the other in turn says both.
                if self.world.is_pair() && seawall == 0 && (consent.accept || consent.take_over) {
                    (consent.accept, consent.take_over) = (true, true);
                }
                let before = self.begin(seawall, consent);
                self.world.watch.borrow_mut().writes[1 - seawall] = 0;
                let end = self.cycle(seawall, consent).await;
                if let End::Done(outcome) = &end {
                    let done = outcome.changes.is_empty() && outcome.halted.is_none();
                    let is_other = seawall == 1 && outcome.halted.is_some();
                    quiet &= turn == 0 || done || is_other;
                }
                quiet &= turn == 0 || self.world.watch.borrow().writes[seawall] == 0;
                self.end(seawall, end, &before, consent, true)?;
                quiet &= self.world.seawalls[seawall].is_told.iter().all(std::cell::Cell::get);
            }
        }
        Ok(quiet)
    }

    async fn test_writing(&self, seawall: usize) {
        let world = &self.world;
        commands::test_writing(world, &self.lines[seawall][0], &world.store(seawall)).await;
        world.watch.borrow_mut().begin(seawall);
    }

    /// At rest each summary has had its last word when its time came, and this week has one.
    fn at_rest(&self) -> Result<(), Failure> {
        let world = &self.world;
        let settings = world.settings(0);
        let (now, tz) = (world.now(), &settings.policy.tz);
        let this = seawall::calendar::week::IsoWeek::at(now, tz);
        let mut broken = Vec::new();
        let summaries = lying(world).into_iter().filter(|one| one.marker.key.kind == Kind::Summary);
        let summaries: Vec<_> = summaries.filter(own::Lying::is_original).collect();
        for one in &summaries {
            let week = one.marker.key.week;
            let is_due = settings.summary.due(week, tz) <= now && week >= this.plus(-4);
            // Of two, one may have made it that may write no more.
            let is_stopped = |n: usize| world.seawalls[n].instance == one.marker.instance && self.asked[n].is_some();
            if (0..world.seawalls.len()).any(is_stopped) {
                continue;
            }
            // Where a new database made another one for want of knowing the first, it goes on with one of them.
            let is_told = summaries.iter().any(|other| other.marker.key.week == week && other.marker.is_final);
            if is_due && !is_told && one.entry.hand == Hand::Seawall {
                broken.push(format!("the summary of {week} has no last word"));
            }
        }
        for (n, one) in summaries.iter().enumerate().filter(|(_, one)| !world.is_pair() && one.span.end > now) {
            let week = one.marker.key.week;
            if summaries[..n].iter().any(|other| other.marker.key.week == week && !other.marker.is_final) {
                broken.push(format!("{week} has two summaries"));
            }
        }
        let wanted = now < settings.summary.due(this, tz) && !world.people.borrow().no_summary.contains(&this);
        if wanted && !summaries.iter().any(|one| one.marker.key.week == this) {
            broken.push(format!("{this} has no summary"));
        }
        if broken.is_empty() { Ok(()) } else { Err(self.failure(broken)) }
    }
}

/// How it was before a cycle.
struct Before {
    ledger: Vec<seawall::reconcile::ledger::LedgerRow>,
    told: [bool; 2],
}
