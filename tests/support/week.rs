//! A week written as text, in and out: `mon 9-9:30 standup; mon 13-14 walk (solo); tue off; wed 10-11? maybe`.
//!
//! Each entry is `DAY FROM-TO WORDS` in wall time; `mon+1` is a week later, `fri-1` a week earlier. By its words it is
//! a busy meeting, or `(solo)` busy without others; `FROM-TO?` an unanswered invitation; `off` a day off (without
//! times: the whole day); `OWN [role|none]` an own focus event; `HOLD [role] [PIN] [free]` a live hold;
//! `CLOSED [role] [replace]` closed time. The role is the first one where none is named.
//! Plans come back as `mon 9:30-12 DEEP; thu 9-12 DEEP free`, with `frozen`, `pinned` or `past` where they are.

use jiff::Timestamp;
use jiff::ToSpan as _;
use seawall::calendar::time::Span;
use seawall::calendar::week::{self, IsoWeek};
use seawall::focus::plan::{Closed, DesiredHold, ExistingHold, HoldState, Plan, PlanInput};
use seawall::focus::planner::plan;
use seawall::focus::policy::{Policy, Role};
use seawall::focus::view::{Busy, OwnFocus, View};

use super::policy::{minute_of_day, policy, weekday};

/// All that a plan depends on.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) week: IsoWeek,
    pub(crate) weeks: Vec<IsoWeek>,
    pub(crate) now: Timestamp,
    pub(crate) policy: Policy,
    pub(crate) view: View,
    pub(crate) holds: Vec<ExistingHold>,
    pub(crate) closed: Vec<Closed>,
    text: String,
}

/// The week of 16 November 2026 with these entries, seen from noon of the Friday before.
pub(crate) fn week(text: &str, roles: impl IntoIterator<Item = Role>) -> Situation {
    week_in("2026-W47", policy(roles), text)
}

/// Another week, under any wishes.
#[track_caller]
pub(crate) fn week_in(week: &str, policy: Policy, text: &str) -> Situation {
    let week: IsoWeek = week.parse().unwrap();
    let mut situation = Situation {
        week,
        weeks: (0..i64::from(policy.horizon)).map(|later| week.plus(later)).collect(),
        now: Timestamp::UNIX_EPOCH,
        policy,
        view: View::default(),
        holds: Vec::new(),
        closed: Vec::new(),
        text: text.to_owned(),
    };
    situation.read();
    situation.now("fri-1 12")
}

impl Situation {
    /// Another present, as `mon 7:30`.
    #[track_caller]
    pub(crate) fn now(mut self, text: &str) -> Self {
        let (day, time) = text.split_once(' ').unwrap();
        self.now = self.instant(day, minute_of_day(time));
        self
    }

    /// Other wishes; the entries are read anew.
    #[track_caller]
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self.weeks = (0..i64::from(self.policy.horizon)).map(|later| self.week.plus(later)).collect();
        self.read();
        self
    }

    /// What the planner makes of it.
    pub(crate) fn plan(&self) -> Plan {
        plan(&PlanInput {
            now: self.now,
            policy: &self.policy,
            view: &self.view,
            weeks: &self.weeks,
            holds: &self.holds,
            closed: &self.closed,
        })
    }

    /// The same with the plan written to the calendar.
    pub(crate) fn after(&self, plan: &Plan) -> Self {
        let mut next = self.clone();
        next.holds = plan.holds.iter().enumerate().map(|(index, hold)| self.written(index, hold)).collect();
        next
    }

    fn written(&self, index: usize, hold: &DesiredHold) -> ExistingHold {
        let before = self.holds.iter().find(|before| Some(&before.uid) == hold.existing.as_ref());
        let role = hold.role.and_then(|role| self.policy.roles.get(role)).map(|role| role.name.clone());
        ExistingHold {
            uid: before.map_or_else(|| format!("new{index}"), |before| before.uid.clone()),
            week: before.map_or(hold.week, |before| before.week),
            role: role.or_else(|| before.map(|before| before.role.clone())).unwrap(),
            ordinal: before.map_or(100 + index as u32, |before| before.ordinal),
            span: hold.span,
            busy: hold.busy,
            pinned: before.is_some_and(|before| before.pinned),
        }
    }

    /// A span like `mon`, `9-9:30`.
    #[track_caller]
    pub(crate) fn span(&self, day: &str, times: &str) -> Span {
        let (from, to) = times.split_once('-').unwrap_or_else(|| panic!("`{times}` is no span"));
        Span::new(self.instant(day, minute_of_day(from)), self.instant(day, minute_of_day(to)))
    }

    #[track_caller]
    fn instant(&self, day: &str, minute: u16) -> Timestamp {
        let (name, weeks) = day.split_at(3);
        let weeks: i64 = if weeks.is_empty() { 0 } else { weeks.parse().unwrap() };
        let days = i64::from(weekday(name).to_monday_zero_offset());
        week::instant(self.week.plus(weeks).monday().saturating_add(days.days()), minute, &self.policy.tz)
    }

    #[track_caller]
    fn read(&mut self) {
        (self.view, self.holds, self.closed) = (View::default(), Vec::new(), Vec::new());
        let text = self.text.clone();
        for entry in text.split(';').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (day, rest) = entry.split_once(' ').unwrap_or_else(|| panic!("`{entry}` is no entry"));
            let (times, words) = match rest.split_once(' ') {
                _ if rest == "off" => ("0-24", "off"),
                Some((times, words)) => (times, words),
                None => (rest, ""),
            };
            match times.strip_suffix('?') {
                Some(times) => self.view.threats.push(self.span(day, times)),
                None => self.add(self.span(day, times), words),
            }
        }
    }

    #[track_caller]
    fn add(&mut self, span: Span, words: &str) {
        let words: Vec<&str> = words.split(' ').collect();
        let first = || self.policy.roles[0].name.clone();
        let name =
            |marks: &[&str]| words[1..].iter().find(|word| !marks.contains(*word)).map(|word| (*word).to_owned());
        match words[0] {
            "off" => self.view.days_off = self.view.days_off.union(&span.into()),
            "OWN" => {
                let name = name(&[]).unwrap_or_else(first);
                let role = self.policy.roles.iter().position(|role| role.name == name);
                self.view.own_focus.push(OwnFocus { span, role });
            }
            "HOLD" => {
                let ordinal = self.holds.len() as u32;
                self.holds.push(ExistingHold {
                    uid: format!("hold{ordinal}"),
                    week: IsoWeek::at(span.start, &self.policy.tz),
                    role: name(&["PIN", "free"]).unwrap_or_else(first),
                    ordinal,
                    span,
                    busy: !words.contains(&"free"),
                    pinned: words.contains(&"PIN"),
                });
            }
            "CLOSED" => self.closed.push(Closed {
                span,
                role: name(&["replace"]).unwrap_or_else(first),
                week: IsoWeek::at(span.start, &self.policy.tz),
                forgiven: if words.contains(&"replace") { 0 } else { span.minutes() },
            }),
            _ => self.view.busy.push(Busy { span, meeting: !words.contains(&"(solo)") }),
        }
    }

    fn render(&self, plan: &Plan) -> String {
        let holds: Vec<String> = plan.holds.iter().map(|hold| self.render_hold(hold)).collect();
        holds.join("; ")
    }

    fn render_hold(&self, hold: &DesiredHold) -> String {
        let role = hold.role.and_then(|role| self.policy.roles.get(role));
        let role = role.map_or_else(|| "?".to_owned(), |role| role.name.to_uppercase());
        let state = match hold.state {
            HoldState::Planned => "",
            HoldState::Frozen => " frozen",
            HoldState::Pinned => " pinned",
            HoldState::Past => " past",
        };
        let free = if hold.busy { "" } else { " free" };
        format!("{} {role}{state}{free}", self.render_span(hold.span))
    }

    fn render_span(&self, span: Span) -> String {
        let tz = &self.policy.tz;
        let wall = |at: Timestamp| tz.to_datetime(at);
        let (start, end) = (wall(span.start), wall(span.end));
        let day = start.weekday().to_monday_zero_offset() as usize;
        let weeks = (IsoWeek::at(span.start, tz).monday() - self.week.monday()).get_days() / 7;
        let later = if weeks == 0 { String::new() } else { format!("{weeks:+}") };
        let end = if end.date() > start.date() { "24".to_owned() } else { clock(end.hour(), end.minute()) };
        let name = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day];
        format!("{name}{later} {}-{end}", clock(start.hour(), start.minute()))
    }
}

fn clock(hour: i8, minute: i8) -> String {
    if minute == 0 { hour.to_string() } else { format!("{hour}:{minute:02}") }
}

/// The plan is this, and once written it stays.
#[track_caller]
pub(crate) fn check(situation: &Situation, expect: &str) {
    let plan = situation.plan();
    assert_eq!(situation.render(&plan), expect, "\nweeks: {:#?}", plan.weeks);
    check_stays(situation, &plan, "");
}

/// Planning again with the plan written to the calendar changes nothing.
#[track_caller]
pub(crate) fn check_stays(situation: &Situation, plan: &Plan, name: &str) {
    let written = situation.after(plan);
    let same: Vec<_> = written.holds.iter().map(|hold| (hold.span, hold.busy, Some(hold.uid.clone()))).collect();
    let again = written.plan().holds;
    let again: Vec<_> = again.into_iter().map(|hold| (hold.span, hold.busy, hold.existing)).collect();
    assert_eq!(again, same, "planned again with the plan written {name}");
}
