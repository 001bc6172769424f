//! What is logged while a test does something, by anybody, at the last level. One subscriber serves the whole test
//! binary and keeps lines only for threads that ask: those set for a thread alone miss events while tests run side by
//! side, for whether an event is wanted is remembered for the process.

use std::cell::RefCell;
use std::sync::Once;

use tracing_subscriber::util::SubscriberInitExt as _;

thread_local! {
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

static SUBSCRIBER: Once = Once::new();

/// The log of this thread while `act` runs.
pub(crate) fn logged(act: impl FnOnce()) -> String {
    SUBSCRIBER.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        subscriber.with_writer(|| Writer).finish().init();
    });
    LINES.set(Some(Vec::new()));
    act();
    String::from_utf8(LINES.take().unwrap()).unwrap()
}

/// Appends to the lines of the thread that logs, where it wants them.
struct Writer;

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.iter_mut().for_each(|lines| lines.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
