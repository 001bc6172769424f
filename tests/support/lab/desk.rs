//! The process that keeps one server: starts it, answers questions a line at a time, and stops it as soon as the pipe
//! to it closes, also when the tests are killed. Knows nothing of what is asked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use super::{Auth, Server};

/// A server that runs as long as this lives.
pub(crate) struct Desk {
    process: Child,
    /// None once it is closing.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(crate) url: String,
    pub(crate) auth: Auth,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) version: String,
    /// How long the server took to answer its first user.
    pub(crate) seconds: f64,
    /// All that the server keeps; gone when it ends.
    pub(crate) folder: PathBuf,
}

impl Desk {
    /// Starts a server of its own; the error has the end of the server's log.
    pub(crate) fn open(server: Server) -> Result<Self, String> {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let python = tests.join(".venv-lab/bin/python");
        if !python.exists() {
            return Err(format!("{} is missing: tests/run makes it", python.display()));
        }
        let mut process = Command::new(python)
            .arg("-B")
            .arg(tests.join("lab/lab.py"))
            .arg(server.name())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("tests/lab/lab.py: {error}"))?;
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut desk = Self {
            process,
            questions,
            answers,
            url: String::new(),
            auth: Auth::Basic,
            ca_file: None,
            version: String::new(),
            seconds: 0.0,
            folder: PathBuf::new(),
        };
        let told = desk.answer()?;
        let text = |name: &str| told[name].as_str().map(str::to_owned).ok_or(format!("{name} is missing in {told}"));
        desk.url = text("url")?;
        desk.auth = match text("auth")?.as_str() {
            "basic" => Auth::Basic,
            "digest" => Auth::Digest,
            other => return Err(format!("tests/lab/lab.py: auth {other:?}")),
        };
        desk.ca_file = told["ca"].as_str().map(PathBuf::from);
        desk.version = text("version")?;
        desk.seconds = told["seconds"].as_f64().unwrap_or_default();
        desk.folder = text("folder")?.into();
        Ok(desk)
    }

    /// Asks one thing; see `tests/lab/lab.py` for what can be asked.
    pub(crate) fn ask(&mut self, question: &Value) -> Result<Value, String> {
        let pipe = self.questions.as_mut().ok_or("closed")?;
        writeln!(pipe, "{question}").map_err(|error| format!("tests/lab/lab.py is gone: {error}"))?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| error.to_string())?;
        let answer: Value =
            serde_json::from_str(&line).map_err(|error| format!("tests/lab/lab.py said {line:?}: {error}"))?;
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer),
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.questions.take());
        // Nothing could be done about it, and a test may be failing already.
        let _ = self.process.wait();
    }
}
