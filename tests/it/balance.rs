//! The weekly balance: every figure on weeks computed by hand, and the summary word by word.

use std::fmt::Write as _;

use seawall::balance::figures::{Figures, Ledgers, figures};
use seawall::balance::text::{NamedEroder, Remarks, TrendWeek, hours, lead_time, text, title};
use seawall::calendar::CalendarId;
use seawall::calendar::time::Span;
use seawall::calendar::week::IsoWeek;
use seawall::focus::arrival::Cause;
use seawall::focus::assess::{Scene, assess};
use seawall::focus::block::blocks;
use seawall::focus::erosion::FreeTime;
use seawall::focus::plan::{Closed, PlanInput};
use seawall::focus::planner::plan;
use seawall::focus::policy::Policy;
use seawall::focus::sight::{Origin, Seen, Source, judge_all, view};

use crate::busy::wishes;
use crate::support::ics::{calendar, expanded, window};

/// Blocks on Monday and Tuesday from 9 to 12; work is from 9 to 17.
const ROLES: &str = r#"
[[role]]
name = "deep"
target = "8h"
blocks = [{ name = "Morning", days = "mon,tue", from = "09:00", to = "12:00" }]
[[role]]
name = "leadership"
target = "3h"
hold = false
match = [{ attendees = 2 }, { title = "(?i)staff" }]
"#;

/// A day, times, title and people: `16 9:30-10 Sync with bob,carla; 17 13-14 Gym`; `DAY all TITLE` is all day.
#[track_caller]
fn events(text: &str) -> String {
    let mut out = Vec::new();
    for (index, entry) in text.split(';').map(str::trim).filter(|entry| !entry.is_empty()).enumerate() {
        let (words, people) = entry.split_once(" with ").unwrap_or((entry, ""));
        let mut words = words.splitn(3, ' ');
        let (day, times, title) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let day = if day.len() == 2 { format!("202611{day}") } else { day.to_owned() };
        let mut event = format!("UID:{index}\nSUMMARY:{title}\nCREATED:202610{:02}T090000Z\n", index + 1);
        let _ = match times.split_once('-') {
            None => writeln!(event, "DTSTART;VALUE=DATE:{day}\nTRANSP:OPAQUE"),
            Some((from, to)) => writeln!(event, "DTSTART;{}\nDTEND;{}", moment(&day, from), moment(&day, to)),
        };
        for person in people.split(',').filter(|person| !person.is_empty()) {
            let _ = writeln!(event, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:{person}@example.org");
        }
        if !people.is_empty() {
            event += "ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org\n";
        }
        out.push(event);
    }
    out.join("---\n")
}

fn moment(day: &str, time: &str) -> String {
    let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
    format!("TZID=Europe/Berlin:{day}T{hour:0>2}{minute:0>2}00")
}

/// The figures of a week, seen at its beginning.
#[track_caller]
fn balance(policy: &Policy, week: &str, text: &str, closed: &[Closed]) -> Figures {
    let week: IsoWeek = week.parse().unwrap();
    let between = window("2026-01-01..2027-01-01", &policy.tz);
    let found =
        if text.is_empty() { Vec::new() } else { expanded(&calendar(&events(text)), between, &policy.tz).occurrences };
    let seen =
        found.into_iter().map(|(_, occurrence)| Seen { source: 0, occurrence, origin: Origin::Foreign }).collect();
    let sources = [Source {
        id: CalendarId { account: "a".to_owned(), calendar: "work".to_owned() },
        emails: vec!["anna@example.org".to_owned()],
        private: false,
        only_invited: false,
    }];
    let judged = judge_all(seen, &sources, policy);
    let view =
        view(&judged, policy, seawall::calendar::time::Span::new(jiff::Timestamp::MIN, jiff::Timestamp::MAX), None);
    let weeks = [week.plus(-1), week];
    let now = week.plus(-1).span(&policy.tz).start;
    let plan = plan(&PlanInput { now, policy, view: &view, weeks: &weeks, holds: &[], closed });
    let history = std::collections::BTreeMap::new();
    let scene = Scene { policy, judged: &judged, sources: &sources, view: &view, history: &history };
    let blocks = assess(scene, blocks(policy, &view, &weeks), &plan.holds);
    let (rows, holds) = (&plan.weeks[..], &plan.holds[..]);
    figures(Ledgers { policy, judged: &judged, view: &view, rows, holds, blocks: &blocks, closed }, week)
}

#[track_caller]
fn week47(text: &str) -> Figures {
    balance(&wishes(ROLES), "2026-W47", text, &[])
}

fn role_minutes(figures: &Figures) -> Vec<(i64, Option<i64>)> {
    figures.roles.iter().map(|role| (role.minutes, role.target)).collect()
}

#[test]
fn a_week_with_nothing_in_it() {
    let figures = week47("");
    // Two blocks, and the least that comes within half a session of the eight hours.
    assert_eq!((figures.planned, figures.kept, figures.eroded), (360, 360, 0));
    assert_eq!((figures.protected, figures.recovered, figures.longest), (425, 65, 240));
    assert_eq!(figures.free, FreeTime { focus: 5 * 480, fragmented: 0 });
    assert_eq!((figures.meetings, figures.meeting_minutes, figures.meeting_in_blocks), (0, 0, 0));
    assert_eq!((figures.switches, figures.blocks_eroded, figures.closed), (0, 0, 0));
    assert_eq!(role_minutes(&figures), [(425, Some(480)), (0, Some(180))]);
    let none = balance(&wishes(""), "2026-W47", "", &[]);
    assert_eq!((none.planned, none.protected, none.longest), (0, 0, 0));
    assert_eq!(title(&wishes(""), &none), "Week 47: 0 min meetings · 0 blocks eroded");
}

#[test]
fn a_week_with_meetings() {
    // Two at once on Monday from 10 to 12; a one-to-one that runs into the next day's lunch; alone at the gym.
    let figures = week47(
        "16 10-11:30 Review with bob,carla; 16 11-12 Staff with bob,carla; 17 11:30-12:30 1:1 with bob; 18 9-10 Gym",
    );
    assert_eq!((figures.meetings, figures.meeting_minutes), (3, 120 + 60));
    assert_eq!(figures.meeting_in_blocks, 120 + 30);
    // Monday keeps nothing (an hour before, and 12:15 is after the block), Tuesday 150 minutes.
    assert_eq!((figures.planned, figures.kept, figures.eroded, figures.blocks_eroded), (360, 150, 210, 1));
    // Mon: 60 | 12:15-17; Tue: 150 | 12:45-17; Wed: 10-17; Thu, Fri: 8 h.
    assert_eq!(figures.free, FreeTime { focus: 285 + 150 + 255 + 420 + 960, fragmented: 60 });
    // Staff and the one-to-one.
    assert_eq!(role_minutes(&figures), [(425, Some(480)), (120, Some(180))]);
    assert_eq!((figures.protected, figures.recovered), (425, 425 - 150));
}

#[test]
fn a_meeting_over_the_end_of_the_week_counts_where_it_starts() {
    let text = "15 22-23:30 Late with bob; 20261122 22-23:30 Sunday with bob; 23 9-10 Next with bob";
    let figures = week47(text);
    assert_eq!((figures.meetings, figures.meeting_minutes), (1, 90));
}

#[test]
fn an_all_day_meeting_counts_in_the_week_it_lies_in() {
    let figures = week47("22 all Offsite with bob; 23 all Offsite with bob");
    assert_eq!((figures.meetings, figures.meeting_minutes), (1, 24 * 60));
}

#[test]
fn switches_count_role_changes_between_neighbours() {
    // Thursday and Friday have no block. Leadership, leadership, none, leadership: two changes.
    let figures = week47(
        "19 9-10 1:1 with bob; 19 10-11 Staff with bob,carla; 19 11-12 Gym; 19 12-17 1:1 with bob; 18 9-17 Gym; 20 9-17 Gym",
    );
    assert_eq!(figures.switches, 2);
    let alone = week47("18 9-17 Gym; 19 9-17 1:1 with bob; 20 9-17 Gym");
    assert_eq!(alone.switches, 0);
}

#[test]
fn own_focus_is_protected_and_can_be_the_longest() {
    let figures = week47("18 9-13:30 Focus on the talk; 19 9-10 Focus");
    assert_eq!((figures.longest, figures.recovered), (270, figures.protected - 360));
    assert_eq!(figures.protected, 360 + 270 + 60);
    // What a meeting takes of it is not protected.
    let cut = week47("18 9-13:30 Focus on the talk; 18 10-11 Call with bob,carla");
    assert_eq!(cut.longest, 180);
}

#[test]
fn days_off_leave_planned_time_and_target() {
    let figures = week47("16 all Vacation");
    assert_eq!((figures.planned, figures.eroded), (180, 0));
    assert_eq!(role_minutes(&figures), [(325, Some(380)), (0, Some(180))]);
    assert_eq!(figures.free, FreeTime { focus: 4 * 480, fragmented: 0 });
}

#[test]
fn closed_time_is_what_the_user_gave_up() {
    let policy = wishes(ROLES);
    let week: IsoWeek = "2026-W47".parse().unwrap();
    let span = Span::new("2026-11-16T08:00:00Z".parse().unwrap(), "2026-11-16T11:00:00Z".parse().unwrap());
    let closed = |week| Closed { span, role: "deep".to_owned(), week, forgiven: 180 };
    let figures = balance(&policy, "2026-W47", "", &[closed(week), closed(week.plus(1))]);
    assert_eq!((figures.closed, figures.kept), (180, 360));
    assert_eq!(role_minutes(&figures)[0], (300, Some(300)));
}

#[test]
fn weeks_of_a_clock_change() {
    let mut policy = wishes(ROLES);
    policy.work = crate::support::policy::hours("mon-fri 9-17, sun 0-6");
    // Sunday has five hours in spring and seven in autumn.
    for (week, sunday) in [("2026-W13", 300), ("2026-W43", 420), ("2026-W44", 360)] {
        let figures = balance(&policy, week, "", &[]);
        assert_eq!(figures.free.focus, 5 * 480 + sunday, "{week}");
        assert_eq!((figures.planned, figures.protected), (360, 425), "{week}");
    }
    let spring = balance(&policy, "2026-W13", "20260329 1-4 Night with bob", &[]);
    assert_eq!((spring.meetings, spring.meeting_minutes), (1, 120));
}

#[test]
fn the_title() {
    let policy = wishes(ROLES);
    let mut figures = week47("");
    figures.roles[0].minutes = 570;
    figures.roles[0].target = Some(720);
    (figures.meeting_minutes, figures.blocks_eroded) = (840, 2);
    assert_eq!(title(&policy, &figures), "Week 47: 9 h 30 of 12 h deep work · 14 h meetings · 2 blocks eroded");
    (figures.roles[0].minutes, figures.meeting_minutes, figures.blocks_eroded) = (0, 65, 1);
    assert_eq!(title(&policy, &figures), "Week 47: 0 min of 12 h deep work · 1 h 05 meetings · 1 block eroded");
    figures.roles[0].target = None;
    assert_eq!(title(&policy, &figures), "Week 47: 0 min deep work · 1 h 05 meetings · 1 block eroded");
    let learning = wishes("[[role]]\nname = \"l<i>\"\ntarget = \"2h\"");
    assert_eq!(
        title(&learning, &balance(&learning, "2026-W53", "", &[])),
        "Week 53: 2 h of 2 h li · 0 min meetings · 0 blocks eroded"
    );
}

fn eroder(title: &str, minutes: i64, cause: Cause, lead: Option<i64>) -> NamedEroder {
    NamedEroder { title: title.to_owned(), when: "Mon 10:00".to_owned(), minutes, cause, lead }
}

#[test]
fn the_body() {
    let figures = week47("16 9-9:30 Sync with bob,carla; 17 13-14 1:1 with bob");
    let trend = |week: &str, protected, meetings| TrendWeek { week: week.parse().unwrap(), protected, meetings };
    let remarks = Remarks {
        eroders: vec![
            eroder("Sync", 45, Cause::Moved, Some(2 * 24 * 60)),
            eroder("private appointment", 30, Cause::New, None),
            eroder("", 15, Cause::AcceptedLate, Some(90)),
        ],
        trend: vec![trend("2026-W46", 570, 840), trend("2026-W47", 480, 90)],
        unread: vec!["work/team".to_owned()],
        is_final: false,
    };
    let body = text(&wishes(ROLES), &figures, &remarks);
    insta::assert_snapshot!(body, @r"
    The week so far and as planned.
    Not read: work/team.

    deep: 7 h 05 of 8 h
    leadership: 1 h of 3 h

    Blocks planned: 6 h
    Blocks kept free: 5 h 15
    Blocks eroded: 1
    Protected: 7 h 05, won back of it: 1 h 50
    Longest session: 4 h

    2 meetings: 1 h 30, in focus blocks: 30 min
    Free to focus: 38 h
    Free in fragments: 0 min
    Switches between roles: 2

    What took 45 min of your blocks:
    - 45 min: Sync (Mon 10:00, moved there, 2 days ahead)
    - 30 min: private appointment (Mon 10:00)
    - 15 min: untitled (Mon 10:00, accepted late, 90 min ahead)

    Protected and meetings, week by week:
    - 2026-W46: 9 h 30 and 14 h
    - 2026-W47: 8 h and 1 h 30

    Chat and calls without an invitation are not in here:
    a calendar can't see them.
    ");
    let last = text(&wishes(ROLES), &figures, &Remarks { is_final: true, ..Remarks::default() });
    assert!(last.starts_with("The week as it was.\n\ndeep: "), "{last}");
    assert!(!last.contains("What took") && !last.contains("week by week") && !last.contains("Not read"), "{last}");
}

#[test]
fn the_body_is_plain_and_short_whatever_the_titles_are() {
    let titles = [
        "x".repeat(500),
        "👩‍👩‍👧‍👦".repeat(40),
        "<b>R&D</b> & \"more\"".to_owned(),
        "two\nlines\r\nor\tthree\u{7}".to_owned(),
        "Ünïcödé ".repeat(30),
        String::new(),
    ];
    let causes = [Cause::New, Cause::Moved, Cause::Lengthened, Cause::AcceptedLate];
    let eroders = (0..200).map(|index: usize| {
        let lead = [None, Some(0), Some(119), Some(9_000_000)][index % 4];
        eroder(&titles[index % titles.len()], 1234 + index as i64, causes[index % 4], lead)
    });
    let figures = week47("");
    let remarks = Remarks {
        eroders: eroders.collect(),
        unread: (0..80).map(|index| format!("account/{index} with a long name {}", "y".repeat(index))).collect(),
        ..Remarks::default()
    };
    for remarks in [Remarks { unread: Vec::new(), ..remarks.clone() }, remarks] {
        let body = text(&wishes(ROLES), &figures, &remarks);
        assert!(body.chars().count() <= 3000, "{}", body.chars().count());
        assert!(!body.contains(['<', '>', '&', '\r', '\t', '\u{7}']), "{body}");
        for line in body.lines() {
            assert!(line.chars().count() <= 60 && line.trim_end() == line, "{line:?}");
        }
    }
}

#[test]
fn durations_in_words() {
    for (minutes, expect) in [(0, "0 min"), (59, "59 min"), (60, "1 h"), (65, "1 h 05"), (6000, "100 h")] {
        assert_eq!(hours(minutes), expect);
    }
    for (minutes, expect) in [(0, "0 min"), (119, "119 min"), (120, "2 h"), (2879, "47 h"), (2880, "2 days")] {
        assert_eq!(lead_time(minutes), expect);
    }
}
