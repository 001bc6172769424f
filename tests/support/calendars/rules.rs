//! Random rules of the kinds that people use, each with a day on which it begins.

use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::{one_in, pick};

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn weekday(day: Date) -> &'static str {
    WEEKDAYS[day.weekday().to_monday_zero_offset() as usize]
}

fn next_workday(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day + 2.days(),
        Weekday::Sunday => day + 1.day(),
        _ => day,
    }
}

fn weekly(rng: &mut Rng, day: Date) -> String {
    let mut days: Vec<&str> = WEEKDAYS.iter().copied().filter(|_| one_in(rng, 3)).collect();
    if !days.contains(&weekday(day)) {
        days.push(weekday(day));
    }
    let days = if one_in(rng, 3) { String::new() } else { format!(";BYDAY={}", days.join(",")) };
    format!(
        "FREQ=WEEKLY{}{days}{}",
        pick(rng, &["", "", ";INTERVAL=2", ";INTERVAL=3"]),
        pick(rng, &["", ";WKST=SU", ";WKST=MO"])
    )
}

fn monthly(rng: &mut Rng, day: Date) -> (String, Date) {
    let every = pick(rng, &["", "", "", ";INTERVAL=2", ";INTERVAL=3"]);
    let nth = (day.day() - 1) / 7 + 1;
    let (rest, day) = match rng.u8(0..9) {
        7 => (";BYMONTHDAY=1,15".to_owned(), day.first_of_month() + pick(rng, &[0, 14]).days()),
        8 if nth < 4 => (format!(";BYDAY={nth}{0},{1}{0}", weekday(day), nth + 1), day),
        0 => (String::new(), day),
        1 => (format!(";BYMONTHDAY={}", day.day()), day),
        2 => (";BYMONTHDAY=-1".to_owned(), day.last_of_month()),
        3 if nth < 5 => (format!(";BYDAY={nth}{}", weekday(day)), day),
        4 if nth < 5 => (format!(";BYDAY={};BYSETPOS={nth}", weekday(day)), day),
        5 => {
            let last = day.nth_weekday_of_month(-1, day.weekday()).unwrap();
            (format!(";BYDAY=-1{}", weekday(last)), last)
        }
        _ => {
            let last = day.last_of_month();
            let back = (i64::from(last.weekday().to_monday_zero_offset()) - 4).max(0);
            (";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1".to_owned(), last - back.days())
        }
    };
    (format!("FREQ=MONTHLY{every}{rest}"), day)
}

fn yearly(rng: &mut Rng, day: Date) -> String {
    let nth = (day.day() - 1) / 7 + 1;
    match rng.u8(0..4) {
        0 => "FREQ=YEARLY".to_owned(),
        3 => format!("FREQ=YEARLY;BYMONTH={},{};BYMONTHDAY={}", day.month(), day.month() % 12 + 1, day.day()),
        1 => format!("FREQ=YEARLY;BYMONTH={};BYMONTHDAY={}", day.month(), day.day()),
        _ if nth < 5 => format!("FREQ=YEARLY;BYMONTH={};BYDAY={nth}{}", day.month(), weekday(day)),
        _ => format!("FREQ=YEARLY;BYMONTH={}", day.month()),
    }
}

/// A rule, and the day at which it begins: the given one or one near it that the rule makes; rarely the day before,
/// which the rule does not always make.
pub(super) fn rule(rng: &mut Rng, day: Date) -> (String, Date) {
    let (rule, day) = match rng.u8(0..20) {
        0..3 => (format!("FREQ=DAILY{}", pick(rng, &["", "", ";INTERVAL=2", ";INTERVAL=10"])), day),
        3..5 => ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR".to_owned(), next_workday(day)),
        5 => ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR".to_owned(), next_workday(day)),
        6..13 => (weekly(rng, day), day),
        13..18 => monthly(rng, day),
        _ => (yearly(rng, day), day),
    };
    (rule, if one_in(rng, 30) { day - 1.day() } else { day })
}
