//! A cycle's outcome from a few lines, made by the real functions: `mon 9-9:30 Stand-up`, a line an event.
//!
//! A meeting that the user accepted, or by its last words `(solo)`, `(1:1)`, `(unanswered)`, `(free)`, `(off)`, `(own)`,
//! `(uncertain)`; `mon all-day Title` is a whole day. Later lines arrived later.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use seawall::balance::figures::{Ledgers, figures};
use seawall::balance::text::{Remarks, text, title};
use seawall::calendar::CalendarId;
use seawall::calendar::event::{
    Answer, Attendee, AttendeeKind, BusyStatus, Details, EventType, Occurrence, Organizer, Provenance, Transparency,
};
use seawall::calendar::time::Span;
use seawall::calendar::week::{self, IsoWeek};
use seawall::cycle::outcome::{Attempt, Balance, Outcome, ShownHold};
use seawall::focus::assess::{History, Scene, assess};
use seawall::focus::block::blocks;
use seawall::focus::plan::{Closed, DesiredHold, ExistingHold, PlanInput};
use seawall::focus::planner::plan;
use seawall::focus::policy::{BlockTemplate, Matcher, Policy};
use seawall::focus::sight::{Origin, Seen, Source, judge_all, view};
use seawall::reconcile::holds::{Inventory, changes};

use super::policy;

/// The week of 16 November 2026, seen from Monday 7:30 in Berlin.
pub(crate) const WEEK: &str = "2026-W47";
/// The user's address.
const ME: &str = "anna@example.org";

/// The wishes of the design's example: deep work in the mornings, learning, and leadership only measured.
pub(crate) fn wishes() -> Policy {
    let morning = policy::hours("mon,tue,thu,fri 9-12").remove(0);
    let block = BlockTemplate { name: "Morning deep work".to_owned(), hours: morning, style: policy::style() };
    let deep = policy::role("deep", |role| {
        role.target = Some(12 * 60);
        role.preferred = policy::hours("mon-fri 8:30-12");
        role.blocks = vec![block];
    });
    let learning = policy::role("learning", |role| {
        role.target = Some(120);
        role.session.min_session = 60;
        role.allowed = Some(policy::hours("wed,fri 13-17:30"));
    });
    let leadership = policy::role("leadership", |role| {
        role.target = Some(8 * 60);
        role.holds = false;
        role.matches = vec![Matcher { title: None, attendees: Some(2) }];
    });
    let mut wishes = policy::policy([deep, learning, leadership]);
    wishes.work = policy::hours("mon-fri 8:30-17:30");
    wishes.away = policy::hours("mon-fri 12-13");
    wishes
}

/// The sample week of most tests: what a week of an engineer who also leads looks like.
pub(crate) const SAMPLE: &str = "
    mon 9-9:15 Stand-up
    tue 9-9:15 Stand-up
    thu 9-9:15 Stand-up
    fri all-day Regional holiday (off)
    mon 13:30-14 1:1 Ben (1:1)
    tue 14-15 Staff meeting
    wed 10-11 Architecture review
    wed 15-15:45 1:1 Chloé (1:1)
    thu 13-14:30 Planning 会議室
    thu 10:30-11 Release review
    tue 15-16 Dentist (solo)
    mon 14-14:25 Budget 🎉 (unanswered)
    thu 20-22 Concert (solo)";

/// The outcome of a cycle over these events, nothing written yet.
pub(crate) fn outcome(events: &str) -> Outcome {
    build(&wishes(), events, &[], &[])
}

/// The same with wishes, live holds and closed time as `mon 9-12`.
pub(crate) fn build(policy: &Policy, events: &str, holds: &[&str], closed: &[&str]) -> Outcome {
    let first: IsoWeek = WEEK.parse().unwrap();
    let weeks: Vec<IsoWeek> = (0..i64::from(policy.horizon)).map(|later| first.plus(later)).collect();
    let now = instant(policy, "mon", 7 * 60 + 30);
    let calendar = CalendarId { account: "work".to_owned(), calendar: "Personal".to_owned() };
    let sources =
        vec![Source { id: calendar.clone(), emails: vec![ME.to_owned()], private: false, only_invited: false }];
    let lines = events.lines().map(str::trim).filter(|line| !line.is_empty());
    let seen = lines.enumerate().map(|(index, line)| event(policy, index, line)).collect();
    let judged = judge_all(seen, &sources, policy);
    let view =
        view(&judged, policy, seawall::calendar::time::Span::new(jiff::Timestamp::MIN, jiff::Timestamp::MAX), None);
    let existing: Vec<ExistingHold> = holds.iter().enumerate().map(|(index, text)| live(policy, index, text)).collect();
    let closed: Vec<Closed> = closed.iter().map(|text| dismissed(policy, text)).collect();
    let input = PlanInput { now, policy, view: &view, weeks: &weeks, holds: &existing, closed: &closed };
    let planned = plan(&input);
    let history = History::default();
    let scene = Scene { policy, judged: &judged, sources: &sources, view: &view, history: &history };
    let blocks = assess(scene, blocks(policy, &view, &weeks), &planned.holds);
    let inventory = Inventory {
        now,
        policy,
        calendar: &calendar,
        instance: "test",
        desired: &planned.holds,
        owned: &[],
        ledger: &[],
        blockers: &[],
        has_strict: false,
    };
    let changes: Vec<Attempt> =
        changes(inventory).into_iter().map(|change| Attempt { change, applied: false, error: None }).collect();
    let shown = planned.holds.iter().map(|hold| shown(hold, &changes)).collect();
    let ledgers = Ledgers {
        policy,
        judged: &judged,
        view: &view,
        rows: &planned.weeks,
        holds: &planned.holds,
        blocks: &blocks,
        closed: &closed,
    };
    let balances = weeks.iter().map(|week| balance(ledgers, *week)).collect();
    let before = existing.iter().map(|hold| laid(hold, &planned.holds)).collect();
    Outcome {
        unread: Vec::new(),
        logins: Vec::new(),
        now,
        tz: policy.tz.clone(),
        policy: policy.clone(),
        weeks,
        sources,
        judged,
        view,
        before,
        rows: planned.weeks,
        holds: shown,
        blocks,
        closed,
        balances,
        changes,
        warnings: Vec::new(),
        halted: None,
        partly: false,
        is_stale: false,
    }
}

fn live(policy: &Policy, index: usize, text: &str) -> ExistingHold {
    ExistingHold {
        uid: format!("sea0hold{index}"),
        week: WEEK.parse().unwrap(),
        role: "deep".to_owned(),
        ordinal: index as u32,
        span: span(policy, text.split_once(' ').unwrap()),
        busy: true,
        pinned: false,
    }
}

fn dismissed(policy: &Policy, text: &str) -> Closed {
    let span = span(policy, text.split_once(' ').unwrap());
    Closed { span, role: "deep".to_owned(), week: WEEK.parse().unwrap(), forgiven: span.minutes() }
}

fn balance(ledgers: Ledgers<'_>, week: IsoWeek) -> Balance {
    let (figures, remarks) = (figures(ledgers, week), Remarks::default());
    let (title, text) = (title(ledgers.policy, &figures), text(ledgers.policy, &figures, &remarks));
    Balance { figures, remarks, title, text }
}

/// A hold as it lay before: the first role's, in its first block.
fn laid(hold: &ExistingHold, planned: &[DesiredHold]) -> DesiredHold {
    let after = planned.iter().find(|after| after.existing.as_ref() == Some(&hold.uid));
    DesiredHold {
        role: Some(0),
        week: hold.week,
        span: hold.span,
        busy: hold.busy,
        state: seawall::focus::plan::HoldState::Planned,
        existing: Some(hold.uid.clone()),
        block: after.map_or(Some(0), |after| after.block),
        why: String::new(),
    }
}

fn shown(hold: &DesiredHold, changes: &[Attempt]) -> ShownHold {
    let made = changes.iter().find(|one| one.change.span() == hold.span).map(|one| one.change.uid.clone());
    let uid = hold.existing.clone().or(made).unwrap_or_else(|| "sea0unknown".to_owned());
    ShownHold { hold: hold.clone(), uid, written: hold.existing.is_some() }
}

/// An instant of the week.
pub(crate) fn instant(policy: &Policy, day: &str, minute: u16) -> Timestamp {
    let week: IsoWeek = WEEK.parse().unwrap();
    let days = i64::from(policy::weekday(day).to_monday_zero_offset());
    week::instant(week.monday().saturating_add(days.days()), minute, &policy.tz)
}

fn span(policy: &Policy, (day, times): (&str, &str)) -> Span {
    let (from, to) = if times == "all-day" { ("0", "24") } else { times.split_once('-').unwrap() };
    Span::new(instant(policy, day, policy::minute_of_day(from)), instant(policy, day, policy::minute_of_day(to)))
}

fn event(policy: &Policy, index: usize, line: &str) -> Seen {
    let (day, rest) = line.split_once(' ').unwrap();
    let (times, words) = rest.split_once(' ').unwrap();
    let (title, flag) = words
        .strip_suffix(')')
        .and_then(|words| words.rsplit_once(" ("))
        .map_or((words, ""), |(title, flag)| (title, flag));
    let span = span(policy, (day, times));
    let person = |address: &str, answer| Attendee {
        address: address.to_owned(),
        name: None,
        kind: AttendeeKind::Person,
        answer,
        is_me: false,
    };
    let mine = if flag == "unanswered" { Answer::NeedsAction } else { Answer::Accepted };
    let mut attendees = vec![person(ME, mine), person("ben@example.org", Answer::Accepted)];
    if flag != "1:1" {
        attendees.push(person("chloe@example.org", Answer::Accepted));
    }
    let meeting = !matches!(flag, "solo" | "off" | "own");
    let created = instant(policy, "mon", 0).saturating_sub(SignedDuration::from_hours(24 * 9)).unwrap();
    let details = Details {
        uid: format!("event{index}@example.org"),
        title: title.to_owned(),
        organizer: meeting.then(|| Organizer {
            address: "ben@example.org".to_owned(),
            name: Some("Ben".to_owned()),
            is_me: false,
        }),
        attendees: if meeting { attendees } else { Vec::new() },
        transparency: (flag == "free").then_some(Transparency::Transparent),
        busy_status: (flag == "off").then_some(BusyStatus::OutOfOffice),
        event_type: if flag == "own" { EventType::FocusTime } else { EventType::Default },
        created: Some(created.saturating_add(SignedDuration::from_hours(index as i64)).unwrap()),
        ..Details::default()
    };
    let occurrence = Occurrence {
        span,
        all_day: times == "all-day",
        recurrence_id: None,
        details: Arc::new(details),
        uncertain: (flag == "uncertain").then(|| "the zone `Mars` is not known".to_owned()),
        provenance: Provenance::default(),
    };
    Seen { source: 0, occurrence, origin: Origin::Foreign }
}
