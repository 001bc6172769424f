//! Programs that are started for notices: they get JSON on standard input, run beside the loop, and none of them can hold
//! it up. Knows no notice's meaning.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::journal;
use super::notice::Notice;
use crate::config::settings::{Hook, NoticeKind};

/// How long a program may take.
const TIME_MAX: Duration = Duration::from_secs(30);
/// The most starts of a program for notices of one kind in [`RATE_TIME`].
const RATE_MAX: usize = 10;
/// The time in which starts are counted.
const RATE_TIME: Duration = Duration::from_hours(1);

/// Starts the programs for notices as they come: those that are wanted at that moment, for the config may change
/// meanwhile; what runs then goes on. Never ends.
pub async fn serve(hooks: &RefCell<Vec<Hook>>, notices: &mut UnboundedReceiver<Notice>) -> Infallible {
    let mut gates = Gates::default();
    let mut running = FuturesUnordered::new();
    loop {
        let notice = tokio::select! {
            Some(()) = running.next(), if !running.is_empty() => continue,
            Some(notice) = notices.recv() => notice,
            else => std::future::pending().await,
        };
        for hook in hooks.borrow().iter().filter(|hook| hook.on.contains(&notice.kind)) {
            let gate = gates.entry((hook.command.clone(), notice.kind)).or_default();
            if gate.opens(Instant::now()) {
                running.push(start(hook.clone(), notice.clone()));
            } else {
                let hour = RATE_TIME.as_secs() / 3600;
                journal::hook_failed(&format!(
                    "a notice of {} was not passed on: its program was started for {RATE_MAX} within {hour} h",
                    notice.kind.word()
                ));
            }
        }
    }
}

/// One for each program and kind: a login is told also where many blocks eroded.
type Gates = BTreeMap<(Vec<String>, NoticeKind), Gate>;

/// Counts starts.
#[derive(Debug, Default)]
struct Gate(VecDeque<Instant>);

impl Gate {
    fn opens(&mut self, now: Instant) -> bool {
        while self.0.front().is_some_and(|at| now.duration_since(*at) >= RATE_TIME) {
            self.0.pop_front();
        }
        let opens = self.0.len() < RATE_MAX;
        self.0.extend(opens.then_some(now));
        opens
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

/// Ends all processes of a program when dropped: a shell hands its work to others, which would go on without it.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        // It may have ended just now.
        let _ = self.0.map(|group| kill_process_group(group, Signal::KILL));
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
    let mut group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read is no failure.
        let _ = stdin.write_all(format!("{}\n", notice.json(titles)).as_bytes()).await;
    }
    let status = child.wait().await;
    // Its number may be another's from now on, and what it leaves running after it is done it wants to.
    group.0 = None;
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_started_ten_times_an_hour_and_not_more() {
        let start = Instant::now();
        let mut gate = Gate::default();
        let opened = (0..120).filter(|minute| gate.opens(start + Duration::from_mins(*minute))).count();
        assert_eq!(opened, 20);
        let opened = (120..125).filter(|minute| gate.opens(start + Duration::from_mins(*minute))).count();
        assert_eq!(opened, 5, "the first hour is forgotten");
    }
}
