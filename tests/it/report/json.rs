//! The JSON that other tools read: the very fields of the documentation, in its order.

use regex::Regex;
use seawall::focus::plan::HoldState;
use seawall::report::json;
use serde_json::Value;

use super::week47;
use crate::support::outcome::{build, outcome, wishes};
use crate::support::policy;

/// The fields of the document in the order of its text.
fn fields(text: &str) -> String {
    let found = Regex::new(r#"(?m)^ *"([a-z_]+)": "#).unwrap();
    found.captures_iter(text).map(|found| found[1].to_owned()).collect::<Vec<_>>().join(" ")
}

/// One role with one block, one meeting that erodes it and one invitation that threatens it.
fn smallest() -> seawall::cycle::outcome::Outcome {
    let mut wishes = wishes();
    wishes.roles.truncate(1);
    wishes.roles[0].target = Some(60);
    wishes.roles[0].blocks[0].hours = policy::hours("tue 9-12").remove(0);
    build(&wishes, "tue 9-9:20 Stand-up\n tue 10-10:30 Pitch (unanswered)", &[], &[])
}

#[test]
fn a_plan_has_the_documented_fields() {
    let outcome = smallest();
    assert_eq!((outcome.blocks.len(), outcome.holds.len(), outcome.changes.len()), (1, 1, 1));
    let expected = "now timezone weeks week role target_minutes needed_minutes attainable_minutes protected_minutes objective \
        blocks name role start end planned_minutes kept_minutes eroded_minutes protected_minutes level \
        eroded_by uid title start end minutes focus_cost_minutes organiser lead_minutes \
        threats uid title start end \
        holds uid role start end busy state block why \
        changes action kind uid account calendar title start end busy why applied error warnings";
    assert_eq!(fields(&json::plan(&outcome)), expected);
}

#[test]
fn events_have_the_documented_fields() {
    let outcome = outcome("tue 9-9:20 Stand-up");
    let expected =
        "uid recurrence_id account calendar start end all_day title busy why role meeting attendees own uncertain";
    assert_eq!(fields(&json::events(outcome.listing(false), week47().span(&outcome.tz))), expected);
}

#[test]
fn a_summary_has_the_documented_fields() {
    let mut outcome = smallest();
    let trend = seawall::balance::text::TrendWeek { week: week47(), protected: 90, meetings: 30 };
    outcome.balances[0].remarks.trend.push(trend);
    let expected = "week final roles role minutes target_minutes focus planned_minutes kept_minutes eroded_minutes \
        protected_minutes recovered_minutes longest_minutes free_run_minutes fragmented_minutes meetings count minutes \
        in_blocks_minutes switches eroded_by uid title start end minutes focus_cost_minutes organiser lead_minutes \
        trend week protected_minutes meeting_minutes title text";
    assert_eq!(fields(&json::summary(&outcome, week47()).unwrap()), expected);
    assert_eq!(json::summary(&outcome, week47().plus(9)), None);
}

#[test]
fn words_are_lower_case_and_times_carry_the_offset_of_the_user() {
    let plan: Value = serde_json::from_str(&json::plan(&smallest())).unwrap();
    assert_eq!(plan["now"], "2026-11-16T07:30:00+01:00");
    assert_eq!(plan["timezone"], "Europe/Berlin");
    assert_eq!(plan["weeks"][0]["week"], "2026-W47");
    assert_eq!(plan["blocks"][0]["level"], "nibbled");
    assert_eq!(plan["blocks"][0]["eroded_by"][0]["organiser"], "Ben");
    assert_eq!(plan["changes"][0]["action"], "create");
    assert_eq!(plan["changes"][0]["kind"], "hold");
    assert_eq!(plan["changes"][0]["error"], Value::Null);
    assert_eq!(plan["holds"][0]["block"], "Morning deep work");
    assert_eq!(plan["holds"][0]["state"], "planned");
}

#[test]
fn the_state_of_a_hold_says_what_lies_on_the_calendar() {
    let states = [
        (HoldState::Planned, true, "written"),
        (HoldState::Planned, false, "planned"),
        (HoldState::Frozen, true, "frozen"),
        (HoldState::Pinned, true, "pinned"),
        (HoldState::Past, true, "past"),
    ];
    for (state, written, word) in states {
        let mut outcome = smallest();
        outcome.holds[0].hold.state = state;
        outcome.holds[0].written = written;
        let plan: Value = serde_json::from_str(&json::plan(&outcome)).unwrap();
        assert_eq!(plan["holds"][0]["state"], word);
    }
}

#[test]
fn every_verdict_has_its_word_and_the_list_is_sorted() {
    let outcome = outcome(
        "wed 9-10 a (own)\n tue 9-10 b (off)\n mon 11-12 c (unanswered)\n mon 10-11 d (free)\n mon 9-10 e\n sun 9-10 far",
    );
    let monday_to_wednesday = seawall::calendar::time::Span::new(
        week47().span(&outcome.tz).start,
        seawall::calendar::week::midnight(jiff::civil::date(2026, 11, 19), &outcome.tz),
    );
    let events: Value = serde_json::from_str(&json::events(outcome.listing(false), monday_to_wednesday)).unwrap();
    let words: Vec<&str> = events.as_array().unwrap().iter().map(|one| one["busy"].as_str().unwrap()).collect();
    assert_eq!(words, ["busy", "free", "threat", "off", "focus"]);
}

#[test]
fn an_eroder_of_two_blocks_is_listed_once_in_the_summary() {
    let mut wishes = wishes();
    wishes.roles.truncate(1);
    wishes.roles[0].blocks[0].hours = policy::hours("mon-fri 9-11").remove(0);
    let mut outcome = build(&wishes, "tue 9-10 Long", &[], &[]);
    let tuesday = outcome.blocks.iter().position(|one| !one.eroded_by.is_empty()).unwrap();
    outcome.blocks[0].eroded_by = outcome.blocks[tuesday].eroded_by.clone();
    let summary: Value = serde_json::from_str(&json::summary(&outcome, week47()).unwrap()).unwrap();
    assert_eq!(summary["eroded_by"].as_array().unwrap().len(), 1);
    assert_eq!(summary["eroded_by"][0]["minutes"], 2 * outcome.blocks[tuesday].eroded);
}
