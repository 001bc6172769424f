//! The laws under any sequence of what people do: nothing foreign is touched (the world looks after every cycle),
//! nothing is there twice, what was dismissed stays away, what is pinned stays, and a second look finds nothing to do.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::Consent;
use seawall::reconcile::own::OwnObject;

use crate::support::world::{World, changes, moved, shown};

const SEEDS: u64 = 200;
const STEPS: usize = 12;
const DAYS: [&str; 5] = ["mon", "tue", "wed", "thu", "fri"];

struct Life {
    world: World,
    rng: Rng,
    /// Meetings by number: their files.
    meetings: Vec<String>,
    made: usize,
    said: Vec<String>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut world = World::new();
        if !seed.is_multiple_of(2) {
            let roles = "[[role]]\nname = \"learning\"\ntarget = \"3h\"\nmin_session = \"1h\"\n[summary]";
            world.config("[summary]", roles);
        }
        if seed.is_multiple_of(3) {
            world.config("horizon = 1", "horizon = 2");
        }
        Self { world, rng: Rng::with_seed(seed), meetings: Vec::new(), made: 0, said: Vec::new() }
    }

    fn time(&mut self) -> String {
        let day = DAYS[self.rng.usize(..5)];
        let week = self.rng.usize(..2);
        let from = 8 * 4 + self.rng.usize(..36);
        let to = from + 1 + self.rng.usize(..8);
        let clock = |quarter: usize| format!("{}:{:02}", quarter / 4, quarter % 4 * 15);
        format!("{day}+{week} {}-{}", clock(from), clock(to))
    }

    fn a_hold(&mut self) -> Option<String> {
        let now = self.world.now();
        let own =
            self.world.own().into_iter().filter(|(_, hold)| hold.span.end > now && hold.title.starts_with("Focus"));
        let paths: Vec<String> = own.map(|(path, _)| path).collect();
        (!paths.is_empty()).then(|| paths[self.rng.usize(..paths.len())].clone())
    }

    fn answer(&mut self, answer: &str) {
        if self.meetings.is_empty() {
            return;
        }
        let path = self.meetings[self.rng.usize(..self.meetings.len())].clone();
        let text = self.world.text(&path);
        let at = text.find("PARTSTAT=").unwrap() + "PARTSTAT=".len();
        let end = at + text[at..].find(':').unwrap();
        self.world.put(&path, &format!("{}{answer}{}", &text[..at], &text[end..]));
        self.said.push(format!("{answer} {path}"));
    }

    /// One act of a person or of time.
    fn act(&mut self) {
        match self.rng.usize(..16) {
            0..=3 => {
                let (at, n) = (self.time(), self.made);
                self.made += 1;
                self.world.meeting(&format!("{at} Meeting {n}"));
                self.meetings.push(format!("work/meeting-{n}.ics"));
                self.said.push(format!("meeting {n} at {at}"));
            }
            4 if !self.meetings.is_empty() => {
                let index = self.rng.usize(..self.meetings.len());
                let (path, at) = (self.meetings[index].clone(), self.time());
                let text = moved(&self.world.text(&path), &at);
                self.world.put(&path, &text);
                self.said.push(format!("{path} moved to {at}"));
            }
            5 if !self.meetings.is_empty() => {
                let index = self.rng.usize(..self.meetings.len());
                let path = self.meetings.swap_remove(index);
                self.world.delete(&path);
                self.said.push(format!("{path} deleted"));
            }
            6 => self.answer("DECLINED"),
            7 => self.answer("NEEDS-ACTION"),
            8 => self.answer("ACCEPTED"),
            9 => {
                if let Some(path) = self.a_hold() {
                    self.world.delete(&path);
                    self.said.push(format!("hold {path} deleted"));
                }
            }
            10 => {
                if let Some(path) = self.a_hold() {
                    let at = self.time();
                    self.world.edit(&path, |text| moved(&text, &at) + "\r\n");
                    self.said.push(format!("hold {path} moved to {at}"));
                }
            }
            11 => {
                if let Some(path) = self.a_hold() {
                    self.world.edit(&path, |text| text.replace("SUMMARY:", "SUMMARY:My "));
                    self.said.push(format!("hold {path} retitled"));
                }
            }
            12 => {
                if let Some(path) = self.a_hold() {
                    let (n, at) = (self.made, self.time());
                    self.made += 1;
                    let text = self.world.text(&path);
                    let uid = text.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
                    self.world
                        .put(&format!("work/copy-{n}.ics"), &moved(&text.replace(&uid, &format!("UID:copy-{n}")), &at));
                    self.world.protect(&format!("work/copy-{n}.ics"));
                    self.said.push(format!("hold {path} copied to {at}"));
                }
            }
            13 if self.rng.usize(..3) == 0 => {
                let day = DAYS[self.rng.usize(..5)];
                self.world.vacation(&format!("{day}+1..{day}+1"));
                self.said.push(format!("vacation on {day}+1"));
            }
            13 => {
                self.world.lose_database();
                self.said.push("database lost".to_owned());
            }
            _ => {
                let minutes = [5, 30, 120, 300, 1440][self.rng.usize(..5)];
                self.world.forward(minutes);
                self.said.push(format!("{minutes} min later"));
            }
        }
    }
}

fn live_keys(own: &[(String, OwnObject)]) -> BTreeMap<&str, usize> {
    let mut out = BTreeMap::new();
    for (_, object) in own.iter().filter(|(_, object)| !object.uid.starts_with("copy")) {
        *out.entry(object.uid.as_str()).or_default() += 1;
    }
    out
}

fn check(seed: u64) {
    let mut life = Life::new(seed);
    let mut dismissed: BTreeSet<String> = BTreeSet::new();
    for step in 0..STEPS {
        let before = life.said.len();
        life.act();
        if life.said[before..].iter().any(|said| said == "database lost") {
            dismissed.clear();
        }
        let accept = Consent { accept: true, ..Consent::default() };
        let outcome = life.world.sync_with(accept);
        let story = || {
            format!(
                "seed {seed}: {}\nnow {}\n{}\n{}",
                life.said.join("; "),
                life.world.now(),
                life.world.holds(),
                changes(&outcome)
            )
        };
        let own = life.world.own();
        assert!(live_keys(&own).values().all(|count| *count == 1), "twice: {}", story());
        for row in life.world.store().ledger().unwrap() {
            if row.state == seawall::reconcile::ledger::LedgerState::Dismissed {
                dismissed.insert(row.uid);
            }
        }
        let back = live_keys(&own).into_keys().find(|uid| dismissed.contains(*uid));
        assert_eq!(back, None, "dismissed and back: {}", story());
        assert!(outcome.changes.iter().filter(|one| one.applied).count() <= 20, "budget: {}", story());
        if outcome.halted.is_some() {
            continue;
        }
        assert_no_overlap(&outcome, &own, &story);
        if step % 2 == 0 {
            continue;
        }
        let told = format!("seed {seed}: {}", life.said.join("; "));
        let again = life.world.sync_with(accept);
        assert_eq!(changes(&again), "", "not calm: {told}");
    }
}

/// No future hold that seawall may move lies on busy time or on closed time, or on another hold.
fn assert_no_overlap(outcome: &Outcome, own: &[(String, OwnObject)], story: &dyn Fn() -> String) {
    let now = outcome.now;
    let ours: Vec<_> = outcome
        .holds
        .iter()
        .filter(|one| one.hold.state == seawall::focus::plan::HoldState::Planned && one.hold.span.start > now)
        .collect();
    for one in &ours {
        let span = one.hold.span;
        assert!(
            outcome.view.busy.iter().all(|busy| !busy.span.overlaps(span)),
            "{} on busy time: {}",
            shown(span),
            story()
        );
        assert!(
            outcome.closed.iter().all(|closed| !closed.span.overlaps(span)),
            "{} is closed: {}",
            shown(span),
            story()
        );
        let others = outcome.holds.iter().filter(|other| other.uid != one.uid && other.hold.span.overlaps(span));
        assert_eq!(others.count(), 0, "{} on another: {}", shown(span), story());
        let there = own.iter().any(|(_, object)| object.uid == one.uid && object.span == span);
        assert!(there, "{} is not there: {}", shown(span), story());
    }
}

#[test]
fn any_life_with_seawall_keeps_the_laws() {
    let threads = 2;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || (0..SEEDS).filter(|seed| seed % threads == thread).for_each(check));
        }
    });
}
