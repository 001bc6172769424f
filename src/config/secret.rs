//! Fetches a secret from where the config says it is kept: a systemd credential, a file, or what a program prints.
//! Keeps none, and no error of it repeats one. Knows no account and no service.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::program::Group;
use super::regular::open_regular;
use super::settings::SecretSource;
use super::system::Environment;

/// The most bytes of a secret; what is longer is none.
const BYTES_MAX: u64 = 64 * 1024;
/// The most that is kept of what a program complains.
const COMPLAINT_MAX: u64 = 4096;
/// The longest line of it that is shown, in characters.
const COMPLAINT_SHOWN_MAX: usize = 200;
/// How long a program may take.
const PROGRAM_TIME_MAX: Duration = Duration::from_secs(30);
/// How long the end of one that is killed is waited for: in the middle of a request to a disk or a network that hangs
/// it does not end at all.
const KILL_TIME_MAX: Duration = Duration::from_secs(5);

/// Why a secret can't be had, and what to do. Never the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SecretError(String);

/// The secret.
///
/// # Errors
/// Why it can't be had.
pub async fn reveal(source: &SecretSource, env: &Environment) -> Result<SecretString, SecretError> {
    let (bytes, from) = match source {
        SecretSource::Credential(name) => (credential(name, env)?, format!("the credential {name:?}")),
        SecretSource::File(path) => (private_file(path, env.user)?, path.display().to_string()),
        SecretSource::Command(words) => {
            let program = words.first().map(String::as_str).unwrap_or_default();
            (printed(program, words.get(1..).unwrap_or_default()).await?, format!("what `{program}` prints"))
        }
    };
    one_line(bytes).map_err(|fault| SecretError(format!("{from} {fault}")))
}

/// A systemd credential; an encrypted one lies there in the clear, for this service alone.
fn credential(name: &str, env: &Environment) -> Result<Vec<u8>, SecretError> {
    let Some(folder) = &env.credentials_directory else {
        return Err(SecretError(format!(
            "the credential {name:?} is there only for a service: give its unit LoadCredential={name}:FILE \
             (or LoadCredentialEncrypted=), or name a file or a command in the config"
        )));
    };
    let file = File::open(folder.join(name)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SecretError(format!(
            "the unit has no credential {name:?}: give it LoadCredential={name}:FILE (or LoadCredentialEncrypted=)"
        )),
        _ => SecretError(format!("the credential {name:?} can't be read: {error}")),
    })?;
    whole(file).map_err(|error| SecretError(format!("the credential {name:?} can't be read: {error}")))
}

/// A file that belongs to `user` or root and that nobody else can read.
fn private_file(path: &Path, user: u32) -> Result<Vec<u8>, SecretError> {
    let shown = path.display();
    let unread = |error: io::Error| SecretError(format!("{shown} can't be read: {error}"));
    let file = open_regular(path).map_err(unread)?;
    let found = file.metadata().map_err(unread)?;
    if found.uid() != user && found.uid() != 0 {
        let owner = found.uid();
        return Err(SecretError(format!(
            "{shown} belongs to another user (uid {owner}), who can change it: run `chown {user} {shown}`"
        )));
    }
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        return Err(SecretError(format!("{shown} is open to others (mode {mode:o}): run `chmod 600 {shown}`")));
    }
    whole(file).map_err(unread)
}

/// All of it, one byte past the limit at most.
fn whole(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What the program prints. It is no shell that starts it, and it can ask nobody. No longer awaited, it is killed with
/// all that it started.
async fn printed(program: &str, arguments: &[String]) -> Result<Vec<u8>, SecretError> {
    let fail = |text: String| SecretError(format!("`{program}` {text}"));
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // At a terminal it stays with us: in a group of its own it would be stopped where it asks there, and not end by Ctrl-C.
    let is_apart = !io::stdin().is_terminal();
    if is_apart {
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|error| fail(format!("can't be started: {error}")))?;
    let mut group = is_apart.then(|| Group::of(&child));
    let ended = tokio::time::timeout(PROGRAM_TIME_MAX, output(&mut child)).await;
    let fault = match ended {
        Ok(Ok((bytes, complaint, status))) => {
            if let Some(group) = &mut group {
                group.done();
            }
            if status.success() {
                return Ok(bytes);
            }
            return Err(fail(format!("failed ({status}){}", first_line(&complaint))));
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => {
            let seconds = PROGRAM_TIME_MAX.as_secs();
            format!("was not done after {seconds} s and was ended; it must be able to do it with nobody there")
        }
    };
    drop(group);
    // Dropped, it would be killed as well, but only collected at some later time. That it is gone already is fine.
    if tokio::time::timeout(KILL_TIME_MAX, child.kill()).await.is_ok() {
        return Err(fail(fault));
    }
    let process = child.id().unwrap_or_default();
    Err(fail(format!("{fault}; process {process} goes on even so: see what it waits for")))
}

/// What the program printed, what it complained, and how it ended.
async fn output(child: &mut Child) -> io::Result<(Vec<u8>, Vec<u8>, ExitStatus)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (bytes, complaint) = tokio::try_join!(answer(stdout), complaint(stderr))?;
    Ok((bytes, complaint, child.wait().await?))
}

async fn answer(stdout: Option<ChildStdout>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(stdout) = stdout {
        stdout.take(BYTES_MAX + 1).read_to_end(&mut bytes).await?;
    }
    if bytes.len() as u64 > BYTES_MAX {
        return Err(io::Error::other("prints more than a secret can be (64 KiB)"));
    }
    Ok(bytes)
}

/// Its beginning; all of it is listened to, so that nothing waits for us.
async fn complaint(stderr: Option<ChildStderr>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut stderr) = stderr {
        (&mut stderr).take(COMPLAINT_MAX).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

/// The first line that says something, fit for a terminal.
fn first_line(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let shown: String = line.chars().filter(|c| !c.is_control()).take(COMPLAINT_SHOWN_MAX).collect();
    if shown.is_empty() { String::new() } else { format!(": {shown}") }
}

/// The secret in what was read: one line, whose end does not belong to it. The error fits "{…} is empty".
fn one_line(bytes: Vec<u8>) -> Result<SecretString, &'static str> {
    if bytes.len() as u64 > BYTES_MAX {
        return Err("holds more than a secret can be (64 KiB)");
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err("is empty");
    }
    if text.contains(['\n', '\r']) {
        return Err("has several lines: only one, the secret itself, must be there");
    }
    if text.contains('\0') {
        return Err("has a NUL byte, so it is no password or token");
    }
    Ok(SecretString::from(text))
}
