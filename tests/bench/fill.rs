//! Puts many objects on a server of the laboratory in a short time, and asks the server what tools will ask it. Knows
//! nothing of what is measured.

use std::error::Error;
use std::fs;
use std::process::Command;

use super::lab::{Calendar, Lab, Server};

/// How often a list is asked for at most: Radicale gives up on a client after half a minute, and goes on where it was.
const TRIES: usize = 20;

/// Puts the objects there; into Radicale's own folder, as its PUT takes minutes for so many. Ends when the server can
/// list them: Radicale reads and keeps what it was given when it is first asked, and that takes it minutes too.
pub(crate) fn fill(lab: &Lab, calendar: &Calendar, objects: &[String]) -> Result<(), Box<dyn Error>> {
    for (index, text) in objects.iter().enumerate() {
        let name = format!("{index:05}.ics");
        if lab.server == Server::Radicale {
            let path = url::Url::parse(&calendar.url)?.path().trim_matches('/').to_owned();
            fs::write(lab.folder.join("data/collection-root").join(path).join(name), text)?;
        } else {
            calendar.put(&name, text);
        }
    }
    for _ in 0..TRIES {
        if curl(lab).args(["--request", "PROPFIND", "--header", "Depth: 1", &calendar.url]).status()?.success() {
            return Ok(());
        }
    }
    Err("the server lists nothing".into())
}

/// curl, as Alice.
pub(crate) fn curl(lab: &Lab) -> Command {
    let mut command = Command::new("curl");
    let user = format!("{}:{}", lab.alice.name, lab.alice.password);
    command.args(["--silent", "--fail", "--noproxy", "*", "--output", "/dev/null", "--user", &user]);
    command
}
