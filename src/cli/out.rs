//! Standard output and questions on the terminal: the one place that prints.

use std::io::{BufRead as _, ErrorKind, IsTerminal, Write as _};

use crate::report::{Look, harmless};

/// Prints data. A reader that has gone away (`| head`) is no error.
///
/// # Errors
/// Where standard output can't be written.
pub(super) fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let written =
        out.write_all(text.as_bytes()).and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") });
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says something beside the data, which may have words of a server in it.
pub(super) fn note(text: &str) {
    // Where even stderr is closed nobody can be told.
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

/// Asks, and reads one line; none at the end of input.
///
/// # Errors
/// Where the terminal can't be used.
pub(super) fn ask(question: &str) -> std::io::Result<Option<String>> {
    let mut err = std::io::stderr().lock();
    err.write_all(question.as_bytes())?;
    err.flush()?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}

/// Whether a person sits at both ends.
pub(super) fn is_conversation() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether to use colour: on a terminal that can show it, unless `NO_COLOR` is set (<https://no-color.org>).
pub(super) fn color() -> bool {
    color_of(&std::io::stdout())
}

/// The same for any stream.
pub(super) fn color_of(stream: &impl IsTerminal) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    stream.is_terminal() && !unwanted && !dumb
}

/// How to draw: as wide as the terminal, within reason.
pub(super) fn look(before: bool) -> Look {
    let width = terminal_width().unwrap_or(80).clamp(60, 140);
    Look { width, color: color(), before }
}

/// The columns of the terminal; `COLUMNS` where output is none.
fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| usize::from(size.ws_col));
    size.filter(|columns| *columns > 0).or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
}
