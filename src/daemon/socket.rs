//! The socket on which a running daemon tells how it goes: whoever connects is given one line of JSON. Only its user can.

use std::convert::Infallible;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::digest::Status;
use super::wake::Wake;

/// How long either side waits for the other.
const TIME_MAX: Duration = Duration::from_secs(5);
/// The longest answer.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The socket, gone when dropped.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Makes it, in place of one that a crash left.
    ///
    /// # Errors
    /// Where it can't be made, or another daemon answers there.
    pub fn bind(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        // One with another state, of a config that names another one by now.
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                "another `seawall run` with this config answers there",
            ));
        }
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => io::Error::new(
                error.kind(),
                "the path is too long for a socket: let XDG_RUNTIME_DIR name a folder with a shorter path",
            ),
            _ => error,
        })?;
        std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Answers whoever asks, one after the other. Never ends.
    pub async fn serve(&self, wakes: &UnboundedSender<Wake>) -> Infallible {
        loop {
            match self.listener.accept().await {
                // Who has gone, or does not read, is no concern of the daemon's.
                Ok((stream, _)) => drop(tokio::time::timeout(TIME_MAX, answer(stream, wakes)).await),
                Err(error) => {
                    tracing::debug!("a question for the status was lost: {error}");
                    tokio::time::sleep(TIME_MAX).await;
                }
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // One that stays is replaced by the next daemon.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn answer(mut stream: UnixStream, wakes: &UnboundedSender<Wake>) -> io::Result<()> {
    let (answer, asked) = oneshot::channel();
    let _ = wakes.send(Wake::Ask(answer));
    let status = asked.await.map_err(io::Error::other)?;
    let mut line = serde_json::to_string(&status)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    stream.shutdown().await
}

/// Asks a running daemon; none where none runs.
///
/// # Errors
/// Where one runs and does not answer, or not in a way that this seawall understands.
pub async fn ask(path: &Path) -> io::Result<Option<Status>> {
    let asked = async {
        let mut stream = match UnixStream::connect(path).await {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                return Ok(None);
            }
            stream => stream?,
        };
        let mut text = String::new();
        (&mut stream).take(ANSWER_BYTES_MAX).read_to_string(&mut text).await?;
        if text.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ended, or has not begun yet"));
        }
        Ok(Some(serde_json::from_str(&text)?))
    };
    let late = || io::Error::new(io::ErrorKind::TimedOut, "it did not answer in time");
    tokio::time::timeout(2 * TIME_MAX, asked).await.map_err(|_| late())?
}
