//! How an account behaves when a server is in trouble, or says that it is asked too much.

use std::cell::Cell;
use std::time::Duration;

use http::{Request, Response};
use seawall::provider::ErrorKind;
use seawall::provider::transport::{AccountClient, Limits, Transport, TransportError, Trust, Write};
use tokio::time::{Instant, sleep};

use super::{ADDRESS, account, basic, propfind};
use crate::support::block_on_paused;
use crate::support::script::{Act, Script, headed, status};

fn dropped() -> Act {
    Act::Fail(TransportError::Dropped("reset".to_owned()))
}

fn unreachable() -> Act {
    Act::Fail(TransportError::Failed("refused".to_owned()))
}

/// Asks once: the status or the reason, how long it took, and how many requests it took.
fn timed(acts: impl IntoIterator<Item = Act>) -> (Result<u16, String>, Duration, usize) {
    let script = Script::new(acts);
    let (answer, time) = block_on_paused(async {
        let start = Instant::now();
        (account(&script, basic()).ask(propfind()).await, start.elapsed())
    });
    let answer = answer.map(|answer| answer.status.as_u16()).map_err(|error| {
        assert_eq!(error.kind, ErrorKind::Unavailable);
        error.message
    });
    assert_eq!(script.left(), 0, "every act was played");
    (answer, time, script.seen().len())
}

#[test]
fn trouble_is_followed_by_another_try_after_a_wait() {
    for trouble in [status(429), status(502), status(503), status(504), unreachable()] {
        let (answer, time, _) = timed([trouble.clone(), trouble.clone(), status(207)]);
        assert_eq!(answer, Ok(207));
        assert!(!time.is_zero() && time < Duration::from_secs(10), "{trouble:?}: {time:?}");
        let (answer, ..) = timed([trouble.clone(), trouble.clone(), trouble.clone()]);
        match trouble {
            Act::Answer(code, ..) => assert_eq!(answer, Ok(code), "after three tries it is an answer"),
            Act::Fail(_) => assert!(answer.unwrap_err().contains("refused")),
        }
    }
}

#[test]
fn what_would_be_the_same_again_is_asked_once() {
    for code in [200, 304, 400, 403, 404, 405, 409, 410, 412, 415, 423, 501, 507] {
        assert_eq!(timed([status(code)]).0, Ok(code));
    }
    assert!(timed([Act::Fail(TransportError::TooLarge(9))]).0.unwrap_err().contains("9 bytes"));
    assert!(timed([Act::Fail(TransportError::Untrusted("no".to_owned()))]).0.is_err());
}

#[test]
fn a_fault_inside_the_server_gets_one_more_try() {
    assert_eq!(timed([status(500), status(207)]).0, Ok(207));
    assert_eq!(timed([status(500), status(500)]).0, Ok(500));
}

#[test]
fn a_connection_that_died_unnoticed_is_replaced_at_once() {
    let (answer, time, _) = timed([dropped(), status(207)]);
    assert_eq!((answer, time), (Ok(207), Duration::ZERO));
    let (answer, time, _) = timed([dropped(), dropped(), status(207)]);
    assert_eq!(answer, Ok(207));
    assert!(!time.is_zero(), "the second time it is trouble");
}

#[test]
fn waits_are_drawn_from_all_of_the_time_and_differ_by_account() {
    let mut waits: Vec<u128> = (0..40)
        .map(|seed| {
            let script = Script::new([unreachable(), status(207)]);
            let trust = Trust::new(&ADDRESS.parse().unwrap(), [""; 0]);
            let account = AccountClient::new(&script, basic(), trust, seed);
            block_on_paused(async {
                let start = Instant::now();
                account.ask(propfind()).await.unwrap();
                start.elapsed().as_millis()
            })
        })
        .collect();
    waits.sort_unstable();
    assert!(waits[0] < 500 && waits[39] > 1500 && waits[39] <= 2001, "{waits:?}");
}

#[test]
fn the_server_may_lengthen_the_wait_but_not_shorten_it() {
    let (answer, time, _) = timed([headed(503, &[("retry-after", "20")]), status(207)]);
    assert_eq!((answer, time), (Ok(207), Duration::from_secs(20)));
    let by_date: &[(&str, &str)] =
        &[("date", "Fri, 20 Nov 2026 09:00:00 GMT"), ("retry-after", "Fri, 20 Nov 2026 09:00:25 GMT")];
    assert_eq!(timed([headed(429, by_date), status(207)]).1, Duration::from_secs(25));
    for short in [("retry-after", "0"), ("retry-after", "-5"), ("retry-after", "soon"), ("retry-after", "1")] {
        let act = Act::Answer(503, Box::leak(Box::new([short])), Vec::new());
        let (answer, time, _) = timed([act, status(207)]);
        assert_eq!(answer, Ok(207));
        assert!(time >= Duration::from_secs(2), "{short:?}: {time:?}");
    }
    let past: &[(&str, &str)] =
        &[("date", "Fri, 20 Nov 2026 09:00:00 GMT"), ("retry-after", "Fri, 20 Nov 2026 08:00:00 GMT")];
    assert_eq!(timed([headed(503, past), status(207)]).1, Duration::from_secs(2));
}

#[test]
fn a_server_that_wants_a_longer_rest_gets_it() {
    for (seconds, first, words) in [("90", 90, "90 s"), ("600", 600, "10 min"), ("99999999999999", 86_400, "1440 min")]
    {
        let act = Act::Answer(503, Box::leak(Box::new([("retry-after", seconds)])), Vec::new());
        let script = Script::new([act, status(207)]);
        let account = account(&script, basic());
        block_on_paused(async {
            let start = Instant::now();
            let error = account.ask(propfind()).await.unwrap_err();
            assert_eq!((error.kind, start.elapsed()), (ErrorKind::Unavailable, Duration::ZERO));
            assert!(error.message.contains(words), "{error}");
            let write = || Write::remove("https://dav.example.org/cal/a.ics".parse().unwrap(), "\"1\"");
            for _ in 0..3 {
                assert!(account.write(write()).await.unwrap_err().message.contains("left alone"));
                assert!(account.ask(propfind()).await.unwrap_err().message.contains("left alone"));
            }
            sleep(Duration::from_secs(first - 10)).await;
            account.ask(propfind()).await.unwrap();
            assert_eq!(start.elapsed(), Duration::from_secs(first), "the last ten seconds were waited for");
        });
    }
}

#[test]
fn a_change_that_came_too_early_closes_the_account_too() {
    let script = Script::new([headed(429, &[("retry-after", "300")])]);
    let account = account(&script, basic());
    let write = || Write::remove("https://dav.example.org/cal/a.ics".parse().unwrap(), "\"1\"");
    block_on_paused(async {
        assert_eq!(account.write(write()).await.unwrap().status.as_u16(), 429);
        assert!(account.write(write()).await.unwrap_err().message.contains("5 min"));
        assert!(account.ask(propfind()).await.unwrap_err().message.contains("5 min"));
    });
}

#[test]
fn a_limit_stated_in_a_body_is_kept_too() {
    let script = Script::new([status(207)]);
    let account = account(&script, basic());
    block_on_paused(async {
        account.rest(Duration::from_mins(10)).await;
        assert!(account.ask(propfind()).await.unwrap_err().message.contains("10 min"));
        sleep(Duration::from_mins(10)).await;
        account.ask(propfind()).await.unwrap();
    });
}

#[test]
fn after_five_failures_in_a_row_one_trial_at_a_time_goes_out() {
    let script = Script::new((0..12).map(|_| unreachable()));
    let account = account(&script, basic());
    block_on_paused(async {
        account.ask(propfind()).await.unwrap_err();
        account.ask(propfind()).await.unwrap_err();
        assert!(script.seen().len() <= 5, "{}", script.seen().len());
        let mut gaps = Vec::new();
        let mut last = Instant::now();
        while gaps.len() < 6 {
            let before = script.seen().len();
            sleep(Duration::from_secs(1)).await;
            account.ask(propfind()).await.unwrap_err();
            let sent = script.seen().len() - before;
            assert!(sent <= 1 || before < 5, "a trial is one request");
            if sent > 0 {
                gaps.push(last.elapsed().as_secs());
                last = Instant::now();
            }
        }
        // Half to all of 30 s, 1 min, 2 min … 15 min; the wait inside the call included.
        for (gap, most) in gaps.iter().skip(1).zip([60, 120, 240, 480, 900]) {
            assert!((most / 2..=most + 1).contains(gap), "{gaps:?}");
        }
    });
}

#[test]
fn a_trial_that_succeeds_opens_the_account_again() {
    let acts = (0..5).map(|_| unreachable()).chain([status(207), unreachable(), status(207)]);
    let script = Script::new(acts);
    let account = account(&script, basic());
    block_on_paused(async {
        account.ask(propfind()).await.unwrap_err();
        account.ask(propfind()).await.unwrap_err();
        sleep(Duration::from_mins(2)).await;
        account.ask(propfind()).await.unwrap();
        account.ask(propfind()).await.unwrap();
    });
    assert_eq!(script.left(), 0);
}

#[test]
fn broken_objects_do_not_close_the_account() {
    let script = Script::new((0..40).map(|_| status(500)));
    let account = account(&script, basic());
    block_on_paused(async {
        for _ in 0..20 {
            assert_eq!(account.ask(propfind()).await.unwrap().status.as_u16(), 500);
        }
    });
}

#[test]
fn a_request_has_a_minute_with_all_its_tries() {
    let script = Script::new([unreachable(), headed(302, &[("location", "/x")]), status(503), status(207)]);
    block_on_paused(async {
        let until = Instant::now() + Duration::from_mins(1);
        account(&script, basic()).ask(propfind()).await.unwrap();
        assert!(script.limits().iter().all(|limits| limits.until == until));
        assert!(script.limits().iter().all(|limits| limits.body_bytes_max == 32 * 1024 * 1024));
    });
}

/// A server that takes a second for each answer and notes how many it gives at once.
#[derive(Default)]
struct Slow {
    now: Cell<u32>,
    most: Cell<u32>,
}

impl Transport for &Slow {
    async fn exchange(&self, _: Request<Vec<u8>>, _: Limits) -> Result<Response<Vec<u8>>, TransportError> {
        self.now.set(self.now.get() + 1);
        self.most.set(self.most.get().max(self.now.get()));
        sleep(Duration::from_secs(1)).await;
        self.now.set(self.now.get() - 1);
        Ok(Response::new(Vec::new()))
    }
}

#[test]
fn an_account_asks_one_thing_at_a_time() {
    let slow = Slow::default();
    let account = AccountClient::new(&slow, basic(), Trust::new(&ADDRESS.parse().unwrap(), [""; 0]), 7);
    let write = || account.write(Write::remove("https://dav.example.org/a".parse().unwrap(), "\"1\""));
    block_on_paused(async {
        let _ = tokio::join!(account.ask(propfind()), account.ask(propfind()), write(), write());
    });
    assert_eq!(slow.most.get(), 1);
}

#[test]
fn the_servers_clock_is_that_of_its_last_answer() {
    let script = Script::new([
        headed(207, &[("date", "Fri, 20 Nov 2026 09:00:00 GMT")]),
        headed(404, &[("date", "Fri, 20 Nov 2026 09:00:05 GMT")]),
        status(207),
    ]);
    let account = account(&script, basic());
    let mut clocks = vec![account.served_at()];
    block_on_paused(async {
        for _ in 0..3 {
            account.ask(propfind()).await.unwrap();
            clocks.push(account.served_at());
        }
    });
    let at = |text: &str| Some(text.parse().unwrap());
    assert_eq!(clocks, [None, at("2026-11-20T09:00:00Z"), at("2026-11-20T09:00:05Z"), None]);
}

#[test]
fn a_fault_inside_the_server_does_not_make_good_that_it_could_not_be_reached() {
    let acts = (0..4).map(|_| unreachable()).chain([status(500), unreachable(), status(207)]);
    let script = Script::new(acts);
    let account = account(&script, basic());
    block_on_paused(async {
        account.ask(propfind()).await.unwrap_err();
        assert_eq!(account.ask(propfind()).await.unwrap().status.as_u16(), 500);
        account.ask(propfind()).await.unwrap_err();
        assert_eq!(script.left(), 1, "it has failed five times in a row: no second try");
    });
}
