//! Wishes in few words: hours written as `mon-fri 9-17`, roles with the defaults of the design and a change.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use seawall::focus::policy::{
    BlockTemplate, BusyRules, Doubt, HoldStyle, OnDelete, Policy, Role, SessionRules, Visibility, Weekdays, WeeklyHours,
};

/// The session values of the design.
pub(crate) fn session() -> SessionRules {
    SessionRules {
        min_session: 120,
        max_session: 240,
        daily_max: 300,
        recovery: 15,
        break_between: 15,
        notice: 30,
        freeze: 120,
        grid: 5,
    }
}

/// The style of the design.
pub(crate) fn style() -> HoldStyle {
    HoldStyle {
        title: "Focus: {block}".to_owned(),
        visibility: Visibility::Private,
        color: None,
        defence: None,
        firm_within: 24 * 60,
        on_delete: OnDelete::Forgive,
    }
}

/// A role that holds, without target and blocks, with a change.
pub(crate) fn role(name: &str, change: impl FnOnce(&mut Role)) -> Role {
    let mut role = Role {
        name: name.to_owned(),
        target: None,
        holds: true,
        session: session(),
        preferred: Vec::new(),
        allowed: None,
        blocks: Vec::new(),
        matches: Vec::new(),
        style: style(),
    };
    change(&mut role);
    role
}

/// Work from Monday to Friday, 9 to 17, without lunch, in Berlin, planned one week far.
pub(crate) fn policy(roles: impl IntoIterator<Item = Role>) -> Policy {
    Policy {
        tz: zone("Europe/Berlin"),
        work: hours("mon-fri 9-17"),
        away: Vec::new(),
        busy: BusyRules {
            tentative: Doubt::Busy,
            unanswered: Doubt::Threat,
            all_day_unmarked_busy: false,
            day_off: Vec::new(),
            own_focus: Vec::new(),
        },
        session: session(),
        horizon: 1,
        roles: roles.into_iter().collect(),
    }
}

/// A zone of the bundled database.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// Hours like `mon-thu 9-12:30, sat,sun 10-14`.
#[track_caller]
pub(crate) fn hours(text: &str) -> Vec<WeeklyHours> {
    text.split(", ").map(one_hours).collect()
}

/// Blocks at such hours, named `Block` and their number.
#[track_caller]
pub(crate) fn blocks(text: &str) -> Vec<BlockTemplate> {
    let named = |(index, hours)| BlockTemplate { name: format!("Block {}", index + 1), hours, style: style() };
    hours(text).into_iter().enumerate().map(named).collect()
}

#[track_caller]
fn one_hours(text: &str) -> WeeklyHours {
    let (days, times) = text.split_once(' ').unwrap_or_else(|| panic!("`{text}` is no hours"));
    let (from, to) = times.split_once('-').unwrap_or_else(|| panic!("`{times}` is no span"));
    WeeklyHours { days: weekdays(days), from: minute_of_day(from), to: minute_of_day(to) }
}

#[track_caller]
fn weekdays(text: &str) -> Weekdays {
    text.split(',').fold(Weekdays::default(), |days, part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (weekday(first).to_monday_zero_offset(), weekday(last).to_monday_zero_offset());
        let range = (first..=last).map(|day| Weekday::from_monday_zero_offset(day).unwrap());
        range.fold(days, Weekdays::with)
    })
}

/// `mon` to `sun`.
#[track_caller]
pub(crate) fn weekday(text: &str) -> Weekday {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let offset = DAYS.iter().position(|day| *day == text).unwrap_or_else(|| panic!("`{text}` is no day"));
    Weekday::from_monday_zero_offset(offset as i8).unwrap()
}

/// `9` or `9:30`, up to `24`.
#[track_caller]
pub(crate) fn minute_of_day(text: &str) -> u16 {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let number = |text: &str| text.parse::<u16>().unwrap_or_else(|_| panic!("`{text}` is no time"));
    number(hour) * 60 + number(minute)
}
