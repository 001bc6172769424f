//! `seawall status`: asks the running daemon how it fares, and prints that.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use super::args::Cli;
use super::fail::{DONE, Done, Fail, LOGIN};
use super::out;
use super::{service, shell};
use crate::config::{self, Environment};
use crate::daemon::digest::{AccountStatus, HoldStatus, Status};
use crate::daemon::socket;
use crate::report::clean;

/// Prints how the daemon fares; fails where none runs.
pub(super) async fn status(cli: &Cli) -> Done {
    let found = config::find(cli.config.as_deref(), &Environment::from_system());
    let file = config::absolute(&found.map_err(|error| Fail::Config(error.to_string()))?)?;
    let mut status = None;
    for path in shell::sockets(&file) {
        match socket::ask(&path).await {
            // Only the system service's own user may look there, and it has only the one config.
            Err(error)
                if error.kind() == ErrorKind::PermissionDenied && path.starts_with(shell::SYSTEM_RUNTIME_DIR) =>
            {
                if service::is_config(&file) {
                    return Err(service::as_service());
                }
            }
            Err(error) => {
                return Err(anyhow::anyhow!("the daemon can't be asked on {}: {error}", path.display()).into());
            }
            Ok(answer) => status = answer,
        }
        if status.is_some() {
            break;
        }
    }
    let Some(status) = status else {
        return Err(anyhow::anyhow!(
            "no daemon runs with this config ({}): start it with {}",
            file.display(),
            how_to_start(&file)
        )
        .into());
    };
    let text = if cli.json { serde_json::to_string_pretty(&status)? } else { words(&status) };
    out::print(&text)?;
    Ok(if status.logins.is_empty() { DONE } else { LOGIN })
}

/// A config in `/etc` is that of a service of the system.
fn how_to_start(file: &Path) -> &'static str {
    if file.starts_with("/etc") {
        "`systemctl start seawall`, as root"
    } else {
        "`systemctl --user start seawall`, or `seawall run` in a terminal"
    }
}

/// The status for people.
fn words(status: &Status) -> String {
    let mut out = String::new();
    let at = |text: &str| moment(text, &status.now);
    // Writing to a string can't fail.
    let _ = writeln!(out, "seawall {} runs since {} (process {})", status.version, at(&status.since), status.pid);
    let _ = writeln!(out, "config: {}", status.config);
    for (what, fault) in [
        ("the new config is wrong, the old one stays", &status.config_fault),
        ("the state can't be used", &status.state_fault),
    ] {
        if let Some(fault) = fault {
            let _ = writeln!(out, "! {what}: {fault}");
        }
    }
    match status.paused.as_deref() {
        None => {}
        Some("resume") => out.push_str("paused until `seawall resume`: nothing is written\n"),
        Some(until) => {
            let _ = writeln!(out, "paused until {}: nothing is written", at(until));
        }
    }
    match &status.last_cycle {
        // What was before is not known while the state can't be used.
        None if status.state_fault.is_some() => {}
        None => out.push_str("no cycle yet\n"),
        Some(last) => {
            let next = status.next_cycle.as_deref().map(|next| format!("; the next one at {} or on change", at(next)));
            let undone =
                if status.left_undone > 0 { format!(", {} left undone", status.left_undone) } else { String::new() };
            let _ = writeln!(
                out,
                "last cycle {}: {} changes{undone}{}",
                at(last),
                status.written,
                next.unwrap_or_default()
            );
        }
    }
    if let Some(halted) = status.halted.as_ref().filter(|_| status.paused.is_none()) {
        let _ = writeln!(out, "! {}", clean(halted));
    }
    out.push_str("\naccounts\n");
    status.accounts.iter().for_each(|one| account(&mut out, one, &at));
    if status.state_fault.is_none() {
        out.push_str("\nholds this week\n");
        if status.holds.is_empty() {
            out.push_str("  none\n");
        }
        status.holds.iter().for_each(|one| hold(&mut out, one));
    }
    for (title, lines) in [("at risk", &status.at_risk), ("warnings", &status.warnings)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{title}");
            for line in lines {
                let _ = writeln!(out, "  {}", clean(line));
            }
        }
    }
    out
}

fn account(out: &mut String, one: &AccountStatus, at: &impl Fn(&str) -> String) {
    let word = if one.trouble.is_some() { "tried" } else { "read" };
    let last =
        one.last_poll.as_deref().map_or_else(|| "not read yet".to_owned(), |last| format!("{word} {}", at(last)));
    let next = one.next_poll.as_deref().map(|next| format!(", next {}", at(next))).unwrap_or_default();
    let state = match one.state.as_str() {
        "login" => "NEEDS LOGIN",
        other => other,
    };
    let _ = writeln!(out, "  {:<16} {state:<11}  {last}{next}", one.name);
    if let Some(trouble) = &one.trouble {
        let _ = writeln!(out, "    {}", clean(trouble));
    }
}

fn hold(out: &mut String, one: &HoldStatus) {
    let (day, from) = (day(&one.start), clock(&one.start));
    let shown = if one.busy { "busy" } else { "free" };
    let written = if one.written { "" } else { ", not written yet" };
    let role = one.role.as_deref().unwrap_or("?");
    let _ = writeln!(out, "  {day} {from}–{}  {role}, {shown}, {}{written}", clock(&one.end), one.state);
}

/// `09:41` of today, else with its day.
fn moment(text: &str, now: &str) -> String {
    if text.get(..10) == now.get(..10) { clock(text) } else { format!("{} {}", day(text), clock(text)) }
}

/// The time of RFC 3339 text.
fn clock(text: &str) -> String {
    text.get(11..16).unwrap_or(text).to_owned()
}

/// `Mon 16 Nov` of RFC 3339 text.
fn day(text: &str) -> String {
    let date = text.get(..10).and_then(|date| date.parse::<jiff::civil::Date>().ok());
    date.map_or_else(|| text.to_owned(), |date| date.strftime("%a %d %b").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_config_of_the_system_is_not_sent_to_a_service_of_their_own() {
        let told = |file: &str| how_to_start(Path::new(file));
        assert!(told("/etc/seawall/seawall.toml").contains("`systemctl start seawall`, as root"));
        assert!(told("/home/anna/.config/seawall/seawall.toml").contains("--user"));
    }

    #[test]
    fn all_that_there_is_to_say() {
        let account = |name: &str, state: &str, trouble: Option<&str>| AccountStatus {
            name: name.to_owned(),
            state: state.to_owned(),
            last_poll: Some("2026-11-18T09:41:00+01:00".to_owned()),
            next_poll: Some("2026-11-18T09:46:00+01:00".to_owned()),
            failures: u32::from(trouble.is_some()),
            trouble: trouble.map(str::to_owned),
        };
        let hold = |day: u32, busy, state: &str, written| HoldStatus {
            start: format!("2026-11-{day}T09:00:00+01:00"),
            end: format!("2026-11-{day}T12:00:00+01:00"),
            role: Some("deep".to_owned()),
            busy,
            state: state.to_owned(),
            written,
        };
        let status = Status {
            version: "0.1.0".to_owned(),
            pid: 42,
            now: "2026-11-18T09:42:00+01:00".to_owned(),
            since: "2026-11-16T08:00:00+01:00".to_owned(),
            config: "/etc/seawall/seawall.toml".to_owned(),
            config_fault: Some("seawall.toml:3:1: pol is no key".to_owned()),
            accounts: vec![account("home", "ok", None), account("work", "login", Some("refused\u{1b}[2J"))],
            last_cycle: Some("2026-11-18T09:41:00+01:00".to_owned()),
            written: 2,
            left_undone: 1,
            halted: Some("write = false in the config: nothing is written".to_owned()),
            next_cycle: Some("2026-11-19T00:00:00+01:00".to_owned()),
            holds: vec![hold(17, true, "past", true), hold(20, false, "planned", false)],
            at_risk: vec!["Morning (Fri 09:00): 1 unanswered invitation".to_owned()],
            ..Status::default()
        };
        let expected = "\
seawall 0.1.0 runs since Mon 16 Nov 08:00 (process 42)
config: /etc/seawall/seawall.toml
! the new config is wrong, the old one stays: seawall.toml:3:1: pol is no key
last cycle 09:41: 2 changes, 1 left undone; the next one at Thu 19 Nov 00:00 or on change
! write = false in the config: nothing is written

accounts
  home             ok           read 09:41, next 09:46
  work             NEEDS LOGIN  tried 09:41, next 09:46
    refused [2J

holds this week
  Tue 17 Nov 09:00–12:00  deep, busy, past
  Fri 20 Nov 09:00–12:00  deep, free, planned, not written yet

at risk
  Morning (Fri 09:00): 1 unanswered invitation
";
        assert_eq!(words(&status), expected);
        let troubled = Status { state_fault: Some("full".to_owned()), last_cycle: None, ..status.clone() };
        let text = words(&troubled);
        assert!(text.contains("! the state can't be used: full\n"), "{text}");
        assert!(!text.contains("no cycle yet") && !text.contains("holds this week"), "which is not known: {text}");
        let paused = Status { paused: Some("2026-11-19T08:00:00+01:00".to_owned()), holds: Vec::new(), ..status };
        let text = words(&paused);
        assert!(text.contains("paused until Thu 19 Nov 08:00: nothing is written\n"), "{text}");
        assert!(!text.contains("write = false") && text.contains("holds this week\n  none\n"), "{text}");
    }
}
