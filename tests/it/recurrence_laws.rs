//! Laws of recurrence rules: where an expansion begins does not change what it finds, and where the `rrule` crate
//! is right it finds the same.

use chrono::{DateTime as Chrono, Datelike as _, Timelike as _};
use jiff::ToSpan as _;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use seawall::calendar::recurrence::{Budget, Frequency, Rule, RuleError, starts};

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(count) }
}

/// `NAME=` and up to three of those values, or nothing at all more often than not.
fn part(name: &'static str, values: &'static str) -> impl Strategy<Value = String> {
    let values: Vec<&str> = values.split(' ').collect();
    let list = prop::sample::subsequence(values, 1..=3);
    prop_oneof![4 => Just(String::new()), 1 => list.prop_map(move |list| format!(";{name}={}", list.join(",")))]
}

/// Any rule at all, sensible or not.
fn any_rule() -> impl Strategy<Value = String> {
    let frequency = prop_oneof![
        Just("YEARLY"),
        Just("MONTHLY"),
        Just("WEEKLY"),
        Just("DAILY"),
        Just("HOURLY"),
        Just("MINUTELY"),
        Just("SECONDLY")
    ];
    let interval = prop_oneof![5 => Just(1), 3 => 2..5_u32, 1 => 5..100_u32];
    let days = (
        part("BYMONTH", "1 2 3 6 10 12"),
        part("BYWEEKNO", "1 2 10 52 53 -1 -53"),
        part("BYYEARDAY", "1 60 100 365 366 -1 -100 -366"),
        part("BYMONTHDAY", "1 13 28 29 31 -1 -3 -31"),
        part("BYDAY", "MO TU WE FR SU 1MO 2TU -1FR 5SA -5SU 20MO"),
    );
    let times = (part("BYHOUR", "0 9 23"), part("BYMINUTE", "0 15 59"), part("BYSECOND", "0 30 59"));
    let rest = (
        part("BYSETPOS", "1 2 3 -1 -2 7"),
        prop_oneof![2 => Just(""), 1 => Just(";WKST=SU"), 1 => Just(";WKST=TH")],
        prop_oneof![6 => Just(""), 1 => Just(";RSCALE=GREGORIAN;SKIP=FORWARD"), 1 => Just(";SKIP=BACKWARD")],
    );
    (frequency, interval, days, times, rest).prop_map(
        |(frequency, interval, (month, week, year_day, month_day, day), (hour, minute, second), (position, wkst, skip))| {
            // SKIP with BYWEEKNO is not followed.
            let skip = if week.is_empty() { skip } else { "" };
            format!(
                "FREQ={frequency};INTERVAL={interval}{month}{week}{year_day}{month_day}{day}{hour}{minute}{second}{position}{wkst}{skip}"
            )
        },
    )
}

fn some_start() -> impl Strategy<Value = DateTime> {
    let any_day = (0..9_500_i64).prop_map(|days| date(2000, 1, 1) + days.days());
    let edge = prop::sample::select(vec![
        date(2000, 2, 29),
        date(2010, 1, 2),
        date(2020, 12, 31),
        date(2021, 1, 3),
        date(2024, 1, 31),
        date(2024, 12, 30),
    ]);
    (prop_oneof![3 => any_day, 1 => edge], 0..24_i8, 0..60_i8, 0..60_i8)
        .prop_map(|(day, hour, minute, second)| day.at(hour, minute, second, 0))
}

/// How far ahead plain expansion can look within its budget.
fn reach(frequency: Frequency) -> i64 {
    match frequency {
        Frequency::Secondly => 30_000,
        Frequency::Minutely => 30_000 * 60,
        Frequency::Hourly => 20_000 * 3600,
        _ => 12_000 * 86_400,
    }
}

fn found(rule: &Rule, start: DateTime, from: DateTime, to: DateTime) -> Result<Vec<DateTime>, RuleError> {
    starts(rule, start.into(), None, from..to, &mut Budget::of_rule())
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn skipping_ahead_finds_what_plain_expansion_finds(
        text in any_rule(), start in some_start(), ahead in 0..1_000_i64, length in 1..300_i64,
        count in prop_oneof![3 => Just(String::new()), 2 => (1..3_000_u32).prop_map(|count| format!(";COUNT={count}"))],
    ) {
        let rule = Rule::parse(&format!("{text}{count}")).unwrap();
        let unit = reach(rule.frequency) / 1_300;
        let from = start + (ahead * unit).seconds();
        let to = from + (length * unit).seconds();
        // Where the plain expansion exhausts its budget there is nothing to compare with.
        if let Ok(plain) = found(&rule, start, start, to) {
            let expected: Vec<_> = plain.iter().copied().filter(|at| *at >= from).collect();
            prop_assert_eq!(found(&rule, start, from, to), Ok(expected), "{} from {}", text, start);
            prop_assert!(plain.is_sorted_by(|one, two| one < two));
            prop_assert!(plain.first().is_none_or(|first| *first >= start));
        }
    }

    #[test]
    fn count_takes_the_first_of_what_there_is_without_it(text in any_rule(), start in some_start(), count in 1..60_u32) {
        let rule = Rule::parse(&text).unwrap();
        let to = start + reach(rule.frequency).seconds();
        let some = Rule::parse(&format!("{text};COUNT={count}")).unwrap();
        if let Ok(all) = found(&rule, start, start, to)
            && !text.contains("SKIP")
        {
            let first: Vec<_> = all.into_iter().take(count as usize).collect();
            prop_assert_eq!(found(&some, start, start, to), Ok(first));
        }
    }

    #[test]
    fn a_shorter_frequency_with_the_same_limits_finds_the_same(
        month in part("BYMONTH", "1 2 6 12"), month_day in part("BYMONTHDAY", "1 13 31 -1"),
        day in part("BYDAY", "MO WE FR SU"), start in some_start(),
    ) {
        // Where all that FREQ would make is said in BY parts, each frequency says the same.
        let month_day = if month_day.is_empty() && day.is_empty() { ";BYMONTHDAY=1,2,3".to_owned() } else { month_day };
        let month = if month.is_empty() { ";BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12".to_owned() } else { month };
        let (hour, minute, second) = (start.hour(), start.minute(), start.second());
        let same = format!("{month}{month_day}{day};BYHOUR={hour};BYMINUTE={minute};BYSECOND={second}");
        let to = start + 1_000.days();
        let all = |frequency: &str| found(&Rule::parse(&format!("FREQ={frequency}{same}")).unwrap(), start, start, to);
        let daily = all("DAILY");
        for frequency in ["YEARLY", "MONTHLY", "HOURLY", "MINUTELY", "SECONDLY"] {
            prop_assert_eq!(all(frequency), daily.clone(), "{}{}", frequency, same);
        }
    }

    #[test]
    fn realistic_rules_agree_with_rrule(text in realistic(), start in some_start()) {
        let rule = Rule::parse(&text).unwrap();
        let expected = by_rrule(&text, start);
        let to = expected.last().map_or(start, |last| *last) + 1.second();
        prop_assert_eq!(found(&rule, start, start, to), Ok(expected), "{} from {}", text, start);
    }
}

/// Rules as people have them, without those that `rrule` gets wrong.
fn realistic() -> impl Strategy<Value = String> {
    let body = prop_oneof![
        part("BYDAY", "MO TU WE TH FR SA SU").prop_map(|days| format!("DAILY{days}")),
        part("BYMONTH", "1 5 6 11").prop_map(|months| format!("DAILY{months}")),
        part("BYDAY", "MO TU WE TH FR SA SU").prop_map(|days| format!("WEEKLY{days}")),
        part("BYDAY", "1MO 2TU -1FR 3WE -2SU 5MO").prop_map(|days| format!("MONTHLY{days}")),
        part("BYMONTHDAY", "1 15 29 30 31 -1 -3").prop_map(|days| format!("MONTHLY{days}")),
        part("BYSETPOS", "1 2 -1").prop_map(|position| format!("MONTHLY;BYDAY=MO,TU,WE,TH,FR{position}")),
        part("BYDAY", "1MO -1SU 2TH").prop_map(|days| format!("YEARLY;BYMONTH=3,10{days}")),
        part("BYYEARDAY", "1 100 366 -1").prop_map(|days| format!("YEARLY{days}")),
        part("BYHOUR", "9 12 17").prop_map(|hours| format!("DAILY{hours}")),
        Just("HOURLY;BYDAY=MO,FR".to_owned()),
        Just("MINUTELY;BYHOUR=9".to_owned()),
    ];
    (body, 1..5_u8, prop_oneof!["", ";WKST=SU", ";WKST=SA"])
        .prop_map(|(body, interval, week_start)| format!("FREQ={body};INTERVAL={interval}{week_start}"))
}

/// The first instances by the `rrule` crate, as if wall-clock time were UTC.
fn by_rrule(text: &str, start: DateTime) -> Vec<DateTime> {
    let set: rrule::RRuleSet = format!("DTSTART:{}\nRRULE:{text}", start.strftime("%Y%m%dT%H%M%SZ")).parse().unwrap();
    let wall = |at: &Chrono<rrule::Tz>| {
        let day = date(at.year() as i16, at.month() as i8, at.day() as i8);
        day.at(at.hour() as i8, at.minute() as i8, at.second() as i8, 0)
    };
    set.into_iter().take(40).map(|at| wall(&at)).collect()
}
