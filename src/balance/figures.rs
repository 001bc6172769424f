//! The figures of one week: what was meant, what was kept, what protects it, and what the meetings took.
//! They are the whole week's, what happened and what is planned, so that time alone changes nothing.

use jiff::Timestamp;

use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week::{self, IsoWeek};
use crate::focus::assess::{Assessment, protected_time};
use crate::focus::busy::Counts;
use crate::focus::erosion::{self, FreeTime, Level};
use crate::focus::plan::{Closed, DesiredHold, RoleWeek};
use crate::focus::policy::{Minutes, Policy};
use crate::focus::sight::Judged;
use crate::focus::view::View;

/// The hours of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMinutes {
    /// Index of the role.
    pub role: usize,
    /// Protected minutes of a role that holds; minutes of its events otherwise.
    pub minutes: Minutes,
    /// Its target, if it has one.
    pub target: Option<Minutes>,
}

/// The figures of one week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Which week.
    pub week: IsoWeek,
    /// Every role in config order.
    pub roles: Vec<RoleMinutes>,
    /// Block minutes of all holding roles after days off.
    pub planned: Minutes,
    /// What sessions can cover of them.
    pub kept: Minutes,
    /// The rest.
    pub eroded: Minutes,
    /// Minutes under holds, pins and own focus events that nothing busy overlaps, in blocks or not.
    pub protected: Minutes,
    /// Those outside of blocks: won back.
    pub recovered: Minutes,
    /// The longest of them.
    pub longest: Minutes,
    /// Free runs of at least `[focus] min_session`, and fragmented time.
    pub free: FreeTime,
    /// Busy meetings that start in the week.
    pub meetings: usize,
    /// Minutes in busy meetings; two at once count once.
    pub meeting_minutes: Minutes,
    /// Those inside planned blocks.
    pub meeting_in_blocks: Minutes,
    /// Role changes between neighbours of a day.
    pub switches: usize,
    /// Blocks that are eroded or lost.
    pub blocks_eroded: usize,
    /// Closed minutes: deleted holds.
    pub closed: Minutes,
}

/// What the figures are computed from.
#[derive(Clone, Copy, Debug)]
pub struct Ledgers<'a> {
    /// The wishes.
    pub policy: &'a Policy,
    /// The calendars, judged.
    pub judged: &'a [Judged],
    /// What they come to.
    pub view: &'a View,
    /// The planner's rows.
    pub rows: &'a [RoleWeek],
    /// Holds as they shall be.
    pub holds: &'a [DesiredHold],
    /// Blocks and what became of them.
    pub blocks: &'a [Assessment],
    /// Closed time.
    pub closed: &'a [Closed],
}

/// The figures of `week`.
pub fn figures(ledgers: Ledgers<'_>, week: IsoWeek) -> Figures {
    let Ledgers { policy, view, .. } = ledgers;
    let span = week.span(&policy.tz);
    let holding = |assessment: &&Assessment| policy.roles.get(assessment.block.role).is_some_and(|role| role.holds);
    let blocks: Vec<&Assessment> =
        ledgers.blocks.iter().filter(|one| span.contains(one.block.span.start)).filter(holding).collect();
    let planned: SpanSet = blocks.iter().flat_map(|one| one.block.parts.iter()).collect();
    let protected = protected_time(view, ledgers.holds.iter()).within(span);
    let met = || ledgers.judged.iter().filter(|one| one.busy_meeting());
    let meeting_time = met().map(Judged::taken).collect::<SpanSet>().within(span);
    let free = week.dates().fold(FreeTime::default(), |sum, date| {
        let day = erosion::free_time(policy, view, date, view.busy.iter().copied());
        FreeTime { focus: sum.focus + day.focus, fragmented: sum.fragmented + day.fragmented }
    });
    Figures {
        week,
        roles: role_minutes(ledgers, week),
        planned: blocks.iter().map(|one| one.planned).sum(),
        kept: blocks.iter().map(|one| one.kept).sum(),
        eroded: blocks.iter().map(|one| one.eroded).sum(),
        protected: protected.minutes(),
        recovered: protected.minus(&planned).minutes(),
        longest: longest(ledgers, span),
        free,
        meetings: met().filter(|one| span.contains(one.occurrence.span.start)).count(),
        meeting_minutes: meeting_time.minutes(),
        meeting_in_blocks: meeting_time.intersection(&planned).minutes(),
        switches: week.dates().map(|date| switches(ledgers, week::day_span(date, &policy.tz))).sum(),
        blocks_eroded: blocks.iter().filter(|one| matches!(one.level, Level::Eroded | Level::Lost)).count(),
        closed: ledgers.closed.iter().filter(|one| one.week == week).map(|one| one.span.minutes()).sum(),
    }
}

fn role_minutes(ledgers: Ledgers<'_>, week: IsoWeek) -> Vec<RoleMinutes> {
    let span = week.span(&ledgers.policy.tz);
    let measure = |(index, role): (usize, &crate::focus::policy::Role)| {
        if role.holds {
            let row = ledgers.rows.iter().find(|row| row.week == week && row.role == index);
            let (minutes, target) = row.map_or((0, role.target), |row| (row.protected, Some(row.target)));
            return RoleMinutes { role: index, minutes, target };
        }
        let events: SpanSet = ledgers
            .judged
            .iter()
            .filter(|one| one.role == Some(index) && matches!(one.verdict.counts, Counts::Busy | Counts::Focus))
            .map(Judged::taken)
            .collect();
        RoleMinutes { role: index, minutes: events.within(span).minutes(), target: role.target }
    };
    ledgers.policy.roles.iter().enumerate().map(measure).collect()
}

fn longest(ledgers: Ledgers<'_>, week: Span) -> Minutes {
    let busy = ledgers.view.busy_set();
    let holds = ledgers.holds.iter().map(|hold| hold.span);
    holds
        .chain(ledgers.view.own_focus.iter().map(|own| own.span))
        .filter_map(|span| span.intersection(week))
        .flat_map(|span| SpanSet::from(span).minus(&busy).iter().map(Span::minutes).collect::<Vec<_>>())
        .max()
        .unwrap_or_default()
}

/// How often the role changes from one busy or protected stretch of a day to the next. Stretches of no role are
/// alike.
fn switches(ledgers: Ledgers<'_>, day: Span) -> usize {
    let events = ledgers
        .judged
        .iter()
        .filter(|one| !one.own && !one.occurrence.all_day)
        .filter(|one| matches!(one.verdict.counts, Counts::Busy | Counts::Focus))
        .map(|one| (one.occurrence.span.start, one.role));
    let holds = ledgers.holds.iter().map(|hold| (hold.span.start, hold.role));
    let mut all: Vec<(Timestamp, Option<usize>)> = events.chain(holds).filter(|(at, _)| day.contains(*at)).collect();
    all.sort_unstable();
    all.windows(2).filter(|pair| pair[0].1 != pair[1].1).count()
}
