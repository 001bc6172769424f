//! What holds of the erosion of every block, tried on seeded random days, and against a search that tries every
//! session minute by minute.

use std::path::Path;

use fastrand::Rng;
use seawall::calendar::time::Span;
use seawall::config::{Environment, parse};
use seawall::focus::block::{Block, blocks};
use seawall::focus::view::{Busy, OwnFocus, View, later};

use super::{all_blocks, eroded, eroders, others};
use crate::support::policy::{self, hours, role};
use crate::support::week::{Situation, week_in};

const SEEDS: u64 = 400;

/// A short day: an hour and a half of work in minutes without a grid, in which everything can happen.
fn random(rng: &mut Rng) -> Situation {
    let minute = |minute: i64| format!("{}:{:02}", 9 + minute / 60, minute % 60);
    let from = rng.i64(0..40);
    let to = from + rng.i64(12..40);
    let deep = role("deep", |role| {
        let session = &mut role.session;
        session.min_session = rng.i64(4..=12);
        session.max_session = session.min_session + rng.i64(0..30);
        session.daily_max = session.max_session + rng.i64(0..50);
        session.break_between = rng.i64(0..8);
        session.recovery = rng.i64(0..8);
        role.blocks = policy::blocks(&format!("mon {}-{}", minute(from), minute(to)));
    });
    let learning = role("learning", |role| {
        role.session.min_session = 5;
        if rng.bool() {
            role.blocks = policy::blocks(&format!("mon {}-{}", minute(to), minute(to + 10)));
        }
    });
    let mut wishes = policy::policy([deep, learning]);
    wishes.work = hours("mon 9-10:30");
    let mut situation = week_in("2026-W47", wishes, "");
    let day = situation.span("mon", "9-10:30").start;
    let mut span = |longest: i64| {
        let start = rng.i64(-20..90);
        Span::new(later(day, start), later(day, start + rng.i64(0..longest)))
    };
    let mut view = View::default();
    let spans: Vec<Span> = (0..7).map(|index| span([12, 12, 12, 12, 12, 20, 25][index])).collect();
    let busy = rng.usize(0..=5);
    view.busy = spans[..busy].iter().map(|span| Busy { span: *span, meeting: rng.bool() }).collect();
    view.days_off = spans[5..6].iter().filter(|_| rng.u8(0..4) == 0).copied().collect();
    view.own_focus =
        spans[6..].iter().filter(|_| rng.bool()).map(|span| OwnFocus { span: *span, role: Some(0) }).collect();
    situation.view = view;
    situation
}

#[test]
fn the_charges_add_up_to_what_is_eroded() {
    let mut charged = 0;
    for seed in 0..SEEDS {
        let situation = random(&mut Rng::with_seed(seed));
        let (blocks, eroders) = (all_blocks(&situation), eroders(&situation));
        for block in &blocks {
            let erosion = eroded(&situation, block, &blocks, &eroders);
            let sum: i64 = erosion.charges.iter().map(|charge| charge.minutes).sum();
            assert_eq!(sum, erosion.eroded(), "seed {seed}: {erosion:?}");
            assert!(erosion.charges.iter().all(|charge| charge.minutes > 0), "seed {seed}: {erosion:?}");
            assert!(0 <= erosion.kept && erosion.kept <= erosion.planned && erosion.planned <= block.planned());
            charged += erosion.charges.len();
        }
    }
    assert!(charged > 200, "only {charged} charges");
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    for seed in 0..SEEDS {
        let rng = &mut Rng::with_seed(seed);
        let situation = random(rng);
        let (blocks, eroders) = (all_blocks(&situation), eroders(&situation));
        let mut shuffled = eroders.clone();
        rng.shuffle(&mut shuffled);
        for block in &blocks {
            let (one, two) =
                (eroded(&situation, block, &blocks, &eroders), eroded(&situation, block, &blocks, &shuffled));
            assert_eq!(one, two, "seed {seed}");
        }
    }
}

#[test]
fn what_comes_last_takes_only_from_what_was_kept() {
    for seed in 0..SEEDS {
        let situation = random(&mut Rng::with_seed(seed));
        let (blocks, eroders) = (all_blocks(&situation), eroders(&situation));
        let Some((_, before)) = eroders.split_last() else { continue };
        for block in &blocks {
            let (less, more) =
                (eroded(&situation, block, &blocks, before), eroded(&situation, block, &blocks, &eroders));
            assert!(more.kept <= less.kept, "seed {seed}: {less:?} {more:?}");
            let same = more.charges.iter().filter(|charge| charge.index + 1 != eroders.len());
            assert_eq!(same.copied().collect::<Vec<_>>(), less.charges, "seed {seed}");
        }
    }
}

#[test]
fn kept_is_the_most_that_any_sessions_cover() {
    let mut partly = 0;
    for seed in 0..SEEDS {
        let situation = random(&mut Rng::with_seed(seed));
        let (blocks, eroders) = (all_blocks(&situation), eroders(&situation));
        for block in blocks.iter().filter(|block| block.role == 0) {
            let erosion = eroded(&situation, block, &blocks, &eroders);
            assert_eq!(erosion.kept, Search::new(&situation, block, &blocks).best(0, 0), "seed {seed}: {situation:?}");
            partly += usize::from(0 < erosion.kept && erosion.kept < erosion.planned);
        }
    }
    assert!(partly > 50, "only {partly} blocks were kept in part");
}

/// Minutes of work on the random day.
const DAY: usize = 90;

/// Tries every session from every minute on.
struct Search {
    free: Vec<bool>,
    wanted: Vec<bool>,
    covered: i64,
    rules: seawall::focus::policy::SessionRules,
    /// What was found, by minute and minutes used.
    known: Vec<Option<i64>>,
}

impl Search {
    fn new(situation: &Situation, block: &Block, blocks: &[Block]) -> Self {
        let Situation { view, policy, .. } = situation;
        let rules = policy.roles[block.role].session.clone();
        let start = situation.span("mon", "9-10:30").start;
        let minutes = || (0..DAY as i64).map(|minute| later(start, minute));
        let others = others(blocks, block.role);
        let busy = |at, after| {
            view.busy.iter().any(|one| {
                let after = if one.meeting { after } else { 0 };
                one.span.start < one.span.end && one.span.start <= at && at < later(one.span.end, after)
            })
        };
        let inside = |set: &seawall::calendar::time::SpanSet, at| set.iter().any(|span| span.contains(at));
        let free = minutes()
            .map(|at| !inside(&view.days_off, at) && !inside(&others, at) && !busy(at, rules.recovery))
            .collect();
        let own = |at| view.own_focus.iter().any(|own| own.span.contains(at)) && !busy(at, 0);
        let wanted = minutes().map(|at| inside(&block.parts, at) && !own(at)).collect();
        let covered = minutes().filter(|at| inside(&block.parts, *at) && own(*at)).count() as i64;
        Self { free, wanted, covered, rules, known: vec![None; DAY * DAY] }
    }

    /// The most minutes from that minute on, with so many in sessions before it.
    fn best(&mut self, from: usize, used: usize) -> i64 {
        if from >= self.free.len() {
            return self.covered;
        }
        if let Some(known) = self.known[from * DAY + used] {
            return known;
        }
        let mut best = self.best(from + 1, used);
        let mut gain = 0;
        for end in from + 1..=self.free.len() {
            let length = end - from;
            if !self.free[end - 1] || length as i64 > self.rules.max_session {
                break;
            }
            gain += i64::from(self.wanted[end - 1]);
            let enough = length as i64 >= self.rules.min_session;
            if enough && (used + length) as i64 <= self.rules.daily_max {
                let next = end + self.rules.break_between as usize;
                best = best.max(gain + self.best(next, used + length));
            }
        }
        self.known[from * DAY + used] = Some(best);
        best
    }
}

#[test]
fn without_meetings_every_block_of_a_sound_config_is_kept() {
    let mut sound = 0;
    // Most of the time goes into reading the configs.
    for seed in 0..SEEDS / 5 {
        let rng = &mut Rng::with_seed(seed);
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let mut blocks_of = |from: u16| {
            let from = from + 15 * rng.u16(0..3);
            let to = from + 15 * rng.u16(3..10);
            format!("{{ name = \"{from}\", days = \"mon\", from = \"{}\", to = \"{}\" }}", time(from), time(to))
        };
        let (first, second, third) = (blocks_of(480), blocks_of(690), blocks_of(900));
        let text = format!(
            "timezone = \"Europe/Berlin\"\n[hours]\nwork = [{{ days = \"mon\", from = \"08:00\", to = \"18:00\" }}]\n\
             [focus]\nmin_session = \"{}m\"\nmax_session = \"{}m\"\ndaily_max = \"{}m\"\nbreak = \"{}m\"\n\
             [[role]]\nname = \"deep\"\nblocks = [{first}, {second}]\n[[role]]\nname = \"learning\"\nblocks = [{third}]\n\
             [[account]]\nname = \"a\"\nprovider = \"vdir\"\npath = \"a\"\ncalendars = [{{ name = \"w\", use = \"read+hold\" }}]\n",
            15 * rng.u16(1..5),
            15 * rng.u16(6..14),
            15 * rng.u16(24..40),
            rng.u16(0..2) * rng.u16(0..20),
        );
        let env = Environment { home: Some("/home/anna".into()), ..Environment::default() };
        let Ok(settings) = parse(&text, Path::new("/seawall.toml"), &env) else { continue };
        sound += 1;
        let situation = week_in("2026-W47", settings.policy, "");
        let blocks = blocks(&situation.policy, &situation.view, &[situation.week]);
        for block in &blocks {
            let erosion = eroded(&situation, block, &blocks, &[]);
            assert_eq!((erosion.planned, erosion.kept), (block.planned(), block.planned()), "seed {seed}: {text}");
        }
    }
    assert!(sound > 20, "only {sound} configs were sound");
}
