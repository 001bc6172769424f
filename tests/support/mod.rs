//! What the tests share: calendars and weeks in a compact notation, wishes in few words.

pub(crate) mod calendars;
pub(crate) mod corpora;
pub(crate) mod emulate;
pub(crate) mod flaky;
pub(crate) mod google;
pub(crate) mod ics;
pub(crate) mod lab;
pub(crate) mod log;
pub(crate) mod memory;
pub(crate) mod outcome;
pub(crate) mod planning;
pub(crate) mod policy;
pub(crate) mod relay;
pub(crate) mod script;
pub(crate) mod service;
pub(crate) mod sim;
pub(crate) mod told;
pub(crate) mod week;
pub(crate) mod world;

use std::future::Future;

use seawall::provider::{Known, Reading};

/// Runs a future to its end on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// The same for what needs sockets.
pub(crate) fn block_on_sockets<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The same with a clock that stands still while there is work, and else jumps to the next timer.
pub(crate) fn block_on_paused<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// What a reading leaves to know for the next one.
pub(crate) fn known(reading: &Reading) -> Known {
    let objects = reading.objects.iter().map(|object| (object.href.clone(), object.clone())).collect();
    Known { objects, cursor: reading.cursor.clone(), thorough: false, ..Known::nothing() }
}

/// Runs a test where permissions count, also for root: in a thread that has given up its capabilities.
pub(crate) fn without_privileges(test: impl FnOnce() + Send) {
    use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};

    let none = CapabilitySet::empty();
    let none = CapabilitySets { effective: none, permitted: none, inheritable: none };
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            set_capabilities(None, none).unwrap();
            test();
        });
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}
