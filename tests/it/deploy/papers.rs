//! Completions and the manual page: they know every command and option.

use std::collections::BTreeSet;

use clap::CommandFactory as _;
use seawall::cli::args::Cli;

use crate::cli::{Ran, Sandbox};

/// Every word of the command line that a person may type.
fn words() -> BTreeSet<String> {
    let mut cli = Cli::command();
    cli.build();
    let mut out = BTreeSet::new();
    for command in std::iter::once(&cli).chain(cli.get_subcommands()) {
        out.insert(command.get_name().to_owned());
        out.extend(command.get_arguments().filter_map(|arg| arg.get_long()).map(|long| format!("--{long}")));
    }
    out.remove("help");
    assert!(out.contains("sync") && out.contains("--take-over") && out.len() > 30, "{out:?}");
    out
}

#[test]
fn completions_know_every_command_and_option() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Ran::of(&mut sandbox.bare(["completions", shell]));
        let text = &ran.expect(0).out;
        for word in words() {
            // fish writes long options without their dashes.
            let bare = word.trim_start_matches("--");
            assert!(text.contains(&word) || text.contains(&format!("-l {bare}")), "{shell}: {word}");
        }
    }
    Ran::of(&mut sandbox.bare(["completions", "tcsh"])).expect(64);
}

#[test]
fn bash_completes_a_command_from_its_beginning() {
    let sandbox = Sandbox::new();
    let script = sandbox.path("completions");
    std::fs::write(&script, Ran::of(&mut sandbox.bare(["completions", "bash"])).expect(0).out.as_bytes()).unwrap();
    let line = format!(
        ". {}; COMP_WORDS=(seawall su); COMP_CWORD=1; _seawall seawall su seawall; echo ${{COMPREPLY[@]}}",
        script.display()
    );
    let ran = Ran::of(&mut sandbox.program("bash", ["--norc", "-c", &line]));
    assert_eq!(ran.expect(0).out.trim(), "summary");
}

#[test]
fn the_manual_page_tells_every_command_option_and_exit_code() {
    let sandbox = Sandbox::new();
    let page = Ran::of(&mut sandbox.bare(["man"]));
    // groff writes a dash that must stay one as \-.
    let text = page.expect(0).out.replace("\\-", "-");
    for word in words() {
        assert!(text.contains(&word), "{word} is not in {text}");
    }
    for part in [".SH NAME", ".SH COMMANDS", ".SS sync", ".SH \"EXIT STATUS\"", "/etc/seawall/seawall.toml", "77", "78"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert_eq!(text.matches("--config").count(), 2, "told once, and in the synopsis");
}

#[test]
fn the_schema_is_printed_as_json() {
    let sandbox = Sandbox::new();
    let ran = Ran::of(&mut sandbox.bare(["schema"]));
    let printed: serde_json::Value = serde_json::from_str(&ran.expect(0).out).unwrap();
    assert_eq!(printed, seawall::config::json_schema());
}
