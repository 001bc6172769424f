//! A calendar whose server is a model with the habits of real ones, and somebody else who changes it at random, also
//! between two requests of one reading: what is read in the end is what is there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use http::{Request, Response};
use proptest::prelude::*;
use seawall::provider::transport::{Limits, Transport, TransportError};
use seawall::provider::{Known, Provider as _, Reading};

use super::stage::{absent, account, cut, event, itself, named, shown, text};
use super::{given, multistatus};
use crate::support::{block_on_paused, known};

/// What a server does in its own way.
#[derive(Clone, Debug)]
struct Habits {
    syncs: bool,
    tags: bool,
    /// Names in one answer to a sync.
    page: usize,
    stale: Stale,
    /// Etags count an object's changes from its creation.
    counts: bool,
    multiget: Multiget,
    /// Everything is named and given twice, the first time as it was before.
    doubles: bool,
}

/// What a token that is not known any more comes to.
#[derive(Clone, Copy, Debug)]
enum Stale {
    Refused(u16),
    Explained,
    /// The answer is a full list, as if all were well.
    Disguised,
}

/// How much of what is asked for a multiget gives.
#[derive(Clone, Copy, Debug)]
enum Multiget {
    All,
    /// Each second one comes without its text, and is not named.
    Half,
    /// One that is missing costs the whole.
    OrNothing,
    Refused,
}

#[derive(Clone, Debug)]
enum Change {
    /// A new text for an object, new or not.
    Put(u8),
    Remove(u8),
    /// Removed and made again under its name.
    Remake(u8),
    /// Every token that was given is forgotten.
    Forget,
}

#[derive(Clone, Debug)]
struct Thing {
    etag: String,
    title: String,
}

#[derive(Debug)]
struct State {
    things: BTreeMap<String, Thing>,
    /// Each change by the name it was of.
    log: Vec<String>,
    /// Tokens from before this position are not known.
    forgotten: usize,
    /// Somebody else's changes, one before each request.
    between: Vec<Change>,
    asked: Vec<String>,
    /// A sync answer was a full list in disguise, and nothing in it spoke against it.
    was_fooled: bool,
    known: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Model {
    habits: Habits,
    state: RefCell<State>,
}

impl Model {
    fn new(habits: Habits) -> Self {
        let state = State {
            things: BTreeMap::new(),
            log: Vec::new(),
            forgotten: 0,
            between: Vec::new(),
            asked: Vec::new(),
            was_fooled: false,
            known: BTreeMap::new(),
        };
        Self { habits, state: RefCell::new(state) }
    }

    fn apply(&self, change: &Change) {
        let mut state = self.state.borrow_mut();
        let at = state.log.len();
        let etag = |counted: usize, title: &str| {
            if self.habits.counts { format!("\"gcs{counted:08}\"") } else { format!("\"h{title}\"") }
        };
        let title = format!("t{at}");
        match change {
            Change::Put(index) => {
                let name = format!("{index}.ics");
                let count = |thing: &Thing| thing.etag.trim_matches(|c: char| !c.is_ascii_digit()).parse::<usize>();
                let counted = state.things.get(&name).map_or(0, |thing| count(thing).unwrap_or_default() + 1);
                state.things.insert(name.clone(), Thing { etag: etag(counted, &title), title });
                state.log.push(name);
            }
            Change::Remove(index) => {
                let name = format!("{index}.ics");
                if state.things.remove(&name).is_some() {
                    state.log.push(name);
                }
            }
            Change::Remake(index) => {
                let name = format!("{index}.ics");
                state.things.insert(name.clone(), Thing { etag: etag(0, &title), title });
                state.log.push(name);
            }
            Change::Forget => {
                state.log.push("none".to_owned());
                state.forgotten = state.log.len();
            }
        }
    }

    fn answer(&self, request: &Request<Vec<u8>>) -> (u16, String) {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let what = shown(request);
        let mut state = self.state.borrow_mut();
        state.asked.push(what.clone());
        match what.as_str() {
            "PROPFIND . 0" => (207, multistatus(&self.itself(&state))),
            "PROPFIND . 1" => {
                let names: Vec<&String> = state.things.keys().collect();
                (207, multistatus(&format!("{}{}", itself(), self.names(&state, &names))))
            }
            "sync-collection ." => self.sync(&mut state, &body),
            "calendar-multiget ." => self.multiget(&state, &body),
            _ => {
                let name = what.strip_prefix("GET ").unwrap_or_else(|| panic!("{what}"));
                state.things.get(name).map_or((404, String::new()), |thing| (200, event(&thing.title)))
            }
        }
    }

    fn itself(&self, state: &State) -> String {
        let mut props = "<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype>".to_owned();
        if self.habits.tags {
            write!(props, "<cs:getctag>t{}</cs:getctag>", state.log.len()).unwrap();
        }
        if self.habits.syncs {
            write!(props, "<d:sync-token>s{}</d:sync-token>", state.log.len()).unwrap();
        } else {
            props.push_str("<d:supported-report-set/>");
        }
        given("/dav/work/", &props)
    }

    fn names(&self, state: &State, names: &[&String]) -> String {
        let one = |name: &&String| match state.things.get(*name) {
            Some(thing) if self.habits.doubles => {
                let old = named(&[(name.as_str(), "\"old\"")]);
                format!("{old}{}", named(&[(name.as_str(), thing.etag.as_str())]))
            }
            Some(thing) => named(&[(name.as_str(), thing.etag.as_str())]),
            None => absent(name, "404 Not Found"),
        };
        names.iter().map(one).collect()
    }

    fn sync(&self, state: &mut State, body: &str) -> (u16, String) {
        let token = body.split("<d:sync-token>s").nth(1).and_then(|rest| rest.split('<').next());
        let since: usize = token.and_then(|token| token.parse().ok()).unwrap_or_default();
        let end = state.log.len();
        let token = |at: usize| format!("<d:sync-token>s{at}</d:sync-token>");
        if since < state.forgotten {
            return match self.habits.stale {
                Stale::Refused(status) => (status, String::new()),
                Stale::Explained => (403, "<d:error xmlns:d=\"DAV:\"><d:valid-sync-token/></d:error>".to_owned()),
                Stale::Disguised => {
                    let tells = state.things.iter().any(|(name, thing)| state.known.get(name) == Some(&thing.etag));
                    state.was_fooled = self.habits.counts || !tells;
                    let names: Vec<&String> = state.things.keys().collect();
                    (207, multistatus(&format!("{}{}", self.names(state, &names), token(end))))
                }
            };
        }
        let upto = end.min(since + self.habits.page);
        let names: BTreeSet<&String> = state.log[since..upto].iter().collect();
        let names: Vec<&String> = names.into_iter().collect();
        let more = if upto < end { cut() } else { String::new() };
        (207, multistatus(&format!("{}{more}{}", self.names(state, &names), token(upto))))
    }

    fn multiget(&self, state: &State, body: &str) -> (u16, String) {
        let names: Vec<&str> =
            body.split("<d:href>/dav/work/").skip(1).filter_map(|rest| rest.split('<').next()).collect();
        let is_missing = names.iter().any(|name| !state.things.contains_key(*name));
        let keeps: fn(usize) -> bool = match self.habits.multiget {
            Multiget::Refused => return (501, String::new()),
            Multiget::OrNothing if is_missing => return (404, String::new()),
            Multiget::Half => |at| at % 2 == 1,
            Multiget::All | Multiget::OrNothing => |_| false,
        };
        let one = |(at, name): (usize, &&str)| match state.things.get(*name) {
            _ if keeps(at) => String::new(),
            None => absent(name, "404 Not Found"),
            Some(thing) => {
                let old = text((name, "\"old\"", "old"));
                let new = text((name, &thing.etag, &thing.title));
                if self.habits.doubles { old + &new } else { new }
            }
        };
        (207, multistatus(&names.iter().enumerate().map(one).collect::<String>()))
    }
}

impl Transport for &Model {
    async fn exchange(&self, request: Request<Vec<u8>>, _: Limits) -> Result<Response<Vec<u8>>, TransportError> {
        let change = self.state.borrow_mut().between.pop();
        if let Some(change) = change {
            self.apply(&change);
        }
        let (status, body) = self.answer(&request);
        let mut response = Response::builder().status(status);
        if status == 200 {
            let what = shown(&request);
            let state = self.state.borrow();
            let thing = what.strip_prefix("GET ").and_then(|name| state.things.get(name)).unwrap();
            response = response.header("etag", &thing.etag).header("content-type", "text/calendar");
        }
        Ok(response.body(body.into_bytes()).unwrap())
    }
}

fn habits() -> impl Strategy<Value = Habits> {
    let stale = prop_oneof![
        prop::sample::select(vec![400, 403, 409, 410, 412, 500]).prop_map(Stale::Refused),
        Just(Stale::Explained),
        Just(Stale::Disguised),
    ];
    let multiget = prop::sample::select(vec![Multiget::All, Multiget::Half, Multiget::OrNothing, Multiget::Refused]);
    (any::<bool>(), any::<bool>(), 1..9_usize, stale, any::<bool>(), multiget, any::<bool>()).prop_map(
        |(syncs, tags, page, stale, counts, multiget, doubles)| Habits {
            syncs,
            tags,
            page,
            stale,
            counts,
            multiget,
            doubles,
        },
    )
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = prop_oneof![
        4 => (0..6_u8).prop_map(Change::Put),
        2 => (0..6_u8).prop_map(Change::Remove),
        2 => (0..6_u8).prop_map(Change::Remake),
        1 => Just(Change::Forget),
    ];
    prop::collection::vec(one, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_what_is_there(habits in habits(), rounds in prop::collection::vec((changes(), changes()), 1..8)) {
        let model = Model::new(habits);
        let calendar = account(&model);
        let mut last = Known { thorough: false, ..Known::nothing() };
        let read = |known: &Known| -> Reading {
            model.state.borrow_mut().known =
                known.objects.iter().map(|(name, object)| (name.clone(), object.etag.0.clone())).collect();
            block_on_paused(calendar.read("work", known)).unwrap()
        };
        for (before, during) in rounds {
            for change in &before {
                model.apply(change);
            }
            // A reading while somebody writes: it may hold old and new side by side, but the next one sets it right.
            model.state.borrow_mut().between = during;
            last = merged(&last, &read(&last));
            let rest = std::mem::take(&mut model.state.borrow_mut().between);
            for change in &rest {
                model.apply(change);
            }
            last = merged(&last, &read(&last));
            let mut reading = read(&last);
            if std::mem::take(&mut model.state.borrow_mut().was_fooled) {
                // Nothing of what was known was still there, or it only looked so: a thorough reading tells, every 6 h.
                reading = read(&Known { thorough: true, ..known(&reading) });
            }
            prop_assert_eq!(&reading.incomplete, &None);
            let there: Vec<String> =
                model.state.borrow().things.iter().map(|(name, thing)| format!("{name} {}", thing.title)).collect();
            prop_assert_eq!(super::stage::objects(&reading), there, "{:#?}", model.state.borrow().asked);
            last = known(&reading);
        }
    }
}

/// What the caller keeps of a reading: where it is incomplete nothing is gone, and what is unreadable is as it was.
fn merged(before: &Known, reading: &Reading) -> Known {
    let mut next = known(reading);
    for (name, object) in &before.objects {
        let is_unreadable = reading.unreadable.iter().any(|(unreadable, _)| unreadable == name);
        if is_unreadable || reading.incomplete.is_some() {
            next.objects.entry(name.clone()).or_insert_with(|| object.clone());
        }
    }
    next
}
