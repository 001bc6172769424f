//! Rule 11 where neither was first: two seawalls that start on the same empty calendar at the same moment, each step of
//! the one between any two of the other's.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Wakers, Poll, Waker};

use seawall::config::settings::Settings;
use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::{Consent, Context, CycleError, Mode, cycle};
use seawall::cycle::undo;
use seawall::provider::{CalendarInfo, Etag, Known, Object, Provider, ProviderError, Reading};
use seawall::store::Store;
use tokio::task::yield_now;

use crate::support::memory::Memory;
use crate::support::world::{World, zones};

const WRITE: Mode = Mode::Write(Consent { accept: false, restore: false, take_over: false });
const TAKE_OVER: Mode = Mode::Write(Consent { accept: false, restore: false, take_over: true });

/// A way to calendars that others have too: before each question somebody else may be served.
struct Shared<'a>(&'a Memory);

impl Provider for Shared<'_> {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        self.0.calendars().await
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        yield_now().await;
        self.0.read(calendar, known).await
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        yield_now().await;
        self.0.get(calendar, href).await
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        yield_now().await;
        self.0.create(calendar, name, body).await
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        yield_now().await;
        self.0.update(calendar, href, etag, body).await
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        yield_now().await;
        self.0.delete(calendar, href, etag).await
    }
}

/// Two machines with the same config, each with a database of its own.
struct Pair {
    world: World,
    settings: Settings,
    calendars: Memory,
    stores: [Store; 2],
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Outcome, CycleError>> + 'a>>;

impl Pair {
    fn new() -> Self {
        let world = World::new();
        let settings = world.settings();
        let stores = [(); 2].map(|()| Store::in_memory().unwrap());
        Self { world, settings, calendars: Memory::new(&["work", "private"]), stores }
    }

    fn cycle(&self, who: usize, mode: Mode) -> Running<'_> {
        Box::pin(async move {
            let accounts = [Shared(&self.calendars)];
            let cx = self.world.context(&self.settings, zones(), &accounts, mode, None);
            cycle(Context { instance: ["laptop", "server"][who], store: &self.stores[who], ..cx }).await
        })
    }

    /// A cycle of each; `turns` tells who makes the next step, and in the end both come to their end.
    fn at_once(&self, turns: impl IntoIterator<Item = usize>) -> [Outcome; 2] {
        let mut running = [0, 1].map(|who| Some(self.cycle(who, WRITE)));
        let mut outcomes = [None, None];
        for who in turns.into_iter().chain([0, 1].into_iter().cycle()) {
            if let Some(one) = &mut running[who]
                && let Poll::Ready(outcome) = one.as_mut().poll(&mut Wakers::from_waker(Waker::noop()))
            {
                (running[who], outcomes[who]) = (None, Some(outcome.unwrap()));
            }
            if running.iter().all(Option::is_none) {
                break;
            }
        }
        outcomes.map(Option::unwrap)
    }

    fn alone(&self, who: usize, mode: Mode) -> Outcome {
        crate::support::block_on(self.cycle(who, mode)).unwrap()
    }

    /// The first writes, takes all of it back, and begins anew at the same moment as the second: what each makes then has
    /// another generation, and nothing keeps both from making everything.
    fn after_an_undo() -> Self {
        let pair = Self::new();
        pair.alone(0, WRITE);
        let accounts = [Shared(&pair.calendars)];
        let cx = pair.world.context(&pair.settings, zones(), &accounts, WRITE, None);
        let cx = Context { instance: "laptop", store: &pair.stores[0], ..cx };
        let removals = crate::support::block_on(undo::removals(cx, undo::Reach::default())).unwrap();
        crate::support::block_on(undo::remove(cx, removals.changes)).unwrap();
        pair.at_once([]);
        assert_eq!((pair.holds().len(), pair.summaries().len()), (8, 2));
        pair
    }

    /// Of each summary whether it has had its last word.
    fn summaries(&self) -> Vec<bool> {
        let texts: Vec<String> = self.calendars.objects("work").iter().map(text).collect();
        let summaries = texts.iter().filter(|text| text.contains("kind=summary"));
        summaries.map(|text| text.contains("final=1")).collect()
    }

    /// The holds as `start-end instance`, in order.
    fn holds(&self) -> Vec<(String, String, String)> {
        let mut holds: Vec<_> = self.calendars.objects("work").iter().filter_map(hold).collect();
        holds.sort();
        holds
    }
}

fn text(object: &Object) -> String {
    String::from_utf8(object.body.to_vec()).unwrap().replace("\r\n ", "")
}

/// Start, end and instance of a hold.
fn hold(object: &Object) -> Option<(String, String, String)> {
    let text = text(object);
    let after = |what: &str| text.split(what).nth(1)?.split([' ', '\r', ';']).next().map(str::to_owned);
    text.contains("kind=hold").then(|| (after("DTSTART:").unwrap(), after("DTEND:").unwrap(), after("by=").unwrap()))
}

/// Whatever the order was: no time is held twice, nobody writes on while the other's holds are there, each says whose they
/// are, and the user's word ends it.
#[track_caller]
fn settles(pair: &Pair, order: &str) {
    let holds = pair.holds();
    assert_eq!(holds.len(), 4, "{order}: {holds:?}");
    assert!(holds.is_sorted_by(|one, next| one.1 <= next.0), "{order}: no time twice: {holds:?}");
    let before = pair.calendars.objects("work");
    for round in 0..3 {
        for who in [0, 1] {
            let outcome = pair.alone(who, WRITE);
            let other = format!("by={}", ["server", "laptop"][who]);
            let others = before.iter().any(|object| text(object).contains(&other));
            assert_eq!(outcome.halted.is_some(), others, "{order}, round {round}: {:?}", outcome.halted);
            assert!(outcome.halted.is_none_or(|why| why.contains("--take-over")));
            assert!(outcome.changes.iter().all(|one| !one.applied), "{order}, round {round}: nothing is written");
        }
    }
    assert_eq!(pair.calendars.objects("work"), before, "{order}");
    let taken = pair.alone(1, TAKE_OVER);
    assert!(taken.changes.iter().all(|one| one.applied), "{order}");
    assert!(pair.holds().iter().all(|(.., by)| by == "server"), "{order}: {:?}", pair.holds());
    assert!(pair.alone(0, WRITE).halted.is_some(), "{order}");
    assert_eq!(pair.alone(1, WRITE).changes.len(), 0, "{order}");
    assert_eq!(pair.holds().len(), 4, "{order}");
}

#[test]
fn of_two_that_begin_at_once_none_holds_a_time_twice_and_both_wait_for_the_user() {
    // The one stops before each of its steps, and the other does all of its own meanwhile.
    for steps in 0..40 {
        let pair = Pair::new();
        let turns = std::iter::repeat_n(0, steps).chain(std::iter::repeat_n(1, 200)).chain(std::iter::repeat_n(0, 200));
        pair.at_once(turns);
        settles(&pair, &format!("{steps} steps ahead"));
    }
}

#[test]
fn nor_where_their_steps_fall_in_any_order() {
    for seed in 0..60 {
        let pair = Pair::new();
        let mut rng = fastrand::Rng::with_seed(seed);
        let turns: Vec<usize> = (0..400).map(|_| rng.usize(0..2)).collect();
        pair.at_once(turns);
        settles(&pair, &format!("seed {seed}"));
    }
}

#[test]
fn where_both_made_everything_a_take_over_leaves_each_hold_once_and_one_summary() {
    for who in [0, 1] {
        let pair = Pair::after_an_undo();
        let taken = pair.alone(who, TAKE_OVER);
        assert!(taken.changes.iter().all(|one| one.applied), "{who}");
        let (holds, instance) = (pair.holds(), ["laptop", "server"][who]);
        assert!(holds.iter().all(|(.., by)| by == instance), "{holds:?}");
        assert!(holds.len() == 4 && holds.is_sorted_by(|one, next| one.1 <= next.0), "no time twice: {holds:?}");
        assert_eq!(pair.summaries(), [false], "{who}");
        let next = pair.alone(who, WRITE);
        assert_eq!((next.halted, next.changes.len()), (None, 0), "{who}: the user's word has ended it");
    }
}

#[test]
fn where_nobody_took_over_in_time_the_week_is_told_once_all_the_same() {
    for order in [[0, 1], [1, 0]] {
        let mut pair = Pair::after_an_undo();
        pair.world.at("fri 17");
        for who in order.into_iter().chain(order) {
            pair.alone(who, WRITE);
        }
        assert_eq!(pair.summaries(), [true], "{order:?}");
    }
}
