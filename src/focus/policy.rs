//! What the user wants: working hours, roles, blocks, session values, how holds look and behave.
//! Plain validated values; the config makes them, nothing here reads a file.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use regex::Regex;

use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week;

/// Elapsed minutes.
pub type Minutes = i64;

/// `9 h 30`, `12 h`, `40 min`.
pub fn hours(minutes: Minutes) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}

/// A set of weekdays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    /// The set with one more day in it.
    pub fn with(self, day: Weekday) -> Self {
        Self(self.0 | (1 << day.to_monday_zero_offset()))
    }

    /// Whether the day is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_monday_zero_offset()) != 0
    }

    /// Whether the two share a day.
    pub fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The same hours on some weekdays, in wall time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeklyHours {
    /// On which days.
    pub days: Weekdays,
    /// First minute of the day inside, 0 to 1439.
    pub from: u16,
    /// First minute of the day after, `from + 1` to 1440.
    pub to: u16,
}

impl WeeklyHours {
    /// The hours on that date in absolute time; none where it is not one of the days.
    pub fn on(&self, date: Date, tz: &TimeZone) -> Option<Span> {
        self.days
            .contains(date.weekday())
            .then(|| Span::new(week::instant(date, self.from, tz), week::instant(date, self.to, tz)))
    }
}

/// All of these hours on that date.
pub fn hours_on(hours: &[WeeklyHours], date: Date, tz: &TimeZone) -> SpanSet {
    hours.iter().filter_map(|hours| hours.on(date, tz)).collect()
}

/// The values that make a session; each role may have its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRules {
    /// Shortest stretch that counts as focus.
    pub min_session: Minutes,
    /// Longest stretch without a break.
    pub max_session: Minutes,
    /// Most focus on one day, all roles together.
    pub daily_max: Minutes,
    /// Time after a busy meeting that is neither busy nor focus (Parnin and Rugaber 2011: 10 to 15 min before the first edit).
    pub recovery: Minutes,
    /// Least distance between two holds.
    pub break_between: Minutes,
    /// No new hold starts sooner than this from now.
    pub notice: Minutes,
    /// A hold that starts within this stays as it is.
    pub freeze: Minutes,
    /// Holds start and end on multiples of this from local midnight.
    pub grid: Minutes,
}

/// How strongly a hold defends its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    /// Shown as free.
    Soft,
    /// Shown as busy.
    Firm,
    /// Free until at risk, then busy.
    Auto,
    /// Firm, and on Google Workspace new conflicting invitations are declined.
    Strict,
}

/// Who may read a hold's title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// CLASS:PRIVATE.
    Private,
    /// CLASS:PUBLIC.
    Public,
}

/// What happens to the target when the user deletes a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// Its minutes leave the week's target.
    Forgive,
    /// The target stays; the time is sought elsewhere.
    Replace,
}

/// How holds look and behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldStyle {
    /// With `{role}` and `{block}` in it.
    pub title: String,
    /// Who may read it.
    pub visibility: Visibility,
    /// A CSS3 colour name (RFC 7986 5.9), or none.
    pub color: Option<String>,
    /// None: firm for block holds, auto for time won back.
    pub defence: Option<Defence>,
    /// `auto` holds that start within this are busy.
    pub firm_within: Minutes,
    /// What a deletion means for the target.
    pub on_delete: OnDelete,
}

/// A focus block of the weekly template.
#[derive(Clone, Debug)]
pub struct BlockTemplate {
    /// Its name.
    pub name: String,
    /// When it is meant to be.
    pub hours: WeeklyHours,
    /// How its holds look and behave: the role's style with the block's own words over it.
    pub style: HoldStyle,
}

/// What an event must be like; every given part must fit.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// A pattern that its title must contain.
    pub title: Option<Regex>,
    /// How many persons, the user included.
    pub attendees: Option<usize>,
}

/// What a piece of time is for.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name, unique.
    pub name: String,
    /// Minutes a week; none: the week's planned block minutes.
    pub target: Option<Minutes>,
    /// Whether holds are written for it.
    pub holds: bool,
    /// Its session values.
    pub session: SessionRules,
    /// Hours that are liked best.
    pub preferred: Vec<WeeklyHours>,
    /// Where won-back time may lie; none: all working time.
    pub allowed: Option<Vec<WeeklyHours>>,
    /// Its blocks.
    pub blocks: Vec<BlockTemplate>,
    /// Which events are of this role: one of them must fit.
    pub matches: Vec<Matcher>,
    /// How its won-back holds look and behave.
    pub style: HoldStyle,
}

/// What to make of a kind of event that is neither clearly busy nor clearly free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It takes the time.
    Busy,
    /// It may: listed, and the hold under it is firm.
    Threat,
    /// It does not.
    Free,
}

/// The switches of the busy rules (design section 2).
#[derive(Clone, Debug)]
pub struct BusyRules {
    /// Tentative by anything.
    pub tentative: Doubt,
    /// Unanswered by the user.
    pub unanswered: Doubt,
    /// All-day with neither TRANSP nor BUSYSTATUS: busy, else free.
    pub all_day_unmarked_busy: bool,
    /// Titles of days off.
    pub day_off: Vec<Regex>,
    /// Titles (and more) of the user's own focus events.
    pub own_focus: Vec<Matcher>,
}

/// All wishes together.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The user's zone.
    pub tz: TimeZone,
    /// Working hours.
    pub work: Vec<WeeklyHours>,
    /// Never focus, never erosion: lunch.
    pub away: Vec<WeeklyHours>,
    /// What counts as busy.
    pub busy: BusyRules,
    /// Session values of `[focus]`, for figures that belong to no role (focus cost, fragmented time).
    pub session: SessionRules,
    /// How many ISO weeks are planned, this one included.
    pub horizon: u8,
    /// Roles in config order.
    pub roles: Vec<Role>,
}

impl Policy {
    /// The role of that name.
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    /// The first role that holds.
    pub fn first_holding(&self) -> Option<usize> {
        self.roles.iter().position(|role| role.holds)
    }

    /// `work` minus `away` on that date; days off are not known here.
    pub fn template_hours(&self, date: Date) -> SpanSet {
        hours_on(&self.work, date, &self.tz).minus(&hours_on(&self.away, date, &self.tz))
    }
}
