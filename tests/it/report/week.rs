//! The week as a picture: at 80 columns to the letter, at every width within the terminal.

use std::fmt::Write as _;

use fastrand::Rng;
use seawall::focus::plan::HoldState;
use seawall::report::Look;
use seawall::report::week::week;
use unicode_width::UnicodeWidthStr as _;

use super::{PLAIN, uncolored, week47};
use crate::support::outcome::{SAMPLE, build, outcome, wishes};
use crate::support::policy;

#[test]
fn a_week_at_eighty_columns() {
    insta::assert_snapshot!(week(&outcome(SAMPLE), week47(), PLAIN), @r"
    Week 47 · 16 Nov – 22 Nov 2026 · Europe/Berlin

          Mon 16 ◂       Tue 17         Wed 18         Thu 19         Fri 20
    08:30                                                             ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    09:00 ╹Stand-up    ╳ ╹Stand-up    ╳                ╹Stand-up    ╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 █Morning deep  █Morning deep                 ╳lost ╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    10:00 █work ▒▒▒▒▒▒▒▒ █work ▒▒▒▒▒▒▒▒ ┃Architecture  ╳╳╳╳╳╳╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 █09:30–12:00 ▒ █09:30–12:00 ▒ ┃review        ┃Release rev…╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    11:00 █▒▒▒▒▒▒▒▒▒▒▒▒▒ █▒▒▒▒▒▒▒▒▒▒▒▒▒                ╳lost ╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 █▒▒▒▒▒▒▒▒▒▒▒▒▒ █▒▒▒▒▒▒▒▒▒▒▒▒▒                ╳╳╳╳╳╳╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    12:00 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╱Regional ╱╱╱╱
    13:00                               █deep ▒▒▒▒▒▒▒▒ ┃Planning      ╱holiday ╱╱╱╱╱
      :30 ┃1:1 Ben                      █13:00–15:00 ▒ ┃会議室        ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    14:00 ?Budget 🎉     ┃Staff meeting █won back ▒▒▒▒ ┃              ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 █deep ▒▒▒▒▒▒▒▒ ┃              █▒▒▒▒▒▒▒▒▒▒▒▒▒                ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    15:00 █14:15–16:15 ▒ │Dentist       ┃1:1 Chloé                    ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 █won back ▒▒▒▒ │              ╹                             ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    16:00 ▀▀▀▀▀▀▀▀▀▀▀▀▀▀                █learning ▒▒▒▒                ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30                               █16:00–17:10 ▒                ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    17:00                               ▀▀▀▀▀▀▀▀▀▀▀▀▀▀                ╱╱╱╱╱╱╱╱╱╱╱╱╱╱

          ┃ meeting   ┃╳ meeting that cost block time   │ solo   ? unanswered
          █▒▒ hold, busy   ╳╳╳ block time lost   ╌╌╌ away

      Not drawn: Thu 19 20:00–22:00 Concert

    Blocks: what meetings took, and how much is protected
      Mon 09:00–12:00  Morning deep work  2 h 30 of 3 h   nibbled −30 min: Stand-up
      Tue 09:00–12:00  Morning deep work  2 h 30 of 3 h   nibbled −30 min: Stand-up
      Thu 09:00–12:00  Morning deep work  0 min of 3 h    lost
                       Stand-up 30 min · Release review 2 h 30

    Roles
      deep        9 h of 9 h 35     ██████████████████████████████░░░
      learning    1 h 10 of 1 h 35  ████████████████████████░░░░░░░░░
      leadership  1 h 15 of 8 h     █████░░░░░░░░░░░░░░░░░░░░░░░░░░░░  measured only
    ");
}

#[test]
fn the_same_week_before_the_cycle() {
    let text = week(&outcome(SAMPLE), week47(), Look { before: true, ..PLAIN });
    insta::assert_snapshot!(text, @r"
    Week 47 · 16 Nov – 22 Nov 2026 · before · Europe/Berlin

          Mon 16 ◂       Tue 17         Wed 18         Thu 19         Fri 20
    08:30                                                             ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    09:00 ╹Stand-up    ╳ ╹Stand-up    ╳                ╹Stand-up    ╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 ┊Morning deep  ┊Morning deep                 ╳lost ╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    10:00 ┊work ········ ┊work ········ ┃Architecture  ╳╳╳╳╳╳╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 ┊············· ┊············· ┃review        ┃Release rev…╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    11:00 ┊············· ┊·············                ╳lost ╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 ┊············· ┊·············                ╳╳╳╳╳╳╳╳╳╳╳╳╳╳ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    12:00 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ╱Regional ╱╱╱╱
    13:00                                              ┃Planning      ╱holiday ╱╱╱╱╱
      :30 ┃1:1 Ben                                     ┃会議室        ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    14:00 ?Budget 🎉     ┃Staff meeting                ┃              ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30                ┃                                            ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    15:00                │Dentist       ┃1:1 Chloé                    ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30                │              ╹                             ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    16:00                                                             ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
      :30                                                             ╱╱╱╱╱╱╱╱╱╱╱╱╱╱
    17:00                                                             ╱╱╱╱╱╱╱╱╱╱╱╱╱╱

          ┃ meeting   ┃╳ meeting that cost block time   │ solo   ? unanswered
          ┊·· block, unprotected   ╳╳╳ block time lost   ╌╌╌ away

      Not drawn: Thu 19 20:00–22:00 Concert

    Blocks: what meetings took, and how much is protected
      Mon 09:00–12:00  Morning deep work  0 min of 3 h    nibbled −30 min: Stand-up
      Tue 09:00–12:00  Morning deep work  0 min of 3 h    nibbled −30 min: Stand-up
      Thu 09:00–12:00  Morning deep work  0 min of 3 h    lost
                       Stand-up 30 min · Release review 2 h 30

    Roles
      deep        0 min of 9 h 35  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
      learning    0 min of 1 h 35  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
      leadership  1 h 15 of 8 h    █████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  measured only
    ");
}

/// The cell of that half hour, as `wed 14:30`, at 80 columns.
#[track_caller]
fn check(events: &str, at: &str, cell: &str) {
    let text = week(&outcome(events), week47(), PLAIN);
    let (day, time) = at.split_once(' ').unwrap();
    let row = usize::from((policy::minute_of_day(time) - (8 * 60 + 30)) / 30);
    let line = text.lines().nth(3 + row).unwrap();
    let left = 6 + 15 * usize::from(policy::weekday(day).to_monday_zero_offset().unsigned_abs());
    let found: String = line.chars().skip(left).take(14).collect();
    assert_eq!(found.trim_end(), cell, "in:\n{text}");
}

#[test]
fn a_short_meeting_is_seen_and_says_when_it_starts() {
    check("wed 14:10-14:25 Sync", "wed 14:00", "╻:10 Sync");
    check("wed 14:20-14:50 Sync", "wed 14:30", "╹");
    check("wed 14:22-15 Sync", "wed 14:30", "┃");
    check("wed 14:25-15 Sync", "wed 14:30", "┃14:25 Sync");
    check("wed 14:45-15 Sync", "wed 14:30", "╻:45 Sync");
    check("wed 14:58-15 Sync", "wed 14:30", "┃:58 Sync");
    check("wed 14-15 Sync", "wed 14:00", "┃Sync");
}

#[test]
fn meetings_at_the_same_time_are_counted() {
    check("wed 14-15 One\n wed 14-15 Two", "wed 14:00", "┃One        +1");
    check("wed 14-15 One\n wed 14-15 Two", "wed 14:30", "┃");
    check("wed 14-14:15 One\n wed 14:15-14:30 Two", "wed 14:00", "╹One        +1");
    check("wed 14-16 One\n wed 14:30-15 Two", "wed 14:30", "┃Two        +1");
    check("wed 14-16 One\n wed 14:30-15 Two", "wed 15:00", "┃… One");
    check("wed 14-16 One\n wed 14:30-15 Two", "wed 15:30", "┃");
}

#[test]
fn a_weekend_with_something_on_has_columns() {
    let text = week(&outcome("sat 10-11 Fair (solo)"), week47(), PLAIN);
    assert!(text.contains("Sat 21") && text.contains("│Fair"), "{text}");
    assert!(!text.contains("Sun 22"), "{text}");
}

#[test]
fn what_lies_close_to_working_hours_is_drawn_and_the_rest_is_named() {
    let text =
        week(&outcome("wed 18-18:30 Drinks (solo)\n wed 22-23 Call (solo)\n sun 5-6 Run (solo)"), week47(), PLAIN);
    assert!(text.contains("18:00                               │Drinks"), "{text}");
    assert!(text.contains("Not drawn: Wed 18 22:00–23:00 Call · Sun 22 05:00–06:00 Run"), "{text}");
}

#[test]
fn every_kind_of_hold_and_focus_is_told_apart() {
    let mut outcome = build(&wishes(), "wed 13-15 Thinking (own)", &["mon 9-12", "tue 9-12", "thu 9-12"], &[]);
    for (shown, state) in outcome.holds.iter_mut().zip([HoldState::Planned, HoldState::Pinned]) {
        shown.hold.state = state;
    }
    outcome.holds[0].hold.busy = false;
    let text = week(&outcome, week47(), PLAIN);
    assert!(text.contains("09:00 ▌Morning deep  █Morning deep "), "{text}");
    assert!(text.contains("10:00 ▌09:00–12:00 ░ █09:00–12:00 ▓"), "{text}");
    assert!(text.contains("  :30 ▌░░░░░░░░░░░░░ █pinned ▓▓▓▓▓▓"), "{text}");
    assert!(text.contains("13:00                               █Thinking ▓▓▓▓"), "{text}");
    assert!(text.contains("14:00                               █yours ▓▓▓▓▓▓▓"), "{text}");
    assert!(
        text.contains("▌░░ hold, free") && text.contains("█▓▓ pinned") && text.contains("█▓▓ your own focus"),
        "{text}"
    );
}

#[test]
fn a_block_that_an_invitation_threatens_says_so() {
    let text = week(&outcome("thu 10-11 Pitch (unanswered)"), week47(), PLAIN);

    assert!(text.contains("intact · Pitch unanswered"), "{text}");
}

#[test]
fn a_title_that_would_steer_the_terminal_is_harmless() {
    let outcome = outcome("wed 14-15 a\u{1b}[31mb\u{202e}c");
    let text = week(&outcome, week47(), PLAIN);
    assert!(text.contains("┃a [31mbc"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']));
}

/// A week of random meetings; Friday is off, so that every row reaches to the last column.
fn random_week(rng: &mut Rng) -> String {
    const TITLES: [&str; 8] = [
        "1:1",
        "Architecture review of everything",
        "会議室の予約",
        "Café 👩‍💻🎉",
        "Überraschung",
        "é",
        "🇩🇪 call",
        "Donaudampfschiff",
    ];
    const FLAGS: [&str; 6] = ["", "", " (solo)", " (unanswered)", " (1:1)", " (own)"];
    let mut out = "fri all-day Feiertag (off)\n".to_owned();
    for _ in 0..rng.usize(0..25) {
        let day = ["mon", "tue", "wed", "thu", "sat", "sun"][rng.usize(0..6)];
        let (start, length) = (rng.u32(300..1300), [5, 15, 25, 30, 45, 60, 90, 300][rng.usize(0..8)]);
        let end = (start + length).min(1440);
        let (title, flag) = (TITLES[rng.usize(0..TITLES.len())], FLAGS[rng.usize(0..FLAGS.len())]);
        let times = format!("{}:{:02}-{}:{:02}", start / 60, start % 60, end / 60, end % 60);
        let _ = writeln!(out, "{day} {times} {title}{flag}");
    }
    out
}

#[test]
fn no_line_is_wider_than_the_terminal_and_columns_stay_columns() {
    let mut rng = Rng::with_seed(47);
    for _ in 0..12 {
        let events = random_week(&mut rng);
        let outcome = outcome(&events);
        for width in (60..=140).step_by(8) {
            let plain = week(&outcome, week47(), Look { width, ..PLAIN });
            let colored = week(&outcome, week47(), Look { width, color: true, before: rng.bool() });
            assert!(!plain.contains('\u{1b}'));
            for line in plain.lines().chain(uncolored(&colored).lines()) {
                assert!(line.width() <= width, "{width}: `{line}`\n{events}");
            }
            let friday = plain.lines().find_map(|line| Some(line.get(..line.find("Fri 20")?)?.width())).unwrap();
            let rows =
                plain.lines().skip_while(|line| !line.contains("Fri 20")).skip(1).take_while(|line| !line.is_empty());
            for row in rows {
                let at = row.find('╱').map(|at| row[..at].width());
                assert_eq!(at, Some(friday), "{width}: `{row}`\n{events}");
            }
        }
    }
}

#[test]
fn a_week_without_work_or_plan_is_still_a_picture() {
    let mut wishes = wishes();
    wishes.work = policy::hours("mon 9-10");
    wishes.roles.clear();
    let text = week(&build(&wishes, "", &[], &[]), week47().plus(60), PLAIN);
    assert_eq!(text.lines().count(), 5, "{text}");
}
