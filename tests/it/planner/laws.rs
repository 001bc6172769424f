//! What holds of every plan, tried on seeded random weeks: nothing is placed where nothing may lie, a written plan
//! stays, and neither the order of the input nor the number of the week matters.

use fastrand::Rng;
use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use seawall::calendar::time::{Span, SpanSet};
use seawall::calendar::week::{self, IsoWeek};
use seawall::focus::block::blocks;
use seawall::focus::plan::{Closed, DesiredHold, ExistingHold, HoldState, Plan};
use seawall::focus::policy::{BlockTemplate, Defence, Policy, Role, Weekdays, WeeklyHours, hours_on};
use seawall::focus::view::{Busy, OwnFocus, later};

use crate::support::policy::{policy, role, style, zone};
use crate::support::week::{Situation, check_stays, week_in};

const WEEKS: u64 = 600;

/// Berlin's and Havana's changes of 2026, and weeks without one.
const PLACES: [(&str, &str); 6] = [
    ("Europe/Berlin", "2026-W47"),
    ("Europe/Berlin", "2026-W13"),
    ("Europe/Berlin", "2026-W43"),
    ("America/Havana", "2026-W10"),
    ("Australia/Lord_Howe", "2026-W14"),
    ("UTC", "2026-W01"),
];

#[test]
fn nothing_is_planned_where_nothing_may_lie() {
    for seed in 0..WEEKS {
        let situation = random(&mut Rng::with_seed(seed), None);
        let plan = situation.plan();
        for hold in plan.holds.iter().filter(|hold| hold.state == HoldState::Planned) {
            check_place(&situation, &plan, hold, seed);
        }
        check_frozen(&situation, &plan, seed);
    }
}

#[test]
fn a_written_plan_stays() {
    for seed in 0..WEEKS {
        let situation = random(&mut Rng::with_seed(seed), None);
        let plan = situation.plan();
        check_stays(&situation, &plan, &format!("seed {seed}"));
    }
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    for seed in 0..WEEKS {
        let rng = &mut Rng::with_seed(seed);
        let situation = random(rng, None);
        let mut shuffled = situation.clone();
        rng.shuffle(&mut shuffled.view.busy);
        rng.shuffle(&mut shuffled.view.threats);
        rng.shuffle(&mut shuffled.view.own_focus);
        rng.shuffle(&mut shuffled.holds);
        rng.shuffle(&mut shuffled.closed);
        assert_eq!(shuffled.plan(), situation.plan(), "seed {seed}");
    }
}

#[test]
fn a_plan_moves_with_its_week() {
    for seed in 0..WEEKS / 3 {
        let rng = &mut Rng::with_seed(seed);
        let situation = random(rng, Some(("UTC", "2026-W20")));
        let weeks = rng.i64(-30..30);
        let moved = shifted(&situation, weeks);
        let mut expect = situation.plan();
        for row in &mut expect.weeks {
            row.week = row.week.plus(weeks);
        }
        for hold in &mut expect.holds {
            (hold.week, hold.span) = (hold.week.plus(weeks), shift(hold.span, weeks));
        }
        assert_eq!(moved.plan(), expect, "seed {seed}");
    }
}

#[test]
fn the_figures_agree_with_the_holds() {
    for seed in 0..WEEKS {
        let situation = random(&mut Rng::with_seed(seed), None);
        let plan = situation.plan();
        assert!(plan.holds.is_sorted_by_key(|hold| hold.span), "seed {seed}");
        assert!(plan.weeks.is_sorted_by_key(|row| (row.week, row.role)), "seed {seed}");
        let holding = situation.policy.roles.iter().filter(|role| role.holds).count();
        assert_eq!(plan.weeks.len(), situation.weeks.len() * holding, "seed {seed}");
        for row in &plan.weeks {
            let own = plan.holds.iter().filter(|hold| hold.role == Some(row.role) && hold.week == row.week);
            let planned: Vec<Span> =
                own.filter(|hold| hold.state == HoldState::Planned).map(|hold| hold.span).collect();
            let minutes: i64 = planned.iter().map(|span| span.minutes()).sum();
            let start = row.week.span(&situation.policy.tz).start;
            let starts: i64 = planned.iter().map(|span| Span::new(start, span.start).minutes()).sum();
            let [_, _, total, _, count, _, sum_of_starts] = row.objective;
            assert_eq!((total, count, sum_of_starts), (row.protected, planned.len() as i64, starts), "seed {seed}");
            assert_eq!(row.needed, (row.target - (row.protected - minutes)).max(0), "seed {seed}");
            assert!(row.attainable >= minutes, "seed {seed}: {row:?}");
        }
    }
}

#[track_caller]
fn check_place(situation: &Situation, plan: &Plan, hold: &DesiredHold, seed: u64) {
    let (policy, view, span) = (&situation.policy, &situation.view, hold.span);
    let index = hold.role.unwrap();
    let (role, rules) = (&policy.roles[index], &policy.roles[index].session);
    let date = policy.tz.to_datetime(span.start).date();
    let says = format!("seed {seed}: {hold:?}");
    let runs = view.free_runs(policy, date, rules.recovery);
    assert!(!view.busy_set().overlaps(span), "busy: {says}");
    assert!(runs.iter().any(|run| run.covers(span)), "outside all free runs: {says}");
    assert!(!situation.closed.iter().any(|closed| closed.span.overlaps(span)), "closed: {says}");
    assert!(span.start >= later(situation.now, rules.notice), "too soon: {says}");
    assert!((rules.min_session..=rules.max_session).contains(&span.minutes()), "length: {says}");
    let midnight = week::midnight(date, &policy.tz);
    assert_eq!(Span::new(midnight, span.start).minutes() % rules.grid, 0, "grid: {says}");
    assert_eq!(Span::new(midnight, span.end).minutes() % rules.grid, 0, "grid: {says}");

    let blocks = blocks(policy, view, &situation.weeks);
    let parts = |own: bool| -> SpanSet {
        let mine = blocks.iter().filter(|block| (block.role == index) == own);
        mine.flat_map(|block| block.parts.spans().to_vec()).collect()
    };
    assert!(!parts(false).overlaps(span), "in another role's block: {says}");
    if let Some(allowed) = &role.allowed {
        let allowed = hours_on(allowed, date, &policy.tz).union(&parts(true));
        assert!(SpanSet::from(span).minus(&allowed).is_empty(), "not allowed: {says}");
    }

    let day = week::day_span(date, &policy.tz);
    let own_focus = view.own_focus.iter().map(|own| own.span);
    let all = plan.holds.iter().map(|hold| hold.span).chain(own_focus).filter_map(|other| other.intersection(day));
    let others: Vec<Span> = all.clone().filter(|other| *other != span).collect();
    let near = Span::new(later(span.start, -rules.break_between), later(span.end, rules.break_between));
    assert!(!others.iter().any(|other| other.overlaps(near)), "no break: {says}");
    assert!(all.collect::<SpanSet>().minutes() <= rules.daily_max, "daily maximum: {says}");
}

/// Frozen holds give way to all busy time that is not over.
#[track_caller]
fn check_frozen(situation: &Situation, plan: &Plan, seed: u64) {
    let coming = situation.view.busy.iter().map(|busy| busy.span).filter(|busy| busy.end > situation.now);
    for hold in plan.holds.iter().filter(|hold| hold.state == HoldState::Frozen) {
        assert!(!coming.clone().any(|busy| busy.overlaps(hold.span)), "seed {seed}: {hold:?}");
    }
}

fn shift(span: Span, weeks: i64) -> Span {
    let by = SignedDuration::from_hours(weeks * 7 * 24);
    Span::new(span.start + by, span.end + by)
}

fn shifted(situation: &Situation, weeks: i64) -> Situation {
    let mut moved = situation.clone();
    moved.now += SignedDuration::from_hours(weeks * 7 * 24);
    moved.view.busy.iter_mut().for_each(|busy| busy.span = shift(busy.span, weeks));
    moved.view.threats.iter_mut().for_each(|span| *span = shift(*span, weeks));
    moved.view.own_focus.iter_mut().for_each(|own| own.span = shift(own.span, weeks));
    moved.view.days_off = situation.view.days_off.iter().map(|span| shift(span, weeks)).collect();
    for week in &mut moved.weeks {
        *week = week.plus(weeks);
    }
    for hold in &mut moved.holds {
        (hold.week, hold.span) = (hold.week.plus(weeks), shift(hold.span, weeks));
    }
    for closed in &mut moved.closed {
        (closed.week, closed.span) = (closed.week.plus(weeks), shift(closed.span, weeks));
    }
    moved
}

fn random(rng: &mut Rng, place: Option<(&str, &str)>) -> Situation {
    let (zone_name, week) = place.unwrap_or_else(|| PLACES[rng.usize(..PLACES.len())]);
    let grid = [5, 15, 30][rng.usize(..3)];
    let mut policy = random_policy(rng, grid);
    policy.tz = zone(zone_name);
    let mut situation = week_in(week, policy, "");
    let span = situation.week.span(&situation.policy.tz);
    let clock = if rng.bool() { 1 } else { grid };
    situation.now = instant(rng, span, clock) + SignedDuration::from_secs(rng.i64(0..2) * 31);
    if rng.u8(..4) == 0 {
        situation.now = later(span.start, -rng.i64(0..3000));
    }
    for _ in 0..rng.usize(..14) {
        let busy = random_span(rng, span, grid, 1..8);
        situation.view.busy.push(Busy { span: busy, meeting: rng.bool() });
    }
    for _ in 0..rng.usize(..3) {
        situation.view.threats.push(random_span(rng, span, grid, 1..8));
    }
    if rng.u8(..4) == 0 {
        situation.view.days_off = random_span(rng, span, grid, 4..90).into();
    }
    let roles = situation.policy.roles.len();
    for _ in 0..rng.usize(..3) {
        let role = (rng.u8(..4) > 0).then(|| rng.usize(..roles));
        situation.view.own_focus.push(OwnFocus { span: random_span(rng, span, grid, 2..10), role });
    }
    for ordinal in 0..rng.u32(..8) {
        let hold = random_hold(rng, &situation, ordinal, grid);
        situation.holds.push(hold);
    }
    for _ in 0..rng.usize(..3) {
        let role = situation.policy.roles[rng.usize(..roles)].name.clone();
        let span = random_span(rng, span, grid, 1..12);
        let forgiven = if rng.bool() { span.minutes() } else { 0 };
        situation.closed.push(Closed { span, role, week: situation.week, forgiven });
    }
    situation
}

fn random_policy(rng: &mut Rng, grid: i64) -> Policy {
    // One for all roles: each keeps its own, and a later role need not know an earlier one's.
    let daily_max = 60 * rng.i64(3..7);
    let roles: Vec<Role> = ["deep", "learning", "leadership"][..rng.usize(1..=3)]
        .iter()
        .map(|name| {
            role(name, |role| {
                role.target = (rng.u8(..4) > 0).then(|| rng.i64(0..80) * 10);
                role.holds = rng.u8(..8) > 0;
                role.session.grid = grid;
                role.session.min_session = grid * rng.i64(1..6).max(30 / grid);
                role.session.max_session = role.session.min_session + grid * rng.i64(0..12);
                role.session.daily_max = daily_max;
                role.session.notice = 15 * rng.i64(0..4);
                role.session.freeze = role.session.notice + 30 * rng.i64(0..6);
                role.style.firm_within = 60 * rng.i64(0..48);
                role.style.defence = [None, None, Some(Defence::Auto), Some(Defence::Soft)][rng.usize(..4)];
                role.preferred = (0..rng.usize(..3)).map(|_| random_hours(rng)).collect();
                role.allowed = (rng.u8(..3) == 0).then(|| (0..3).map(|_| random_hours(rng)).collect());
                let named = |(index, hours)| BlockTemplate { name: format!("Block {index}"), hours, style: style() };
                let hours: Vec<WeeklyHours> = (0..rng.usize(..3)).map(|_| random_hours(rng)).collect();
                role.blocks = hours.into_iter().enumerate().map(named).collect();
            })
        })
        .collect();
    let mut policy = policy(roles);
    policy.work = (0..rng.usize(1..6)).map(|_| random_hours(rng)).collect();
    policy.away = (0..rng.usize(..2)).map(|_| random_hours(rng)).collect();
    policy.horizon = rng.u8(1..3);
    policy
}

/// One to three days, one to nine hours, at any time of day; nights around DST changes are as likely as days.
fn random_hours(rng: &mut Rng) -> WeeklyHours {
    let days = (0..rng.usize(1..4))
        .fold(Weekdays::default(), |days, _| days.with(Weekday::from_monday_zero_offset(rng.i8(0..7)).unwrap()));
    let from = 30 * rng.u16(..46);
    WeeklyHours { days, from, to: (from + 30 * rng.u16(2..18)).min(1440) }
}

/// A span that begins in the window and lasts some half hours; a third lies off every grid.
fn random_span(rng: &mut Rng, window: Span, grid: i64, half_hours: std::ops::Range<i64>) -> Span {
    let grid = if rng.u8(..3) == 0 { 1 } else { grid };
    let start = instant(rng, window, grid);
    Span::new(start, later(start, 30 * rng.i64(half_hours)))
}

fn instant(rng: &mut Rng, window: Span, grid: i64) -> Timestamp {
    later(window.start, rng.i64(0..window.minutes() / grid) * grid)
}

fn random_hold(rng: &mut Rng, situation: &Situation, ordinal: u32, grid: i64) -> ExistingHold {
    let tz = &situation.policy.tz;
    let near = Span::new(later(situation.now, -180), later(situation.now, 300));
    let window = if rng.u8(..3) == 0 { near } else { situation.week.span(tz) };
    let span = random_span(rng, window, grid, 1..9);
    let roles = &situation.policy.roles;
    let role = if rng.u8(..10) == 0 { "gone" } else { roles[rng.usize(..roles.len())].name.as_str() };
    ExistingHold {
        uid: format!("hold{ordinal}"),
        week: IsoWeek::at(span.start, tz),
        role: role.to_owned(),
        ordinal,
        span,
        busy: rng.bool(),
        pinned: rng.u8(..5) == 0,
    }
}
