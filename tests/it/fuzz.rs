//! Mutations of odd files, rules and zone names: no input may panic, hang or take much memory. A short run with every
//! test; `SEAWALL_FUZZ_SECONDS=600` makes it a long one, which prints the slowest input of each target.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fastrand::Rng;
use seawall::calendar::expand::expand;
use seawall::calendar::ical::{LINES_MAX, WARNINGS_MAX, read};
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;

use crate::support::ics::{calendar, zone};

/// Inputs without a time limit, so that the short run is the same everywhere.
const SHORT_RUNS: usize = 3_000;

/// The longest input.
const INPUT_BYTES_MAX: usize = 1_000_000;

/// Debug builds on a busy machine are some fifty times slower than the second that a release build may take.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 50 } else { 1 });

/// What makes iCalendar text what it is.
const TOKENS: [&str; 46] = [
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "BEGIN:VALARM\r\n",
    "END:VALARM\r\n",
    "BEGIN:VTIMEZONE\r\n",
    "END:VTIMEZONE\r\n",
    "BEGIN:STANDARD\r\n",
    "END:STANDARD\r\n",
    "BEGIN:DAYLIGHT\r\n",
    "TZID:Own\r\n",
    "TZOFFSETFROM:+2559\r\n",
    "TZOFFSETTO:-255959\r\n",
    "X-LIC-LOCATION:Europe/Berlin\r\n",
    "X-WR-TIMEZONE:Own\r\n",
    "DTSTART;TZID=Own:20261116T090000\r\n",
    "DTSTART:16010101T000000\r\n",
    "DTSTART:99991231T235959Z\r\n",
    "DTSTART:00000101\r\n",
    "DTEND:20261117\r\n",
    "DTEND;TZID=Own:99991231T235959\r\n",
    "DURATION:P9999999999W\r\n",
    "DURATION:-PT1S\r\n",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n",
    "RRULE:FREQ=SECONDLY;BYSETPOS=-1\r\n",
    "RRULE:FREQ=DAILY;COUNT=2000000000\r\n",
    "RRULE:FREQ=HOURLY;INTERVAL=23\r\n",
    "RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2\r\n",
    "RDATE;VALUE=PERIOD:20261116T090000Z/P9999W,20261117T090000Z/PT0S\r\n",
    "EXDATE:20261116\r\n",
    "EXRULE:FREQ=DAILY\r\n",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20261117T090000Z\r\n",
    "SEQUENCE:99999999999999999999\r\n",
    "UID:a\r\n",
    "\r\n ",
    "\r",
    "\n",
    "\0",
    ":",
    ";",
    "\"",
    "\\",
    "^n",
    "\u{feff}",
    "20261116T090000Z",
];

/// Parts of rules.
const RULE_TOKENS: [&str; 40] = [
    "FREQ=",
    "SECONDLY",
    "MINUTELY",
    "HOURLY",
    "DAILY",
    "WEEKLY",
    "MONTHLY",
    "YEARLY",
    ";",
    "INTERVAL=",
    "COUNT=",
    "UNTIL=",
    "20261231T235959Z",
    "20261231",
    "BYDAY=",
    "MO,TU,WE,TH,FR",
    "-1SU",
    "53MO",
    "-53SA",
    "BYMONTH=",
    "2",
    "12",
    "BYMONTHDAY=",
    "31",
    "-31",
    "BYYEARDAY=",
    "366",
    "-366",
    "BYWEEKNO=",
    "53",
    "-53",
    "BYSETPOS=",
    "BYHOUR=",
    "0,12,23",
    "BYMINUTE=",
    "BYSECOND=",
    "60",
    "WKST=SU",
    "RSCALE=GREGORIAN",
    "4294967295",
];

/// Parts of zone names.
const NAME_TOKENS: [&str; 32] = [
    "Europe/Berlin",
    "America/Argentina/Ushuaia",
    "/mozilla.org/20050126_1/",
    "Etc/GMT-1",
    "(UTC+01:00) ",
    "(GMT-",
    ")",
    "Amsterdam, Berlin",
    " Standard Time",
    "W. Europe",
    "Pacific Time (US & Canada); Tijuana",
    "tzone://Microsoft/",
    "Utc",
    "Custom",
    "UTC",
    "GMT",
    "+",
    "-",
    "0100",
    "99",
    ":",
    "/",
    "//",
    "\\",
    "\"",
    " - Old",
    "..",
    "Ü",
    "ǅ",
    "İ",
    "\0",
    "_",
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The files of a folder, in order.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(fixtures().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// All calendars of the corpora.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = [files("ics"), files("fuzz")].concat();
    let made = std::fs::read_to_string(fixtures().join("recurrence/calendars_handmade.json")).unwrap();
    let made: Vec<serde_json::Value> = serde_json::from_str(&made).unwrap();
    seeds.extend(made.iter().filter_map(|case| case["ics"].as_str()).map(|ics| ics.as_bytes().to_vec()));
    seeds
}

/// One to sixteen changes: bytes, tokens, lines, pieces of another seed; now and then so often repeated that the limits count.
fn mutated(rng: &mut Rng, seeds: &[Vec<u8>], tokens: &[&str], longest: usize) -> Vec<u8> {
    let mut body = if seeds.is_empty() { Vec::new() } else { seeds[rng.usize(..seeds.len())].clone() };
    body.truncate(longest);
    for _ in 0..=rng.usize(..16) {
        let at = rng.usize(..=body.len());
        let end = (at + rng.usize(..=40)).min(body.len());
        match rng.u8(..9) {
            0 => body.insert(at, rng.u8(..)),
            1 if at < body.len() => body[at] ^= 1 << rng.u8(..8),
            2 => drop(body.drain(at..end)),
            3 => drop(body.splice(at..at, tokens[rng.usize(..tokens.len())].bytes())),
            4 => {
                let piece = body[at..end].to_vec();
                body.splice(at..at, piece.repeat(1 + rng.usize(..4)));
            }
            5 if !seeds.is_empty() => {
                let other = &seeds[rng.usize(..seeds.len())];
                let from = rng.usize(..=other.len());
                let piece = other[from..(from + rng.usize(..=400)).min(other.len())].to_vec();
                body.splice(at..at, piece);
            }
            6 => {
                // A line moves elsewhere.
                let lines: Vec<&[u8]> = body.split_inclusive(|byte| *byte == b'\n').collect();
                if let [_, ..] = lines.as_slice() {
                    let line = lines[rng.usize(..lines.len())].to_vec();
                    body.splice(at..at, line);
                }
            }
            7 => {
                // Any digit to any other: dates, counts, offsets.
                if let Some(digit) = body.iter().skip(at).position(u8::is_ascii_digit) {
                    body[at + digit] = b'0' + rng.u8(..10);
                }
            }
            _ => {
                let token = tokens[rng.usize(..tokens.len())];
                body.splice(at..end, token.bytes());
            }
        }
    }
    if rng.u16(..500) == 0 && !body.is_empty() {
        let (from, to) = (rng.usize(..body.len()), rng.usize(..=body.len()));
        let piece = body[from.min(to)..from.max(to).min(from.min(to) + 2_000)].to_vec();
        let times = (longest - body.len().min(longest)) / piece.len().max(1);
        body.splice(from..from, piece.repeat(rng.usize(..=times)));
    }
    body.truncate(longest);
    body
}

/// Reads and places whatever the bytes hold, and holds it against the limits.
fn digest(body: &[u8]) {
    let parsed = read(body);
    assert!(parsed.warnings.len() <= WARNINGS_MAX + 1 && parsed.components.len() <= LINES_MAX);
    let around = Span::new("2026-11-01T00:00:00Z".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
    let found = expand(&parsed.components, around, &Zones::bundled(), &zone("Europe/Berlin"));
    let spans: Vec<_> = found.occurrences.iter().map(|(_, one)| (one.span.start, one.span.end)).collect();
    assert!(spans.is_sorted());
    assert!(spans.iter().all(|(start, end)| start <= end && *end >= around.start && *start < around.end));
}

/// Feeds mutations to a target until the time is up.
#[expect(clippy::disallowed_methods, reason = "how long an input takes is what a long run asks")]
fn run(target: &str, seeds: &[Vec<u8>], tokens: &[&str], longest: usize, feed: impl Fn(&[u8])) {
    let seconds = std::env::var("SEAWALL_FUZZ_SECONDS").ok().and_then(|text| text.parse::<u64>().ok());
    let seed = std::env::var("SEAWALL_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let mut rng = Rng::with_seed(seed);
    let started = Instant::now();
    let (mut runs, mut slowest) = (0_usize, (Duration::ZERO, Vec::new()));
    loop {
        let is_over = seconds.map_or(runs >= SHORT_RUNS, |most| started.elapsed() >= Duration::from_secs(most));
        if is_over {
            break;
        }
        runs += 1;
        let input = mutated(&mut rng, seeds, tokens, longest);
        let kept = Keep { target, input: &input };
        let before = Instant::now();
        feed(&input);
        let took = before.elapsed();
        assert!(took < LONGEST, "{target}: {took:?}");
        std::mem::forget(kept);
        if took > slowest.0 {
            slowest = (took, input);
        }
    }
    if seconds.is_some() {
        let path = keep(target, "slowest", &slowest.1);
        println!("{target}: {runs} inputs, slowest {:?} with {} bytes: {path}", slowest.0, slowest.1.len());
    }
}

/// Keeps an input on which the target fails.
struct Keep<'a> {
    target: &'a str,
    input: &'a [u8],
}

impl Drop for Keep<'_> {
    fn drop(&mut self) {
        println!("the input of {} bytes is kept in {}", self.input.len(), keep(self.target, "failing", self.input));
    }
}

fn keep(target: &str, what: &str, input: &[u8]) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{target}-{what}"));
    std::fs::write(&path, input).unwrap();
    path.display().to_string()
}

#[test]
fn calendars() {
    run("calendar", &seeds(), &TOKENS, INPUT_BYTES_MAX, digest);
}

#[test]
fn rules() {
    let feed = |input: &[u8]| {
        let rule = String::from_utf8_lossy(input);
        for start in ["19900101T090000", "20261116"] {
            digest(calendar(&format!("DTSTART:{start}\nDURATION:PT1H\nRRULE:{rule}")).as_bytes());
            digest(calendar(&format!("DTSTART:{start}\nRRULE:FREQ=DAILY\nEXRULE:{rule}")).as_bytes());
        }
    };
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for file in ["differential_realistic", "tz_dst_generated"] {
        let text = std::fs::read_to_string(fixtures().join(format!("recurrence/{file}.json"))).unwrap();
        let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let rules = cases.iter().filter_map(|case| case["rrules"][0].as_str());
        seeds.extend(rules.map(|rule| rule.as_bytes().to_vec()));
    }
    run("rule", &seeds, &RULE_TOKENS, 2_000, feed);
}

#[test]
fn zone_names() {
    let zones = Zones::bundled();
    let seeds: Vec<Vec<u8>> = NAME_TOKENS.iter().map(|token| token.as_bytes().to_vec()).collect();
    run("zone", &seeds, &NAME_TOKENS, 100_000, |input| {
        zones.resolve(&String::from_utf8_lossy(input));
    });
}

/// What once failed, or took long.
#[test]
fn minimal_cases_stay_harmless() {
    for body in files("fuzz") {
        digest(&body);
    }
}

/// Inputs of a megabyte that ask for as much work as their bytes can.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long an input takes is what is asked")]
fn large_inputs_end_at_the_limits() {
    let fill = |piece: &dyn Fn(usize) -> String| {
        let mut body = "BEGIN:VCALENDAR\n".to_owned();
        let mut index = 0;
        while body.len() < INPUT_BYTES_MAX - 2_000 {
            body.push_str(&piece(index));
            index += 1;
        }
        body.truncate(INPUT_BYTES_MAX);
        body
    };
    let observance =
        "BEGIN:STANDARD\nDTSTART:19000101T000000\nTZOFFSETFROM:+01\nTZOFFSETTO:+02\nRRULE:FREQ=YEARLY\nEND:STANDARD\n";
    let cases: [(&str, String); 8] = [
        (
            "zones",
            fill(&|index| {
                format!(
                    "BEGIN:VTIMEZONE\nTZID:{index}\n{observance}END:VTIMEZONE\nBEGIN:VEVENT\nUID:{index}\nDTSTART;TZID={index}:20261116T090000\nEND:VEVENT\n"
                )
            }),
        ),
        (
            "one zone",
            format!(
                "{}END:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=Own:20261116T090000\nEND:VEVENT\n",
                fill(&|index| if index == 0 {
                    "BEGIN:VTIMEZONE\nTZID:Own\n".to_owned()
                } else {
                    observance.to_owned()
                })
            ),
        ),
        (
            "names",
            fill(&|index| {
                format!(
                    "BEGIN:VEVENT\nUID:{index}\nDTSTART;TZID=\"(UTC) a{index}, b{index}, c\":20261116T090000\nEND:VEVENT\n"
                )
            }),
        ),
        ("starts", fill(&|index| format!("BEGIN:VEVENT\nUID:{index}\nDTSTART:20261116T090000\nEND:VEVENT\n"))),
        ("one line", fill(&|_| "a".to_owned())),
        ("folds", fill(&|_| "\n ".to_owned())),
        ("colons", fill(&|_| "BEGIN:VEVENT\nDTSTART;X=\";;;;;;;;;;:::::::::::\nEND:VEVENT\n".to_owned())),
        ("a parameter list", format!("BEGIN:VEVENT\nDTSTART{}:20261116\nEND:VEVENT\n", ";A=\"".repeat(200_000))),
    ];
    for (name, body) in cases {
        let kept = Keep { target: name, input: body.as_bytes() };
        let before = Instant::now();
        digest(body.as_bytes());
        println!("{name}: {:?}", before.elapsed());
        assert!(before.elapsed() < LONGEST, "{name}");
        std::mem::forget(kept);
    }
}

/// A run can be read from the seed alone.
#[test]
fn mutations_are_the_same_for_the_same_seed() {
    let made = || {
        let mut rng = Rng::with_seed(3);
        let mut out = String::new();
        for _ in 0..20 {
            write!(out, "{:?}", mutated(&mut rng, &seeds(), &TOKENS, 5_000)).unwrap();
        }
        out
    };
    assert_eq!(made(), made());
}
