//! A simulated account with one calendar: what lies there, and how a service of its nature answers. Two families:
//! those that forget deleted objects, as CalDAV servers do, and those that keep their names for ever, as Google does.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use fastrand::Rng;
use seawall::provider::{ErrorKind, Etag, Known, Object, ProviderError, Reading};

use super::weather::{Lie, error};

/// How many earlier states a stale list may show.
const STATES: usize = 6;

/// Whose an object is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hand {
    /// Seawall wrote it, and no person has edited it since.
    Seawall,
    /// A person made or edited it.
    Person,
}

/// Whether a person changed the words of what seawall wrote before it read that back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quick {
    No,
    /// So it was, and seawall has not looked yet.
    Unseen,
    /// It took them for those of a service that rewrites words, as the safety rules say, and may write over them.
    Mistaken,
}

/// An object, or what is left of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) version: u64,
    pub(crate) body: Rc<str>,
    pub(crate) deleted: bool,
    pub(crate) hand: Hand,
    /// Seawall has seen what became of its write. Where it has not, and words are rewritten, it takes these for a
    /// person's.
    pub(crate) read_back: bool,
    pub(crate) quick: Quick,
}

/// What a service makes of what it is given.
type Rewrite = fn(&str) -> String;
type Entries = BTreeMap<String, Entry>;

/// How the service is made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nature {
    /// Names of deleted objects stay taken.
    pub(crate) keeps_names: bool,
    /// It answers from cursors.
    pub(crate) cursors: bool,
    /// It gives no etags, so its adapter makes them of the bodies.
    pub(crate) etag_of_body: bool,
    /// It lets a create write over what is there.
    pub(crate) creates_over: bool,
    /// What it makes of what it is given.
    pub(crate) rewrite: Option<Rewrite>,
    /// It rewrites words and not only lines.
    pub(crate) rewrites_words: bool,
}

impl Nature {
    pub(crate) fn roll(rng: &mut Rng) -> Self {
        let keeps_names = rng.bool();
        let rewrites: [Option<Rewrite>; 6] =
            [None, None, Some(with_own_line), Some(with_bare_line_ends), Some(without_colour), Some(with_other_words)];
        let rewrite = rng.usize(..rewrites.len());
        Self {
            keeps_names,
            cursors: keeps_names || rng.u32(..3) > 0,
            etag_of_body: !keeps_names && rng.u32(..4) == 0,
            creates_over: !keeps_names && rng.u32(..4) == 0,
            rewrite: rewrites[rewrite],
            rewrites_words: rewrite == 5,
        }
    }
}

fn with_own_line(text: &str) -> String {
    if text.contains("X-SERVER") { text.to_owned() } else { text.replace("END:VEVENT", "X-SERVER:1\r\nEND:VEVENT") }
}

fn with_bare_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn without_colour(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with("CLASS") && !line.starts_with("SEQUENCE")).collect()
}

fn with_other_words(text: &str) -> String {
    text.replace("SUMMARY:Focus", "SUMMARY:[x] Focus").replace("seawall keeps", "Seawall keeps")
}

/// The account.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) calendar: &'static str,
    pub(crate) nature: Nature,
    entries: RefCell<Entries>,
    version: Cell<u64>,
    earlier: RefCell<VecDeque<(u64, Entries)>>,
}

impl Account {
    pub(crate) fn new(calendar: &'static str, nature: Nature) -> Self {
        let (entries, version, earlier) = (RefCell::default(), Cell::default(), RefCell::default());
        Self { calendar, nature, entries, version, earlier }
    }

    /// What lies there.
    pub(crate) fn live(&self) -> Vec<(String, Entry)> {
        let entries = self.entries.borrow();
        entries.iter().filter(|(_, one)| !one.deleted).map(|(href, one)| (href.clone(), one.clone())).collect()
    }

    /// An object, or what is left of it.
    pub(crate) fn entry(&self, href: &str) -> Option<Entry> {
        self.entries.borrow().get(href).cloned()
    }

    pub(crate) fn live_entry(&self, href: &str) -> Option<Entry> {
        self.entry(href).filter(|one| !one.deleted)
    }

    /// Somebody writes an object; the text as the service keeps it.
    pub(crate) fn put(&self, href: &str, text: &str, hand: Hand) -> Rc<str> {
        let body: Rc<str> = self.nature.rewrite.map_or_else(|| text.to_owned(), |rewrite| rewrite(text)).into();
        self.set(href, Rc::clone(&body), false, hand);
        body
    }

    /// Seawall has seen an object.
    pub(crate) fn seen(&self, href: &str) {
        if let Some(entry) = self.entries.borrow_mut().get_mut(href) {
            entry.read_back = true;
            if entry.quick == Quick::Unseen {
                entry.quick = Quick::Mistaken;
            }
        }
    }

    /// What it saw is forgotten.
    pub(crate) fn unseen(&self, href: &str) {
        if let Some(entry) = self.entries.borrow_mut().get_mut(href) {
            entry.read_back &= entry.hand == Hand::Person;
        }
    }

    pub(crate) fn mark(&self, href: &str, quick: Quick) {
        if let Some(entry) = self.entries.borrow_mut().get_mut(href) {
            entry.quick = quick;
        }
    }

    /// Somebody deletes an object.
    pub(crate) fn remove(&self, href: &str) {
        if let Some(entry) = self.live_entry(href) {
            self.set(href, entry.body, true, entry.hand);
        }
    }

    /// The service forgets what was deleted, once everybody was told.
    pub(crate) fn forget_deleted(&self) {
        self.entries.borrow_mut().retain(|_, one| !one.deleted);
    }

    fn set(&self, href: &str, body: Rc<str>, deleted: bool, hand: Hand) {
        let mut earlier = self.earlier.borrow_mut();
        earlier.push_back((self.version.get(), self.entries.borrow().clone()));
        if earlier.len() > STATES {
            earlier.pop_front();
        }
        self.version.set(self.version.get() + 1);
        let (version, read_back) = (self.version.get(), hand == Hand::Person);
        let entry = Entry { version, body, deleted, hand, read_back, quick: Quick::No };
        self.entries.borrow_mut().insert(href.to_owned(), entry);
    }

    fn etag(&self, entry: &Entry) -> Etag {
        if !self.nature.etag_of_body {
            return Etag(format!("v{}", entry.version));
        }
        let sum = entry
            .body
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        Etag(format!("body{sum:x}"))
    }

    pub(crate) fn object(&self, href: &str, entry: &Entry) -> Object {
        Object { href: href.to_owned(), etag: self.etag(entry), body: entry.body.as_bytes().into() }
    }

    /// The object that a write with that etag may change. Where names are kept, what is left of a deleted object can be
    /// written to, and comes back to life: so it is said of Google.
    pub(crate) fn at_etag(&self, href: &str, etag: &Etag, revives: bool) -> Result<Entry, ProviderError> {
        let entry = self.entry(href).filter(|one| !one.deleted || (revives && self.nature.keeps_names));
        let entry = entry.ok_or_else(|| error(ErrorKind::NotFound, href))?;
        if self.etag(&entry) == *etag { Ok(entry) } else { Err(error(ErrorKind::Precondition, href)) }
    }

    /// Whether the name can't be given to a new object.
    pub(crate) fn is_taken(&self, href: &str) -> bool {
        self.entry(href).is_some_and(|one| self.nature.keeps_names || (!one.deleted && !self.nature.creates_over))
    }

    /// A list, with the lie it tells.
    pub(crate) fn list(&self, known: &Known, lie: Lie, rng: &mut Rng) -> Reading {
        let since = known.cursor.as_deref().and_then(|cursor| cursor.strip_prefix("SECRET-")?.parse::<u64>().ok());
        let since = since.filter(|_| self.nature.cursors && !known.thorough && lie != Lie::Expired);
        let (version, entries) = match (lie, self.earlier.borrow()) {
            (Lie::Stale, earlier) if !earlier.is_empty() => earlier[rng.usize(..earlier.len())].clone(),
            _ => (self.version.get(), self.entries.borrow().clone()),
        };
        let version = version.max(since.unwrap_or_default());
        let news: Vec<(&String, &Entry)> =
            entries.iter().filter(|(_, one)| since.is_none_or(|since| one.version > since)).collect();
        let hidden: BTreeSet<&str> = match (lie, since) {
            (Lie::Forgetful, Some(_)) => pick(&news, rng),
            (Lie::Dropped | Lie::Cut | Lie::Unreadable, _) => {
                pick(&entries.iter().filter(|(_, one)| !one.deleted).collect::<Vec<_>>(), rng)
            }
            _ => BTreeSet::new(),
        };
        let mut objects = if since.is_some() { known.objects.clone() } else { BTreeMap::new() };
        for (href, one) in news {
            match (one.deleted, hidden.contains(href.as_str())) {
                (_, true) => {}
                (true, _) => drop(objects.remove(href)),
                (false, _) => {
                    let object = self.object(href, one);
                    // Only what has another etag is fetched again.
                    let same = known.objects.get(href).filter(|known| known.etag == object.etag);
                    objects.insert(href.clone(), same.cloned().unwrap_or(object));
                }
            }
        }
        if matches!(lie, Lie::Dropped | Lie::Cut | Lie::Unreadable) {
            objects.retain(|href, _| !hidden.contains(href.as_str()));
        }
        if lie == Lie::Empty {
            objects.clear();
        }
        let unreadable = hidden.iter().filter(|_| lie == Lie::Unreadable);
        Reading {
            objects: objects.into_values().collect(),
            unreadable: unreadable.map(|href| ((*href).to_owned(), "it can't be opened".to_owned())).collect(),
            incomplete: (lie == Lie::Cut).then(|| "the answer was cut off".to_owned()),
            cursor: self.nature.cursors.then(|| format!("SECRET-{version}")),
            resumed: since.is_some(),
            ..Reading::default()
        }
    }
}

/// Some of them, at least one.
fn pick<'a>(from: &[(&'a String, &'a Entry)], rng: &mut Rng) -> BTreeSet<&'a str> {
    let share = 1 + rng.usize(..4);
    let first = if from.is_empty() { 0 } else { rng.usize(..from.len()) };
    from.iter()
        .enumerate()
        .filter(|(n, _)| *n == first || rng.usize(..4) < share)
        .map(|(_, (href, _))| href.as_str())
        .collect()
}
