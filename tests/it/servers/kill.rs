//! `kill -9` at any moment of a cycle over the wire: after one undisturbed `sync` the calendars are those of a run that
//! nothing disturbed. `SEAWALL_SERVER_KILLS` says how many times on each server; 20 if it says nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use super::{Remote, meanings, requests};
use crate::support::lab::{Server, on_some};

type Own = BTreeMap<String, Vec<String>>;

/// Where the kills landed, as the calendars show it.
#[derive(Debug, Default)]
struct Landed {
    before: usize,
    during: usize,
    after: usize,
}

impl Landed {
    fn count(&mut self, now: &Own, before: &Own, after: &Own) {
        match now {
            now if now == before => self.before += 1,
            now if now == after => self.after += 1,
            _ => self.during += 1,
        }
    }
}

fn kills_wanted() -> usize {
    std::env::var("SEAWALL_SERVER_KILLS").map_or(20, |text| text.parse().expect("SEAWALL_SERVER_KILLS is a number"))
}

/// Starts `sync` and kills it that long after so many of its writes were sent; false where it had ended before.
fn kill_after(remote: &Remote, writes: usize, delay: Duration) -> bool {
    let mut command = remote.sandbox.command(["sync", "-vv"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let mut sent = 0;
    let mut lines = log.lines();
    while sent < writes {
        let Some(Ok(line)) = lines.next() else { break };
        sent += requests(&line).iter().filter(|request| request.is_write()).count();
    }
    // No wait for something to happen: the moment itself is what is tried.
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap().signal() == Some(9)
}

/// The two kinds of run: the first one, and one after much has changed, which updates, deletes and creates.
#[derive(Clone, Copy, Debug)]
enum Run {
    First,
    Changed,
}

/// A meeting in a hold, a block less, a role of another name: holds move, come and go.
fn change(remote: &Remote) {
    let lines = ["TZID=Europe/Berlin:20261117T0", "ORGANIZER:mailto:ben@example.org"];
    let workshop = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:workshop@example.org\r\n\
         DTSTAMP:20261115T100000Z\r\nDTSTART;{0}90000\r\nDTEND;{0}95500\r\nSUMMARY:Workshop\r\n{1}\r\n\
         ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n",
        lines[0], lines[1]
    );
    remote.work.put("workshop.ics", &workshop);
    remote.sandbox.edit_config("mon,tue,thu,fri\"", "mon,tue,thu\"");
    remote.sandbox.edit_config("name = \"learning\"", "name = \"study\"");
}

/// Puts everything back to where nothing was ever written.
fn reset(remote: &Remote, run: Run) {
    remote.sandbox.run(["undo", "--yes"]).expect(0);
    assert!(remote.own().is_empty(), "{:?}", remote.own().keys());
    if let Run::Changed = run {
        remote.work.delete("workshop.ics");
        remote.sandbox.edit_config("mon,tue,thu\"", "mon,tue,thu,fri\"");
        remote.sandbox.edit_config("name = \"study\"", "name = \"learning\"");
    }
    fs::remove_dir_all(remote.sandbox.demo().join(".state")).unwrap();
}

/// Brings it to where a run of that kind begins.
fn prepare(remote: &Remote, run: Run) {
    if let Run::Changed = run {
        remote.sandbox.run(["sync"]).expect(0);
        change(remote);
    }
}

/// What lies there before and after an undisturbed run, and how many writes it sends.
fn undisturbed(remote: &Remote, run: Run) -> (Own, Own, usize) {
    prepare(remote, run);
    let before = meanings(&remote.own());
    let (ran, requests) = remote.traced(&["sync"]);
    ran.expect(0);
    let after = meanings(&remote.own());
    reset(remote, run);
    let writes = requests.iter().filter(|request| request.is_write()).count();
    assert!(writes > 5 && before != after, "{requests:?}");
    (before, after, writes)
}

#[test]
fn a_killed_sync_is_mended_by_the_next() {
    on_some("kill", &[Server::Radicale, Server::Sogo], |lab| {
        let remote = Remote::with_demo(lab);
        let runs = [Run::First, Run::Changed].map(|run| (run, undisturbed(&remote, run)));
        let mut random = fastrand::Rng::with_seed(1);
        let (mut landed, mut kills) = (Landed::default(), 0);
        while kills < kills_wanted() {
            let (run, (before, after, writes)) = &runs[random.usize(0..runs.len())];
            prepare(&remote, *run);
            let foreign = remote.foreign();
            for _ in 0..random.usize(1..=3) {
                // About as long as one write takes; before the first one, as long as starting and reading does.
                let writes = if random.u8(0..6) == 0 { 0 } else { random.usize(1..=*writes) };
                let pause = if writes == 0 { 200_000 } else { 40_000 };
                let killed = kill_after(&remote, writes, Duration::from_micros(random.u64(0..pause)));
                let now = meanings(&remote.own());
                if killed {
                    kills += 1;
                    landed.count(&now, before, after);
                }
                assert_eq!(remote.foreign(), foreign, "after kill {kills}");
            }
            remote.sandbox.run(["sync"]).expect(0);
            assert_eq!(meanings(&remote.own()), *after, "{run:?} after kill {kills}");
            assert_eq!(remote.foreign(), foreign, "{run:?} after kill {kills}");
            remote.sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
            assert_eq!(meanings(&remote.own()), *after, "a further cycle changes nothing");
            reset(&remote, *run);
        }
        println!("{}: {kills} kills; the calendars were then as {landed:?} the writing", lab.server.name());
        assert!(landed.during > kills / 4, "too few kills landed between the first and the last write: {landed:?}");
    });
}
