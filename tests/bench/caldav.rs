//! A first sync of 10,000 events from a real server, and a poll without changes, beside `vdirsyncer` and beside the limit:
//! what `curl` needs for the same bytes, the list of names and then all texts in one answer.
//! `cargo bench --bench caldav`, on Radicale, and on Cyrus where `SEAWALL_LAB` names it. Needs what `tests/run` makes,
//! and curl. Times are those of whole processes, without the relay that counts requests and bytes.

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
use std::fs;
use std::io::Seek as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::civil::date;

use self::fill::fill;
use self::lab::{Calendar, Lab, Server, servers};
use self::relay::Relay;

/// First syncs of each tool; the best counts, as what else the machine does only makes it slower.
const ROUNDS: usize = 3;
/// Polls of each tool.
const POLLS: usize = 10;
/// What curl asks for everything, and for what changed: method and file of the body.
const EVERYTHING: [(&str, &str); 2] = [("PROPFIND", "list.xml"), ("REPORT", "all.xml")];
const CHANGES: [(&str, &str); 1] = [("REPORT", "changes.xml")];

type Done<T> = Result<T, Box<dyn Error>>;

/// How a process went.
#[derive(Clone, Copy, Debug)]
struct Went {
    took: Duration,
    /// The most memory that it held, in kB.
    peak: u64,
}

/// What a tool needed.
struct Row {
    tool: &'static str,
    requests: usize,
    /// Bytes.
    sent: usize,
    received: usize,
    best: Went,
}

/// A tool, its files, and what it talks to.
struct Bench<'a> {
    lab: &'a Lab,
    calendar: &'a Calendar,
    folder: PathBuf,
}

/// Runs a command to its end, with an eye on its memory.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn measured(command: &mut Command) -> Done<Went> {
    // A file, as vdirsyncer says more than a pipe holds that nobody reads.
    let mut said = tempfile::tempfile()?;
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said.try_clone()?).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0).max(peak);
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let took = started.elapsed();
    if !ended.success() {
        said.rewind()?;
        let said = std::io::read_to_string(said)?;
        return Err(format!("{command:?}: {ended}: {said}").into());
    }
    Ok(Went { took, peak })
}

impl Bench<'_> {
    /// The calendar as somebody sees it who comes by that way.
    fn by(&self, base: &str) -> String {
        self.calendar.url.replacen(self.lab.url.split('/').nth(2).unwrap_or_default(), host(base), 1)
    }

    /// curl, with methods and bodies in files, over one connection.
    fn curl(&self, base: &str, asked: &[(&str, &str)]) -> Command {
        let mut command = Command::new("curl");
        for (index, (method, body)) in asked.iter().enumerate() {
            command.args((index > 0).then_some("--next")).args(fill::curl(self.lab).get_args());
            command.args(["--request", method, "--header", "Content-Type: application/xml", "--header", "Depth: 1"]);
            command.args(["--header", "Expect:", "--data-binary"]);
            command.arg(format!("@{}", self.folder.join(body).display())).arg(self.by(base));
        }
        command
    }

    fn seawall(&self, base: &str) -> Done<Command> {
        let text = format!(
            "timezone = \"Europe/Berlin\"\nnow = \"2026-11-16T07:30\"\nwrite = false\nstate_dir = \"state\"\n\
             [hours]\nwork = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n\
             [[account]]\nname = \"work\"\nprovider = \"caldav\"\nurl = \"{base}\"\nusername = \"{}\"\n\
             password = {{ command = [\"echo\", \"{}\"] }}\ncalendars = [{{ name = \"{}\", use = \"read\" }}]\n",
            self.lab.alice.name,
            self.lab.alice.password,
            self.by(base)
        );
        let config = self.folder.join("seawall.toml");
        fs::write(&config, text)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_seawall"));
        command.arg("--config").arg(config).arg("sync").env("XDG_RUNTIME_DIR", &self.folder);
        Ok(command)
    }

    fn vdirsyncer(&self, base: &str, word: &str) -> Done<Command> {
        let home = self.folder.join("vdirsyncer");
        fs::create_dir_all(&home)?;
        let (home, segment) = (home.display(), self.calendar.url.trim_end_matches('/').rsplit('/').next());
        let text = format!(
            "[general]\nstatus_path = \"{home}/status/\"\n[pair r]\na = \"local\"\nb = \"remote\"\n\
             collections = [[\"work\", \"work\", \"{}\"]]\nconflict_resolution = null\n\
             [storage local]\ntype = \"filesystem\"\npath = \"{home}/cals/\"\nfileext = \".ics\"\n\
             [storage remote]\ntype = \"caldav\"\nurl = \"{base}\"\nusername = \"{}\"\npassword = \"{}\"\n",
            segment.unwrap_or_default(),
            self.lab.alice.name,
            self.lab.alice.password
        );
        let config = self.folder.join("vdirsyncer.conf");
        fs::write(&config, text)?;
        let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin/vdirsyncer");
        let mut command = Command::new("sh");
        // It asks whether to make the folder.
        let pipe = if word == "discover" { "yes | \"$@\"" } else { "exec \"$@\"" };
        command.args(["-c", pipe, "sh"]).arg(tool).arg("-c").arg(config).args([word, "r"]);
        Ok(command)
    }

    /// Forgets what the tools keep.
    fn fresh(&self, base: &str) -> Done<()> {
        for folder in ["state", "vdirsyncer"] {
            let folder = self.folder.join(folder);
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
        }
        measured(&mut self.vdirsyncer(base, "discover")?)?;
        Ok(())
    }

    /// The tools in turn: first from nothing, then without changes.
    fn rows(&self) -> Done<[Vec<Row>; 2]> {
        let relay = Relay::before(&self.lab.url, None);
        let tools = |base: &str, asked: &[(&str, &str)]| -> Done<[(&'static str, Command); 3]> {
            Ok([
                ("curl", self.curl(base, asked)),
                ("seawall", self.seawall(base)?),
                ("vdirsyncer", self.vdirsyncer(base, "sync")?),
            ])
        };
        // Once through the relay, for the counts; the times are those without it.
        let counted = |asked: &[(&str, &str)]| -> Done<Vec<Row>> {
            let mut rows = Vec::new();
            for (tool, mut command) in tools(&relay.url, asked)? {
                relay.heard();
                let best = measured(&mut command)?;
                let heard = relay.heard();
                rows.push(Row {
                    tool,
                    requests: heard.requests.len(),
                    sent: heard.sent,
                    received: heard.received,
                    best,
                });
            }
            Ok(rows)
        };
        self.fresh(&relay.url)?;
        let (mut first, mut poll) = (counted(&EVERYTHING)?, counted(&CHANGES)?);
        let timed = |rows: &mut [Row], asked: &[(&str, &str)], is_first: bool| -> Done<()> {
            for (row, (_, mut command)) in rows.iter_mut().zip(tools(&self.lab.url, asked)?) {
                let went = measured(&mut command)?;
                row.best = if is_first || went.took < row.best.took { went } else { row.best };
            }
            Ok(())
        };
        for round in 0..ROUNDS {
            self.fresh(&self.lab.url)?;
            timed(&mut first, &EVERYTHING, round == 0)?;
        }
        for round in 0..POLLS {
            timed(&mut poll, &CHANGES, round == 0)?;
        }
        Ok([first, poll])
    }

    /// What curl asks with: all names, all texts in one answer, and what changed since now.
    fn bodies(&self) -> Done<()> {
        const SPACES: &str = "xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"";
        let url = &self.calendar.url;
        let ask = |depth: &str, prop: &str| {
            let body = format!("<d:propfind {SPACES}><d:prop>{prop}</d:prop></d:propfind>");
            let headers = [("Depth", depth), ("Content-Type", "application/xml")];
            self.lab.alice.request("PROPFIND", url, &headers, Some(&body)).body
        };
        fs::write(
            self.folder.join("list.xml"),
            format!("<d:propfind {SPACES}><d:prop><d:getetag/></d:prop></d:propfind>"),
        )?;
        let is_object = |text: &&str| text.starts_with('/') && !text.ends_with('/');
        let list = ask("1", "<d:getetag/>");
        let hrefs: Vec<String> =
            list.split(['<', '>']).filter(is_object).map(|href| format!("<d:href>{href}</d:href>")).collect();
        let all = format!(
            "<c:calendar-multiget {SPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop>{}</c:calendar-multiget>",
            hrefs.concat()
        );
        fs::write(self.folder.join("all.xml"), all)?;
        let state = ask("0", "<d:sync-token/>");
        let token = state.split(['<', '>']).skip_while(|text| !text.ends_with("sync-token")).nth(1);
        let changes = format!(
            "<d:sync-collection {SPACES}><d:sync-token>{}</d:sync-token><d:sync-level>1</d:sync-level>\
             <d:prop><d:getetag/></d:prop></d:sync-collection>",
            token.ok_or("no sync token")?
        );
        fs::write(self.folder.join("changes.xml"), changes)?;
        Ok(())
    }
}

fn host(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn main() -> Done<()> {
    let objects = calendar::objects(5, date(2026, 11, 16));
    let bytes: usize = objects.iter().map(String::len).sum();
    for server in servers().into_iter().filter(|server| [Server::Radicale, Server::Cyrus].contains(server)) {
        let lab = Lab::start(server);
        let calendar = lab.alice.make_calendar("work");
        fill(&lab, &calendar, &objects)?;
        let folder = tempfile::tempdir()?;
        let bench = Bench { lab: &lab, calendar: &calendar, folder: folder.path().to_owned() };
        bench.bodies()?;
        // Once for nothing: no tool shall pay for what a server keeps from then on.
        measured(&mut bench.curl(&lab.url, &EVERYTHING))?;
        println!("{}: {} events in {} objects, {} kB", server.name(), calendar::EVENTS, objects.len(), bytes / 1000);
        let titles = [format!("first sync, best of {ROUNDS}"), format!("poll without changes, best of {POLLS}")];
        for (title, rows) in titles.iter().zip(bench.rows()?.iter()) {
            println!(
                "{title:<36} {:>8} {:>8} {:>11} {:>9} {:>8} {:>8} {:>12}",
                "requests", "sent kB", "received kB", "ms", "peak MB", "× curl", "× vdirsyncer"
            );
            let of = |row: Option<&Row>| row.map_or(0.0, |row| row.best.took.as_secs_f64());
            let (limit, other) = (of(rows.first()), of(rows.last()));
            for Row { tool, requests, sent, received, best } in rows {
                let took = best.took.as_secs_f64();
                println!(
                    "  {tool:<34} {requests:>8} {:>8} {:>11} {:>9.1} {:>8} {:>8.2} {:>12.3}",
                    sent / 1000,
                    received / 1000,
                    took * 1e3,
                    best.peak / 1024,
                    took / limit,
                    took / other
                );
            }
        }
    }
    Ok(())
}
