//! Where secrets come from: what is taken, what is refused, and that no message repeats one.

use std::os::unix::fs::PermissionsExt as _;

use seawall::config::secret::reveal;
use seawall::config::settings::SecretSource;
use secrecy::ExposeSecret as _;

use super::*;

const SECRET: &str = "hunter2 ü";

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The secret, or what is said of it; the same text must not show it.
#[track_caller]
fn revealed(source: &SecretSource, env: &Environment) -> Result<String, String> {
    match run(reveal(source, env)) {
        Ok(secret) => {
            assert!(!format!("{secret:?}").contains("hunter2"));
            Ok(secret.expose_secret().to_owned())
        }
        Err(error) => {
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
            Err(error.to_string())
        }
    }
}

/// A file of that content and mode in a folder of its own.
struct Kept {
    dir: tempfile::TempDir,
    path: PathBuf,
}

impl Kept {
    fn new(content: impl AsRef<[u8]>, mode: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("work");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        Self { dir, path }
    }

    /// What reading the file gives, its path written as `FILE`.
    #[track_caller]
    fn read(&self) -> Result<String, String> {
        let env = Environment { user: me(), ..environment() };
        let shown = self.path.display().to_string();
        revealed(&SecretSource::File(self.path.clone()), &env).map_err(|error| error.replace(&shown, "FILE"))
    }
}

/// What a command gives; `sh` stands for any program.
#[track_caller]
fn command(words: &[&str]) -> Result<String, String> {
    revealed(&SecretSource::Command(words.iter().map(|word| (*word).to_owned()).collect()), &environment())
}

fn said(text: &str) -> Result<String, String> {
    Err(text.to_owned())
}

#[test]
fn a_credential_lies_where_systemd_says() {
    // With an access list, as systemd sets one for a service's own user, the mode looks open to the group.
    let kept = Kept::new(format!("{SECRET}\n"), 0o440);
    let env = Environment { credentials_directory: Some(kept.dir.path().to_owned()), ..environment() };
    let source = |name: &str| SecretSource::Credential(name.to_owned());
    assert_eq!(revealed(&source("work"), &env), Ok(SECRET.to_owned()));
    assert_eq!(
        revealed(&source("other"), &env),
        said("the unit has no credential \"other\": give it LoadCredential=other:FILE (or LoadCredentialEncrypted=)")
    );
    assert_eq!(
        revealed(&source("work"), &environment()),
        said(
            "the credential \"work\" is there only for a service: give its unit LoadCredential=work:FILE (or \
             LoadCredentialEncrypted=), or name a file or a command in the config"
        )
    );
}

#[test]
fn a_file_is_read_where_only_its_owner_can() {
    for mode in [0o600, 0o400, 0o700] {
        assert_eq!(Kept::new(SECRET, mode).read(), Ok(SECRET.to_owned()), "{mode:o}");
    }
    for mode in [0o640, 0o604, 0o620, 0o601, 0o660] {
        let want = format!("FILE is open to others (mode {mode:o}): run `chmod 600 FILE`");
        assert_eq!(Kept::new(SECRET, mode).read(), Err(want));
    }
}

#[test]
fn a_file_of_another_user_is_refused() {
    let kept = Kept::new(SECRET, 0o600);
    let source = SecretSource::File(kept.path.clone());
    let (owner, user) = if me() == 0 { (4711, 0) } else { (me(), me() + 1) };
    if me() == 0 {
        std::os::unix::fs::chown(&kept.path, Some(owner), None).unwrap();
    }
    let shown = kept.path.display();
    let want = format!("{shown} belongs to another user (uid {owner}), who can change it: run `chown {user} {shown}`");
    assert_eq!(revealed(&source, &Environment { user, ..environment() }), Err(want));
    assert_eq!(revealed(&source, &Environment { user: owner, ..environment() }), Ok(SECRET.to_owned()));
}

#[test]
fn what_is_no_file_is_refused_without_waiting() {
    let mut kept = Kept::new(SECRET, 0o600);
    std::fs::remove_file(&kept.path).unwrap();
    assert_eq!(kept.read(), said("FILE can't be read: No such file or directory (os error 2)"));
    rustix::fs::mkfifoat(rustix::fs::CWD, &kept.path, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    assert_eq!(kept.read(), said("FILE can't be read: it is no regular file"));
    kept.path = kept.dir.path().to_owned();
    assert_eq!(kept.read(), said("FILE can't be read: it is no regular file"));
}

#[test]
fn a_link_is_followed_and_its_target_judged() {
    let mut kept = Kept::new(SECRET, 0o604);
    let link = kept.dir.path().join("link");
    std::os::unix::fs::symlink(&kept.path, &link).unwrap();
    kept.path = link;
    assert_eq!(kept.read(), said("FILE is open to others (mode 604): run `chmod 600 FILE`"));
}

#[test]
fn a_secret_is_one_line_of_text() {
    for (content, want) in [
        (&b"hunter2\n"[..], Ok("hunter2")),
        (b"hunter2\r\n", Ok("hunter2")),
        (b"hunter2", Ok("hunter2")),
        (b" hunter2\t \n", Ok(" hunter2\t ")),
        (b"", Err("FILE is empty")),
        (b"\n", Err("FILE is empty")),
        (b"hunter2\n\n", Err("FILE has several lines: only one, the secret itself, must be there")),
        (b"hunter2\nuser: anna\n", Err("FILE has several lines: only one, the secret itself, must be there")),
        (b"hunter2\rx", Err("FILE has several lines: only one, the secret itself, must be there")),
        (b"hunter2\0", Err("FILE has a NUL byte, so it is no password or token")),
        (b"hunter2\xff", Err("FILE is not UTF-8")),
    ] {
        let want = want.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(Kept::new(content, 0o600).read(), want, "{}", content.escape_ascii());
    }
    let limit = 64 * 1024;
    assert_eq!(Kept::new(vec![b'x'; limit], 0o600).read().map(|secret| secret.len()), Ok(limit));
    let want = said("FILE holds more than a secret can be (64 KiB)");
    assert_eq!(Kept::new(vec![b'x'; limit + 1], 0o600).read(), want);
}

#[test]
fn a_command_is_run_without_a_shell_and_its_line_taken() {
    assert_eq!(command(&["printf", "%s\n", "a b;$HOME \"c\""]), Ok("a b;$HOME \"c\"".to_owned()));
    // It can ask nobody: what it reads ends at once.
    assert_eq!(command(&["sh", "-c", "read x; echo \"<$x>\""]), Ok("<>".to_owned()));
    // What it says beside it does not matter where it succeeds, however much it is.
    assert_eq!(command(&["sh", "-c", "head -c 200000 /dev/zero >&2; echo ok"]), Ok("ok".to_owned()));
}

#[test]
fn a_command_that_fails_is_named_with_its_first_complaint() {
    assert_eq!(
        command(&["sh", "-c", "echo hunter2; printf '\\n\\033[31mno such entry\\nmore\\n' >&2; exit 3"]),
        said("`sh` failed (exit status: 3): [31mno such entry")
    );
    assert_eq!(command(&["sh", "-c", "echo hunter2; kill -9 $$"]), said("`sh` failed (signal: 9 (SIGKILL))"));
    assert_eq!(command(&["false"]), said("`false` failed (exit status: 1)"));
    assert_eq!(
        command(&["no-such-program-here", "hunter2"]),
        said("`no-such-program-here` can't be started: No such file or directory (os error 2)")
    );
    assert_eq!(command(&["true"]), said("what `true` prints is empty"));
    assert_eq!(
        command(&["printf", "hunter2\nuser: anna\n"]),
        said("what `printf` prints has several lines: only one, the secret itself, must be there")
    );
    let long = command(&["sh", "-c", "head -c 10000 /dev/zero | tr '\\0' x >&2; exit 1"]).unwrap_err();
    assert_eq!(long, format!("`sh` failed (exit status: 1): {}", "x".repeat(200)));
}

#[test]
fn a_command_that_prints_without_end_is_ended() {
    assert_eq!(command(&["yes", "hunter2-for-ever"]), said("`yes` prints more than a secret can be (64 KiB)"));
    assert_eq!(processes_with("hunter2-for-ever"), 0);
}

/// Does what takes half a minute without waiting for that: the clock jumps until then, and goes on as clocks do.
fn hurried<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let until_then = async {
            tokio::time::sleep(std::time::Duration::from_millis(29_900)).await;
            tokio::time::resume();
        };
        futures_util::future::join(work, until_then).await.0
    })
}

#[test]
fn a_command_that_waits_is_ended_after_half_a_minute() {
    let source = SecretSource::Command(vec!["sleep".to_owned(), "86461".to_owned()]);
    let error = hurried(reveal(&source, &environment())).unwrap_err().to_string();
    assert_eq!(error, "`sleep` was not done after 30 s and was ended; it must be able to do it with nobody there");
    assert_eq!(processes_with("86461"), 0);
}

/// A program that can be killed but, while another one follows its steps and does not look, never ends: as one in the
/// middle of a request to a disk that hangs.
const UNENDING: &str = r#"
import ctypes, os, sys, time
libc = ctypes.CDLL(None)
libc.prctl(0x59616d61, ctypes.c_ulong(0xffffffffffffffff), 0, 0, 0)  # PR_SET_PTRACER: whoever wants to
followed = os.getpid()
if os.fork() == 0:
    os.setsid()
    PTRACE_SEIZE = 0x4206
    follows = libc.ptrace(PTRACE_SEIZE, followed, 0, 0) == 0
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(f"{os.getpid() if follows else 0}")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"#;

#[test]
fn a_command_that_can_not_be_ended_is_given_up_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let told = dir.path().join("told");
    let words = ["python3", "-c", UNENDING, told.to_str().unwrap()];
    let source = SecretSource::Command(words.map(str::to_owned).to_vec());
    let env = environment();
    let (follower, error) = hurried(async {
        let mut waiting = Box::pin(reveal(&source, &env));
        std::future::poll_fn(|cx| std::task::Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await;
        let ready = (0..6000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            told.exists()
        });
        assert!(ready, "it never began");
        let follower = std::fs::read_to_string(&told).unwrap();
        (follower.parse().unwrap(), waiting.await.unwrap_err().to_string())
    });
    let Some(follower) = rustix::process::Pid::from_raw(follower) else {
        eprintln!("not tried: this system lets no program follow another one");
        return;
    };
    rustix::process::kill_process(follower, rustix::process::Signal::KILL).unwrap();
    let process = error.strip_suffix(" goes on even so: see what it waits for").unwrap_or_else(|| panic!("{error}"));
    assert!(process.contains("was not done after 30 s and was ended; ") && process.contains("; process "), "{error}");
}

#[test]
fn a_command_that_is_no_longer_awaited_is_ended() {
    run(async {
        let source = SecretSource::Command(vec!["sleep".to_owned(), "86462".to_owned()]);
        let env = environment();
        let mut waiting = Box::pin(reveal(&source, &env));
        let state = std::future::poll_fn(|cx| std::task::Poll::Ready(waiting.as_mut().poll(cx).is_pending())).await;
        assert!(state, "it waits");
        assert!(comes_to(1, "86462"), "it was started");
    });
    assert!(comes_to(0, "86462"));
}

/// Whether so many living processes have that argument, as soon as the kernel has done its part.
fn comes_to(count: usize, argument: &str) -> bool {
    (0..1000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        processes_with(argument) == count
    })
}

/// How many living processes have that argument.
fn processes_with(argument: &str) -> usize {
    let folders = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let has = |folder: &PathBuf| {
        let line = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == argument.as_bytes())
    };
    folders.filter(has).count()
}
