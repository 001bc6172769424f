//! What `seawall run` costs while nothing changes: the real process, one account of 2,000 events, holds written; on a
//! folder (vdir), then on Radicale. `cargo bench --bench idle`, about ten minutes, and more on a busy machine, where
//! Radicale takes minutes to read what it was given. Needs what `tests/run` makes.
//!
//! It polls every minute here, and a day is reckoned from parts that are measured apart: a poll without changes (288 a
//! day at the default of 5 min), a plan made anew (24, of which four list every name first), and the quiet time between.
//! CPU time is the kernel's in ns over all threads, wake-ups are voluntary context switches, bytes written are those
//! that the kernel sent to storage (its pages of 4 KiB, SQLite's log and its copying back included).

mod calendar;
mod fill;
#[path = "../support/lab/mod.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::explicit_write,
    reason = "it is the tests', and they use more of it"
)]
mod lab;
#[path = "../support/relay.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "it is the tests', and they use more of it")]
mod relay;

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use seawall::calendar::CalendarId;
use seawall::cycle::clock::Clock;
use seawall::store::Store;
use seawall::store::mirror::MirrorChange;
use serde_json::Value;

use self::lab::{Lab, Server};
use self::relay::Relay;

/// Of the objects of the large calendar every fifth: about 2,000 events.
const EVERY: usize = 5;
/// Polls that are measured.
const POLLS: u32 = 3;
/// After this a poll is over.
const SETTLE: Duration = Duration::from_secs(3);
/// How often it is looked whether a plan is there.
const TRIES: usize = 100;
/// After this the connection that a poll leaves open is closed too.
const QUIET_AFTER: Duration = Duration::from_secs(25);
/// What of the quiet time is measured between two polls.
const QUIET: Duration = Duration::from_secs(20);
/// A machine may be busy: what takes longer than this is broken.
const PATIENCE: Duration = Duration::from_mins(10);

type Done<T> = Result<T, Box<dyn Error>>;

/// What a process used up.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    /// CPU time in ns.
    cpu: f64,
    wakes: f64,
    /// Bytes.
    written: f64,
    seconds: f64,
}

impl Used {
    /// So many times the other more.
    fn plus(self, times: f64, more: Self) -> Self {
        Self {
            cpu: self.cpu + times * more.cpu,
            wakes: self.wakes + times * more.wakes,
            written: self.written + times * more.written,
            seconds: self.seconds + times * more.seconds,
        }
    }

    fn times(self, times: f64) -> Self {
        Self::default().plus(times, self)
    }

    /// What was used up since then.
    fn since(self, before: Self) -> Self {
        self.plus(-1.0, before)
    }

    /// What is left of it without what that time costs anyway.
    fn beyond(self, quiet: Self) -> Self {
        self.plus(-self.seconds / quiet.seconds, quiet)
    }
}

/// The daemon.
struct Daemon {
    child: Child,
    proc: PathBuf,
    started: Instant,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Daemon {
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    fn start(mut command: Command, log: &Path) -> Done<Self> {
        let started = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log)?).spawn()?;
        let proc = PathBuf::from(format!("/proc/{}", child.id()));
        Ok(Self { child, proc, started })
    }

    /// Calls that read files: polls alone do, for they load what was last read. What comes from sockets is not among them.
    fn reads(&self) -> Done<f64> {
        field(&self.proc.join("io"), "syscr:")
    }

    fn used(&self) -> Done<Used> {
        let mut used = Used { seconds: self.started.elapsed().as_secs_f64(), ..Used::default() };
        for task in fs::read_dir(self.proc.join("task"))? {
            let task = task?.path();
            let times = fs::read_to_string(task.join("schedstat"))?;
            used.cpu += times.split_whitespace().next().ok_or("no schedstat")?.parse::<f64>()?;
            used.wakes += field(&task.join("status"), "voluntary_ctxt_switches:")?;
        }
        used.written = field(&self.proc.join("io"), "write_bytes:")?;
        Ok(used)
    }

    /// What it has of memory in MB: now, of that its own and that of files, and the most that it ever had.
    fn memory(&self) -> Done<[f64; 4]> {
        let mut sizes = [0.0; 4];
        for (size, name) in sizes.iter_mut().zip(["VmRSS:", "RssAnon:", "RssFile:", "VmHWM:"]) {
            *size = field(&self.proc.join("status"), name)? / 1024.0;
        }
        Ok(sizes)
    }
}

/// A number in one of the kernel's tables.
fn field(file: &Path, name: &str) -> Done<f64> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.split_whitespace().next().ok_or("no number")?.parse()?)
}

/// The daemon's surroundings.
struct Bench<'a> {
    /// Before the server, where there is one.
    relay: Option<&'a Relay>,
    folder: &'a Path,
    calendar: &'a CalendarId,
}

impl Bench<'_> {
    /// How many requests there were since the last call.
    fn requests(&self) -> usize {
        self.relay.map_or(0, |relay| relay.heard().requests.len())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seawall"));
        command.arg("--config").arg(self.folder.join("seawall.toml")).args(words);
        command.env("XDG_RUNTIME_DIR", self.folder);
        command
    }

    /// When the daemon last planned; asking wakes it.
    fn planned(&self) -> Done<String> {
        let output = self.command(&["--json", "status"]).output()?;
        // Before it listens there is no answer.
        let status: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Ok(status["last_cycle"].as_str().unwrap_or_default().to_owned())
    }

    /// Waits for the next poll, until it is over.
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    fn next_poll(&self, daemon: &Daemon) -> Done<usize> {
        let (started, before) = (Instant::now(), daemon.reads()?);
        self.requests();
        while daemon.reads()? <= before {
            if started.elapsed() > PATIENCE {
                return Err("no poll for too long".into());
            }
            sleep(Duration::from_millis(100));
        }
        sleep(SETTLE);
        Ok(self.requests())
    }

    /// Has the daemon plan anew, as after another command wrote to the state; what that took.
    fn plan_anew(&self, daemon: &Daemon, with_list: bool) -> Done<(Used, usize)> {
        let before = self.planned()?;
        let store = Store::open(&self.folder.join("state"), Clock::System.now())?.store;
        let mirror = store.mirror(self.calendar)?;
        let listed = if with_list { Clock::System.now() - 7.hours() } else { mirror.listed.ok_or("never listed")? };
        let change = MirrorChange { cursor: mirror.cursor, listed: Some(listed), ..MirrorChange::default() };
        store.put_mirror(self.calendar, &change)?;
        store.set_meta("planned anew", Some(&before))?;
        drop(store);
        self.requests();
        let start = daemon.used()?;
        for _ in 0..TRIES {
            // Each look wakes it, the first one to see what was written.
            let is_done = self.planned()? != before;
            if is_done {
                return Ok((daemon.used()?.since(start), self.requests()));
            }
            sleep(SETTLE);
        }
        Err("it did not plan anew".into())
    }
}

/// Writes the config for that one account.
fn configure(folder: &Path, account: &str, calendar: &str) -> Done<CalendarId> {
    let text = format!(
        "timezone = \"Europe/Berlin\"\nstate_dir = \"state\"\npoll = \"1m\"\n\
         [hours]\nwork = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n\
         [[role]]\nname = \"deep\"\ntarget = \"12h\"\n\
         blocks = [{{ name = \"Morning\", days = \"mon,tue,thu,fri\", from = \"09:00\", to = \"12:00\" }}]\n\
         [[account]]\nname = \"work\"\n{account}\ncalendars = [{{ name = \"{calendar}\", use = \"read+hold\" }}]\n",
    );
    fs::write(folder.join("seawall.toml"), text)?;
    Ok(CalendarId { account: "work".to_owned(), calendar: calendar.to_owned() })
}

/// Fills a calendar of Radicale, with a relay before it.
fn on_radicale(folder: &Path, lab: &Lab, objects: &[String]) -> Done<(CalendarId, Relay)> {
    let calendar = lab.alice.make_calendar("work");
    fill::fill(lab, &calendar, objects)?;
    let relay = Relay::before(&lab.url, None);
    let host = |url: &str| url.split('/').nth(2).unwrap_or_default().to_owned();
    let account = format!(
        "provider = \"caldav\"\nurl = \"{}\"\nusername = \"{}\"\npassword = {{ command = [\"echo\", \"{}\"] }}",
        relay.url, lab.alice.name, lab.alice.password,
    );
    let address = calendar.url.replacen(&host(&lab.url), &host(&relay.url), 1);
    Ok((configure(folder, &account, &address)?, relay))
}

/// Fills a folder.
fn on_vdir(folder: &Path, objects: &[String]) -> Done<CalendarId> {
    let calendar = folder.join("calendars/work");
    fs::create_dir_all(&calendar)?;
    for (index, text) in objects.iter().enumerate() {
        fs::write(calendar.join(format!("{index:05}.ics")), text)?;
    }
    configure(folder, "provider = \"vdir\"\npath = \"calendars\"", "work")
}

/// The parts that a day is made of.
struct Parts {
    quiet: Used,
    poll: Used,
    plan: Used,
    list: Used,
}

fn parts(bench: &Bench<'_>, daemon: &Daemon) -> Done<(Parts, [usize; 3])> {
    let (mut quiet, mut requests) = (Used::default(), 0);
    let start = daemon.used()?;
    for _ in 0..POLLS {
        sleep(QUIET_AFTER.saturating_sub(SETTLE));
        let before = daemon.used()?;
        sleep(QUIET);
        quiet = quiet.plus(1.0, daemon.used()?.since(before));
        requests += bench.next_poll(daemon)?;
    }
    let polls = daemon.used()?.since(start).beyond(quiet);
    let (plan, for_plan) = bench.plan_anew(daemon, false)?;
    let (list, for_list) = bench.plan_anew(daemon, true)?;
    let parts =
        Parts { quiet, poll: polls.times(1.0 / f64::from(POLLS)), plan: plan.beyond(quiet), list: list.beyond(quiet) };
    Ok((parts, [requests, for_plan, for_list]))
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn show(parts: &Parts, requests: [usize; 3], memory: [f64; 4]) {
    let Parts { quiet, poll, plan, list } = *parts;
    let minute = quiet.times(60.0 / quiet.seconds);
    println!("{:<28} {:>8} {:>9} {:>9} {:>14}", "", "requests", "CPU ms", "wake-ups", "bytes written");
    let rows = [
        (format!("a poll, mean of {POLLS}"), requests[0] / POLLS as usize, poll),
        ("a plan, with a poll".to_owned(), requests[1], plan),
        ("a plan, with a full list".to_owned(), requests[2], list),
        ("a quiet minute".to_owned(), 0, minute),
    ];
    for (name, requests, used) in rows {
        println!("{name:<28} {requests:>8} {:>9.2} {:>9.1} {:>14.0}", used.cpu / 1e6, used.wakes, used.written);
    }
    let day = poll.times(288.0).plus(20.0, plan).plus(4.0, list).plus(1440.0, minute);
    let [now, own, files, most] = memory;
    println!("a day at the default pace");
    println!(
        "  resident memory   {now:>9.1} MB   aim ≤ 15   ({own:.1} its own, {files:.1} of files; at most {most:.1})"
    );
    println!("  CPU               {:>9.1} s    aim ≤ 20", day.cpu / 1e9);
    println!("  wake-ups a minute {:>9.1}", day.wakes / 1440.0);
    println!("  written           {:>9.2} MB", day.written / 1e6);
}

/// Runs the daemon and measures it.
fn measure(bench: &Bench<'_>) -> Done<()> {
    let log = bench.folder.join("log");
    let daemon = Daemon::start(bench.command(&["run"]), &log)?;
    while bench.planned()?.is_empty() {
        if daemon.started.elapsed() > PATIENCE {
            return Err(fs::read_to_string(log)?.into());
        }
        sleep(Duration::from_millis(200));
    }
    // A folder is read twice more before it is believed to stay as it is.
    for _ in 0..3 {
        bench.next_poll(&daemon)?;
    }
    let (parts, requests) = parts(bench, &daemon)?;
    show(&parts, requests, daemon.memory()?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn main() -> Done<()> {
    let today = Clock::System.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let objects: Vec<String> = calendar::objects(5, today).into_iter().step_by(EVERY).collect();
    let events: usize = objects.iter().map(|text| text.matches("BEGIN:VEVENT").count()).sum();
    let bytes: usize = objects.iter().map(String::len).sum();
    // On a disk: what lies in memory alone would cost nothing.
    let folder = || tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"));

    println!("{events} events in {} objects, {} kB, on a folder", objects.len(), bytes / 1000);
    let place = folder()?;
    let calendar = on_vdir(place.path(), &objects)?;
    measure(&Bench { relay: None, folder: place.path(), calendar: &calendar })?;

    println!("the same on {}", Server::Radicale.name());
    let (lab, place) = (Lab::start(Server::Radicale), folder()?);
    let (calendar, relay) = on_radicale(place.path(), &lab, &objects)?;
    measure(&Bench { relay: Some(&relay), folder: place.path(), calendar: &calendar })
}
