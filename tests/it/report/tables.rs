//! Changes, events, summary and log as text.

use jiff::SignedDuration;
use seawall::calendar::time::Span;
use seawall::cycle::outcome::{Attempt, Outcome};
use seawall::cycle::warning::Warning;
use seawall::provider::Etag;
use seawall::reconcile::change::{Action, Target};
use seawall::reconcile::ledger::WriteRecord;
use seawall::report::{Look, changes, events, log, summary};
use unicode_width::UnicodeWidthStr as _;

use super::{PLAIN, uncolored, week47};
use crate::support::outcome::{SAMPLE, instant, outcome, wishes};

/// An outcome with a change of every kind: made, moved, removed, held back.
fn busy_cycle() -> Outcome {
    let mut outcome = outcome(SAMPLE);
    outcome.changes.truncate(4);
    let target = |span: Span, busy| Target {
        href: "a.ics".to_owned(),
        etag: Etag("1".to_owned()),
        span,
        busy,
        title: "Focus: Morning deep work".to_owned(),
    };
    let later = |span: Span| {
        let by = SignedDuration::from_mins(45);
        Span::new(span.start.saturating_add(by).unwrap(), span.end.saturating_add(by).unwrap())
    };
    let [made, moved, removed, waits] = outcome.changes.as_mut_slice() else { panic!("four changes") };
    made.applied = true;
    moved.applied = true;
    moved.change.action = Action::Update;
    moved.change.target = Some(target(later(moved.change.span()), false));
    removed.applied = true;
    removed.change.action = Action::Delete;
    removed.change.target = Some(target(removed.change.span(), true));
    removed.change.content = None;
    removed.change.why = "yields to Release review".to_owned();
    waits.error = Some("20 writes a cycle are the limit (`writes_per_cycle`); the rest waits".to_owned());
    outcome.warnings.push(Warning::new(
        "home/private: the folder can't be read, so nothing is moved in it until it can be read again.",
    ));
    outcome
}

#[test]
fn each_change_has_its_sign_its_time_and_its_reason() {
    insta::assert_snapshot!(changes::changes(&busy_cycle(), PLAIN), @r"
    3 of 4 changes written
      + Mon 16 Nov 09:30–12:00  Focus: Morning deep work  busy
        covers 2 h 30 of Morning deep work (mon 09:00–12:00)
      ~ Mon 16 Nov 14:15–16:15  Focus: deep  busy
        was 15:00–17:00, free; wins back 2 h of deep: 4 h of its blocks were lost
        this week; busy: an unanswered invitation overlaps
      − Tue 17 Nov 09:30–12:00  Focus: Morning deep work  busy
        yields to Release review
      + Wed 18 Nov 13:00–15:00  Focus: deep  busy
        wins back 2 h of deep: 4 h of its blocks were lost this week; busy: the week
        is tight
        ! not written: 20 writes a cycle are the limit (`writes_per_cycle`); the
        rest waits

    Warning: home/private: the folder can't be read, so nothing is moved in it until
    it can be read again.
    ");
}

#[test]
fn nothing_to_change_is_said() {
    let mut outcome = outcome("");
    outcome.changes = Vec::<Attempt>::new();
    assert_eq!(changes::changes(&outcome, PLAIN), "Nothing to change.\n");
    outcome.halted = Some("most holds are gone since the last cycle.".to_owned());
    let text = changes::changes(&outcome, PLAIN);
    assert!(text.starts_with("Stopped: most holds are gone since the last cycle.\n"), "{text}");
}

#[test]
fn events_are_a_table_by_day() {
    let outcome = outcome(
        "mon 9-9:15 Stand-up\n mon 14-15 1:1 Ben (1:1)\n tue 10-11 Call from Mars (uncertain)\n tue all-day Holiday (off)
        wed 22-24 Late show (solo)\n wed 9-10 Pitch (unanswered)",
    );
    insta::assert_snapshot!(events::events(outcome.listing(false), week47().span(&outcome.tz), PLAIN), @r"
    Mon 16 Nov
      09:00–09:15  busy    Stand-up                        work/Personal  accepted
      14:00–15:00  busy    1:1 Ben             leadership  work/Personal  accepted

    Tue 17 Nov
      all day      off     Holiday                         work/Personal
                           marked out of office
      10:00–11:00  busy    (!) Call from Mars              work/Personal
                           accepted; uncertain: the zone `Mars` is not known

    Wed 18 Nov
      09:00–10:00  threat  Pitch                           work/Personal
                           not answered by you: may take the time
      22:00–24:00  busy    Late show                       work/Personal  solo
    ");
}

#[test]
fn the_summary_is_framed() {
    let outcome = outcome(SAMPLE);
    let text = summary::summary(&outcome, week47(), PLAIN);
    let head: Vec<&str> = text.lines().take(9).collect();
    insta::assert_snapshot!(head.join("\n"), @r"
    ╭──────────────────────────────────────────────────────────────────╮
    │ Week 47: 9 h of 9 h 35 deep work · 6 h meetings · 1 block eroded │
    ╰──────────────────────────────────────────────────────────────────╯

      deep        9 h of 9 h 35     ██████████████████████████████░░░
      learning    1 h 10 of 1 h 35  ████████████████████████░░░░░░░░░
      leadership  1 h 15 of 8 h     █████░░░░░░░░░░░░░░░░░░░░░░░░░░░░  measured only

      The week so far and as planned.
    ");
    assert!(text.contains("\n  Blocks planned: 9 h\n"), "{text}");
    assert_eq!(summary::summary(&outcome, week47().plus(5), PLAIN), "There is no balance of 2026-W52.\n");
}

#[test]
fn the_log_tells_what_was_written_when_and_why() {
    let at = |day: &str, minute: u16| instant(&wishes(), day, minute);
    let record = |action: &str, kind: &str, error: Option<&str>| WriteRecord {
        at: at("mon", 450),
        action: action.to_owned(),
        kind: kind.to_owned(),
        uid: "sea0x".to_owned(),
        calendar: "work/Personal".to_owned(),
        title: "Focus: Morning deep work".to_owned(),
        start: at("tue", 540),
        end: at("tue", 720),
        why: "covers 3 h of Morning deep work".to_owned(),
        error: error.map(str::to_owned),
    };
    let records = [
        record("create", "hold", None),
        record("update", "summary", None),
        record("delete", "hold", Some("somebody else was faster")),
    ];
    insta::assert_snapshot!(log::log(&records, &wishes().tz, PLAIN), @r"
    16 Nov 07:30  +  Tue 17 Nov 09:00–12:00  Focus: Morning deep work  work/Personal
                     covers 3 h of Morning deep work
    16 Nov 07:30  ~  Tue 17 Nov 09:00–12:00  summary  Focus: Morning deep work
                     covers 3 h of Morning deep work
    16 Nov 07:30  −  Tue 17 Nov 09:00–12:00  Focus: Morning deep work  work/Personal
                     covers 3 h of Morning deep work
                     ! failed: somebody else was faster
    ");
    assert_eq!(log::log(&[], &wishes().tz, PLAIN), "Nothing was written yet.\n");
}

#[test]
fn tables_keep_within_the_terminal_with_and_without_colour() {
    let outcome = busy_cycle();
    let span = week47().span(&outcome.tz);
    for width in (40..=160).step_by(4) {
        for color in [false, true] {
            let look = Look { width, color, before: false };
            let all = [
                changes::changes(&outcome, look),
                events::events(outcome.listing(false), span, look),
                summary::summary(&outcome, week47(), look),
            ];
            for text in all {
                assert_eq!(text.contains('\u{1b}'), color, "{text}");
                let plain = uncolored(&text);
                for line in plain.lines() {
                    assert!(line.width() <= width, "{width}: `{line}`");
                }
            }
        }
    }
}
