//! Programs that are started for notices: they get JSON on standard input, run beside the loop, and none of them can hold
//! it up. Knows no notice's meaning.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::journal;
use super::notice::Notice;
use crate::config::program::Group;
use crate::config::settings::{Hook, NoticeKind};

/// How long a program may take.
const TIME_MAX: Duration = Duration::from_secs(30);
/// The most starts of a program for notices of one kind in [`RATE_TIME`].
const RATE_MAX: usize = 10;
/// The time in which starts are counted.
const RATE_TIME: Duration = Duration::from_hours(1);

/// Starts the programs for notices as they come: those that are wanted at that moment, for the config may change
/// meanwhile; what runs then goes on. What comes too often waits, and is told in one when it may be. Never ends.
pub async fn serve(hooks: &RefCell<Vec<Hook>>, notices: &mut UnboundedReceiver<Notice>) -> Infallible {
    let mut gates = Gates::default();
    let mut running = FuturesUnordered::new();
    loop {
        let opens = gates.values().filter(|gate| gate.waiting.is_some()).filter_map(Gate::opens_at).min();
        tokio::select! {
            Some(()) = running.next(), if !running.is_empty() => {}
            Some(notice) = notices.recv() => {
                let hooks = hooks.borrow();
                let wanting = hooks.iter().filter(|hook| hook.on.contains(&notice.kind));
                // A program that stands in the config twice is told once.
                for command in wanting.map(|hook| &hook.command).collect::<BTreeSet<_>>() {
                    gates.entry((command.clone(), notice.kind)).or_default().take(notice.clone());
                }
            }
            () = tokio::time::sleep_until(opens.unwrap_or_else(Instant::now)), if opens.is_some() => {}
            else => std::future::pending().await,
        }
        for ((command, kind), gate) in &mut gates {
            let hooks = hooks.borrow();
            let hook = hooks.iter().find(|hook| hook.command == *command && hook.on.contains(kind));
            let Some(hook) = hook else {
                // Nobody wants to be told by that program any more.
                gate.waiting = None;
                continue;
            };
            if let Some(notice) = gate.give(Instant::now()) {
                running.push(start(hook.clone(), notice));
            } else if gate.begins_to_wait() {
                let hour = RATE_TIME.as_secs() / 3600;
                journal::hook_failed(&format!(
                    "a notice of {} waits, and is told with what else comes until then: its program was started for \
                     {RATE_MAX} within {hour} h",
                    kind.word()
                ));
            }
        }
    }
}

/// One for each program and kind: a login is told also where many blocks eroded.
type Gates = BTreeMap<(Vec<String>, NoticeKind), Gate>;

/// Counts starts, and keeps what comes too often.
#[derive(Debug, Default)]
struct Gate {
    starts: VecDeque<Instant>,
    waiting: Option<Notice>,
    /// It was said that something waits.
    said: bool,
}

impl Gate {
    fn take(&mut self, notice: Notice) {
        self.waiting = Some(match self.waiting.take() {
            Some(before) => before.and(notice),
            None => notice,
        });
    }

    /// What may be told now, if anything is to be.
    fn give(&mut self, now: Instant) -> Option<Notice> {
        if self.opens_at().is_some_and(|at| now < at) {
            return None;
        }
        let notice = self.waiting.take()?;
        if self.starts.len() >= RATE_MAX {
            self.starts.pop_front();
        }
        self.starts.push_back(now);
        self.said = false;
        Some(notice)
    }

    /// When the next start is no longer too many; none where it never was.
    fn opens_at(&self) -> Option<Instant> {
        let first = self.starts.front().filter(|_| self.starts.len() >= RATE_MAX)?;
        Some(*first + RATE_TIME)
    }

    /// Whether something waits of which that was not said yet.
    fn begins_to_wait(&mut self) -> bool {
        self.waiting.is_some() && !std::mem::replace(&mut self.said, true)
    }
}

async fn start(hook: Hook, notice: Notice) {
    let Some((program, arguments)) = hook.command.split_first() else { return };
    let failed = |why: String| journal::hook_failed(&format!("`{program}`, started for a notice, {why}"));
    match tokio::time::timeout(TIME_MAX, finished(program, arguments, hook.titles, &notice)).await {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => failed(format!("failed ({status})")),
        Ok(Err(error)) => failed(format!("could not be run: {error}")),
        Err(_) => failed(format!("was not done after {} s and was ended", TIME_MAX.as_secs())),
    }
}

/// Runs the program to its end; dropped, it is killed.
async fn finished(program: &str, arguments: &[String], titles: bool, notice: &Notice) -> std::io::Result<ExitStatus> {
    let mut child = Command::new(program)
        .args(arguments)
        .env("SEAWALL_EVENT", notice.kind.word())
        .env("SEAWALL_MESSAGE", &notice.message)
        // It is no service of the manager's: what it says there would be taken for the daemon's word.
        .env_remove("NOTIFY_SOCKET")
        .env_remove("WATCHDOG_USEC")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .process_group(0)
        .spawn()?;
    let mut group = Group::of(&child);
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read is no failure.
        let _ = stdin.write_all(format!("{}\n", notice.json(titles)).as_bytes()).await;
    }
    let status = child.wait().await;
    group.done();
    status
}
