//! The same calendars as folders and on each server: the program sees the same occurrences. Objects that a server takes
//! not at all, or stores as something else, stand in a table with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::ToSpan as _;
use seawall::calendar::ical::{self, Component};
use seawall::cli::demo::SAMPLE;
use serde_json::Value;

use super::account_lines;
use super::odd::{Odd, Why, odd};
use crate::cli::Sandbox;
use crate::support::calendars::calendar;
use crate::support::lab::{Lab, on_each};

/// One object.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) body: String,
    pub(super) components: Vec<Component>,
}

impl Sample {
    fn new(name: String, body: String) -> Self {
        let components = ical::read(body.as_bytes()).components;
        Self { name, body, components }
    }

    fn uids(&self) -> BTreeSet<&str> {
        self.components.iter().map(|one| &*one.details.uid).collect()
    }
}

/// A calendar, and what is asked of it.
struct Source {
    name: String,
    home: &'static str,
    /// First and last day.
    days: (String, String),
    samples: Vec<Sample>,
}

/// The demo, odd files, and calendars as people keep them.
fn sources() -> Vec<Source> {
    let is_event = |path: &str| Path::new(path).extension().is_some_and(|extension| extension == "ics");
    let demo = SAMPLE.iter().filter(|(path, _)| is_event(path));
    let demo = demo.map(|(path, text)| Sample::new(path.replace('/', "-"), (*text).to_owned())).collect();
    let day = |text: &str| text.to_owned();
    let mut sources = vec![
        Source {
            name: day("demo"),
            home: "Europe/Berlin",
            days: (day("2026-11-01"), day("2026-12-31")),
            samples: demo,
        },
        Source {
            name: day("odd"),
            home: "Europe/Berlin",
            days: (day("2024-01-01"), day("2024-02-01")),
            samples: odd_files(),
        },
    ];
    for seed in 1..=4 {
        let calendar = calendar(seed, 40);
        let tz = crate::support::ics::zone(calendar.home);
        let last = calendar.window.end - 1.minute();
        let days = [calendar.window.start, last].map(|at| at.to_zoned(tz.clone()).date().to_string());
        let [from, to] = days;
        let file =
            |text: &str| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{text}END:VCALENDAR\r\n");
        let samples = calendar.events.iter();
        let samples = samples.map(|event| Sample::new(format!("{}.ics", event.uid), file(&event.text))).collect();
        sources.push(Source { name: format!("random{seed}"), home: calendar.home, days: (from, to), samples });
    }
    sources
}

/// The odd files, as far as they are text, each with UIDs of its own.
fn odd_files() -> Vec<Sample> {
    let mut samples = Vec::new();
    for path in fs::read_dir("tests/fixtures/ics").unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(text) = String::from_utf8(fs::read(&path).unwrap()) else { continue };
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let own = format!("UID:{name}-");
        let mut body = text.replace("UID:", &own).replace("uid:", &own);
        // What lacks an end, Cyrus refuses and SOGo changes, whatever else is odd in it.
        let start = "DTSTART:20240101T090000Z";
        if let Some((before, after)) = body.split_once(start) {
            let line_end: String = after.chars().take_while(char::is_ascii_control).collect();
            body = format!("{before}{start}{line_end}DTEND:20240101T100000Z{after}");
        }
        samples.push(Sample::new(format!("{name}.ics"), body));
    }
    samples.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(samples.len() > 35);
    samples
}

/// The rows of `events --json`, by UID, from an account with those lines.
fn rows(sandbox: &Sandbox, account: &str, source: &Source) -> BTreeMap<String, Vec<Value>> {
    let Source { name, home, days: (from, to), .. } = source;
    let config = format!(
        "timezone = \"{home}\"\nnow = \"{from}T00:00\"\nstate_dir = \"state\"\n\
         [hours]\nwork = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n\
         [[account]]\nname = \"one\"\n{account}\nemails = [\"anna@example.org\"]\n\
         calendars = [{{ name = \"{name}\", use = \"read\" }}]\n"
    );
    fs::write(sandbox.config(), config).unwrap();
    let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in sandbox.json(["events", "--from", from, "--to", to]).as_array().unwrap() {
        rows.entry(row["uid"].as_str().unwrap().to_owned()).or_default().push(row.clone());
    }
    rows
}

/// What differs on that server from what lies in folders.
fn differences(lab: &Lab, source: &Source) -> Vec<(String, Why)> {
    let folders = Sandbox::with_demo(0);
    let folder = folders.demo().join(&source.name);
    fs::create_dir(&folder).unwrap();
    let calendar = lab.alice.make_calendar(&source.name);
    let mut found = Vec::new();
    let mut taken = Vec::new();
    for sample in &source.samples {
        fs::write(folder.join(&sample.name), &sample.body).unwrap();
        let answer = calendar.try_put(&sample.name, &sample.body, &[("If-None-Match", "*")]);
        if answer.status == 201 || answer.status == 204 {
            taken.push(sample);
        } else {
            println!("{} refuses {}: {} {}", lab.server.name(), sample.name, answer.status, sample.body);
            found.push((sample.name.clone(), Why::Refused));
        }
    }
    let remote = Sandbox::with_demo(0);
    let secret = remote.path("demo/password");
    super::write_secret(&secret, &lab.alice.password);
    let here = rows(&folders, "provider = \"vdir\"\npath = \".\"", source);
    let there = rows(&remote, &account_lines(lab, &lab.alice, &lab.url), source);
    let known: BTreeSet<&str> = source.samples.iter().flat_map(Sample::uids).collect();
    assert!(there.keys().all(|uid| known.contains(&**uid)), "{there:?}");
    for sample in taken {
        for uid in sample.uids() {
            if here.get(uid) != there.get(uid) {
                println!(
                    "{} {}: {:?}\n  here  {:?}\n  there {:?}",
                    lab.server.name(),
                    sample.name,
                    sample.body,
                    here.get(uid),
                    there.get(uid)
                );
                found.push((sample.name.clone(), Why::Rewritten));
                break;
            }
        }
    }
    found
}

#[test]
fn a_server_shows_the_same_events_as_folders() {
    let sources = sources();
    on_each("events", |lab| {
        let mut faults = Vec::new();
        let mut explained = BTreeSet::new();
        let table: Vec<&Odd> = odd(lab.server).collect();
        for source in &sources {
            for (name, why) in differences(lab, source) {
                let sample = source.samples.iter().find(|sample| sample.name == name).unwrap();
                let reasons = table.iter().enumerate().filter(|(_, row)| row.why == why && (row.is)(sample));
                let reasons: Vec<usize> = reasons.map(|(index, _)| index).collect();
                if reasons.is_empty() {
                    faults.push(format!("{name}: {why:?}"));
                }
                explained.extend(reasons);
            }
        }
        for (index, row) in table.iter().enumerate().filter(|(index, _)| !explained.contains(index)) {
            faults.push(format!("row {index} of the table, {:?}, is of nothing: {}", row.why, row.because));
        }
        assert!(faults.is_empty(), "{}:\n{}", lab.server.name(), faults.join("\n"));
    });
}
