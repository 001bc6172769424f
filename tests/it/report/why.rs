//! Why there is a hold, or none: one moment, one reason.

use seawall::focus::policy::Policy;
use seawall::report::why::{Question, why};

use super::PLAIN;
use crate::support::outcome::{SAMPLE, build, instant, outcome, wishes};
use crate::support::policy;

/// The reason for that moment, as one line, has these words in it.
#[track_caller]
fn check_in(policy: &Policy, events: &str, closed: &[&str], at: &str, words: &str) {
    let (day, time) = at.split_once(' ').unwrap();
    let outcome = build(policy, events, &[], closed);
    let question = Question::At(instant(policy, day, policy::minute_of_day(time)));
    let text = why(&outcome, question, PLAIN);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(line.contains(words), "`{words}` is not in:\n{text}");
}

#[track_caller]
fn check(at: &str, words: &str) {
    check_in(&wishes(), SAMPLE, &[], at, words);
}

#[test]
fn a_hold_is_explained() {
    check("mon 10", "Mon 16 Nov 09:30–12:00 Morning deep work busy deep covers 2 h 30 of Morning deep work");
    check("mon 15", "wins back 2 h of deep");
    check("mon 14:20", "An unanswered invitation overlaps it: Mon 16 14:00–14:25.");
}

#[test]
fn taken_time_says_by_what() {
    check("wed 10:30", "no hold. - Busy: `Architecture review` (10:00–11:00, work/Personal): accepted.");
    check("fri 10", "A day off: `Regional holiday` (all day, work/Personal): marked out of office.");
    check("mon 9:20", "Recovery after `Stand-up` (09:00–09:15, work/Personal) until 09:30 (15 min).");
    check("mon 14:05", "`Budget 🎉` (14:00–14:25, work/Personal) is not answered by you");
    check_in(&wishes(), "wed 13-16 Deep (own)", &[], "wed 14", "Protected already: `Deep`");
}

#[test]
fn time_that_is_no_working_time_says_so() {
    check("tue 18", "Outside your working hours (08:30–17:30).");
    check("sat 10", "You do not work on that day.");
    check("tue 12:30", "You are away from 12:00 to 13:00.");
    check("mon 7", "It is past");
}

#[test]
fn closed_time_says_who_closed_it() {
    let words = "Closed by you: you deleted or moved a hold of deep there (Tue 17 Nov 09:00–12:00)";
    check_in(&wishes(), "", &["tue 9-12"], "tue 10", words);
}

#[test]
fn a_short_free_run_says_how_short() {
    check("thu 10", "deep: too short: the free run 09:30–10:30 has 1 h, and a session needs 2 h.");
    check("mon 17", "deep: too short: beside the holds 16:30–17:30 has 1 h, and a session needs 2 h.");
}

#[test]
fn time_beside_a_hold_is_its_break() {
    check("mon 16:20", "Break: 15 min is kept around `deep` (14:15–16:15).");
}

#[test]
fn time_of_another_role_says_whose() {
    check("thu 10", "learning: `Morning deep work` (09:00–12:00) is kept for deep.");
    check("wed 9", "learning: outside the hours where it may be won back (`allowed`).");
}

#[test]
fn a_reached_target_is_a_reason() {
    check(
        "thu 16",
        "deep: the target of the week is reached: 9 h of 9 h 35; what is missing is less than half a session.",
    );
    check_in(&wishes(), "", &[], "wed 9", "deep: the target of the week is reached: 12 h of 12 h.");
}

#[test]
fn time_that_comes_too_soon_is_too_soon() {
    let mut wishes = wishes();
    wishes.roles.truncate(1);
    wishes.work = policy::hours("mon-fri 7-12");
    check_in(&wishes, "", &[], "mon 7:45", "Too soon: no hold starts before 08:00 (30 min from now).");
}

#[test]
fn a_week_that_is_not_planned_says_so() {
    let outcome = outcome("");
    let at = outcome.weeks[0].plus(1).span(&outcome.tz).start;
    let text = why(&outcome, Question::At(at), PLAIN);
    assert!(text.contains("2026-W48 is not planned: only 2026-W47 to 2026-W47 are."), "{text}");
}

#[test]
fn a_hold_is_found_by_the_start_of_its_uid() {
    let outcome = outcome(SAMPLE);
    let uid = &outcome.holds[0].uid;
    let ask = |prefix: &str| why(&outcome, Question::Uid(prefix), PLAIN);
    assert!(ask(&uid[..8]).starts_with("Mon 16 Nov 09:30–12:00  Morning deep work  busy  deep\n"));
    assert!(ask("sea0").starts_with("5 holds have a UID that begins so:\n"));
    assert_eq!(ask("x"), "No hold has a UID that begins with `x`.\n");
    assert_eq!(ask(""), "No hold has a UID that begins with ``.\n");
}
