//! The real program, run as people run it: a sandbox with a home of its own, and the folder of the demo to work in.
//! Knows the program by its arguments, output and files alone; the sample is laid out through the library.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use seawall::cli::demo::lay_out;
use tempfile::TempDir;

mod bad_input;
mod commands;
mod demo;
mod json;
mod kill;
mod secrets;
mod servers;

pub(crate) use bad_input::unprivileged;

/// The program.
const SEAWALL: &str = env!("CARGO_BIN_EXE_seawall");

/// A home, a runtime folder and a place for calendars that go with the test.
pub(crate) struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    /// Empty.
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home", "run"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root }
    }

    /// With the sample of the demo, moved by whole weeks; no cycle has run yet.
    pub(crate) fn with_demo(weeks: i64) -> Self {
        let sandbox = Self::new();
        fs::create_dir(sandbox.demo()).unwrap();
        lay_out(&sandbox.demo(), weeks).unwrap();
        sandbox
    }

    /// With the sample, and holds written.
    pub(crate) fn synced() -> Self {
        let sandbox = Self::with_demo(0);
        sandbox.run(["sync"]).expect(0);
        sandbox
    }

    /// With a config of its own beside empty calendars `work` and `private`.
    pub(crate) fn with_config(text: &str) -> Self {
        let sandbox = Self::new();
        for folder in ["work", "private"] {
            fs::create_dir_all(sandbox.demo().join(folder)).unwrap();
        }
        fs::write(sandbox.config(), text).unwrap();
        sandbox
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The folder of the demo.
    pub(crate) fn demo(&self) -> PathBuf {
        self.path("demo")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.demo().join("seawall.toml")
    }

    /// Changes the config's text; what is to be replaced must be there.
    pub(crate) fn edit_config(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(from), "{from:?} is not in {text}");
        fs::write(self.config(), text.replace(from, to)).unwrap();
    }

    /// The program with nothing of this machine's environment but where programs are, and without a config.
    pub(crate) fn bare<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        self.program(SEAWALL, args)
    }

    /// Another program in the same surroundings.
    pub(crate) fn program<A: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        args: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(program);
        command.args(args).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path("home")).env("XDG_RUNTIME_DIR", self.path("run"));
        command.env("TZ", "Europe/Berlin");
        command
    }

    /// The program on the demo's config.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.bare::<&OsStr>([]);
        command.arg("--config").arg(self.config()).args(args);
        command
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        Ran::of(&mut self.command(args))
    }

    /// A command's JSON.
    #[track_caller]
    pub(crate) fn json<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> serde_json::Value {
        let mut command = self.command(args);
        let ran = Ran::of(command.arg("--json"));
        ran.expect(0);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }

    /// Writes one event into a calendar; `lines` are its properties beside UID and DTSTAMP.
    pub(crate) fn add_event(&self, calendar: &str, name: &str, lines: &str) -> PathBuf {
        let file = self.demo().join(calendar).join(format!("{name}.ics"));
        let lines = lines.lines().map(str::trim).collect::<Vec<_>>().join("\r\n");
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:{name}@example.org\r\n\
             DTSTAMP:20261115T100000Z\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        fs::write(&file, text).unwrap();
        file
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// Asserts the exit code, and that nothing panicked.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32) -> &Self {
        assert!(!self.err.contains("panicked"), "{self}");
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Asserts that each of these words was said, on either stream.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) -> &Self {
        // Long texts are wrapped, so any white space will do.
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = flat(&format!("{} {}", self.out, self.err));
        for word in words {
            assert!(said.contains(&flat(word)), "no {word:?} in\n{self}");
        }
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "exit code {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.out, self.err)
    }
}

/// A file as a calendar program would know it: its bytes, and when it was last written in nanoseconds.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct FileState {
    bytes: Vec<u8>,
    mtime: (i64, i64),
}

impl std::fmt::Debug for FileState {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?} {:?}", self.mtime, String::from_utf8_lossy(&self.bytes))
    }
}

/// Every file below a folder, hidden ones too, but for seawall's own state.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, FileState> {
    fn walk(folder: &Path, base: &Path, out: &mut BTreeMap<String, FileState>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
            let metadata = fs::symlink_metadata(&path).unwrap();
            if name == ".state" {
            } else if metadata.is_dir() {
                walk(&path, base, out);
            } else {
                let mtime = (metadata.mtime(), metadata.mtime_nsec());
                out.insert(name, FileState { bytes: fs::read(&path).unwrap(), mtime });
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, folder, &mut out);
    out
}

/// The bytes alone: what two runs in two folders have in common.
pub(crate) fn contents(files: &BTreeMap<String, FileState>) -> BTreeMap<&str, String> {
    files.iter().map(|(name, file)| (name.as_str(), unnumbered(&String::from_utf8_lossy(&file.bytes)))).collect()
}

/// Without the count of writes in a marker, which counts tries too.
pub(crate) fn unnumbered(text: &str) -> String {
    let text = text.replace("\r\n ", "");
    let Some((before, after)) = text.split_once(" serial=") else { return text };
    format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// Whether a file is one of seawall's events, by its name.
pub(crate) fn is_own(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|name| name.starts_with("sea0"))
}

/// Those files that seawall did not write.
pub(crate) fn foreign(files: &BTreeMap<String, FileState>) -> BTreeMap<&str, &FileState> {
    files.iter().filter(|(name, _)| !is_own(name)).map(|(name, file)| (name.as_str(), file)).collect()
}
