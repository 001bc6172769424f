//! Opens an address in the user's browser, where there is one: without a shell, and without waiting for it.

use std::ffi::OsStr;
use std::process::Stdio;

use tokio::process::Command;
use url::Url;

/// Whether a browser was started: one of those that `$BROWSER` names (a list with colons, `%s` for the address), else
/// with a display the desktop's own. False where there is none.
pub(super) fn open(address: &Url) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match set("BROWSER") {
        Some(browsers) => {
            let browsers = browsers.to_string_lossy().into_owned();
            browsers.split(':').any(|command| {
                let words: Vec<&str> = command.split_whitespace().collect();
                let Some((program, args)) = words.split_first() else { return false };
                let mut args: Vec<String> = args.iter().map(|arg| arg.replace("%s", address.as_str())).collect();
                if !command.contains("%s") {
                    args.push(address.to_string());
                }
                start(program, &args)
            })
        }
        None if set("DISPLAY").is_some() || set("WAYLAND_DISPLAY").is_some() => start("xdg-open", &[address.as_str()]),
        None => false,
    }
}

/// In a process group of its own: whoever interrupts the login does not mean the browser.
fn start<A: AsRef<OsStr>>(program: &str, args: &[A]) -> bool {
    let mut command = Command::new(program);
    command.args(args).process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(_) => true,
        Err(error) => {
            tracing::debug!("can't start {program}: {error}");
            false
        }
    }
}
