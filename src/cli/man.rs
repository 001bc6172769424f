//! `seawall man`: one manual page with every command, made from `args`, and what stands in no option: exit codes,
//! files, environment.

use clap::CommandFactory as _;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::args::Cli;
use super::fail::{CONFIG, DONE, Done, FAILED, LOGIN, PARTLY, USAGE};
use super::out;

const FILES: [(&str, &str); 5] = [
    ("~/.config/seawall/seawall.toml", "The config ($XDG_CONFIG_HOME/seawall/seawall.toml where that is set)."),
    ("/etc/seawall/seawall.toml", "The config of the system service, and of users who have none of their own."),
    (
        "~/.local/state/seawall/",
        "What seawall remembers, and tokens, in a folder a config ($XDG_STATE_HOME/seawall where that is set).",
    ),
    ("/var/lib/seawall/", "The same of the system service."),
    ("/usr/share/doc/seawall/examples/seawall.example.toml", "A config with every key."),
];

const ENVIRONMENT: [(&str, &str); 4] = [
    ("SEAWALL_LOG", "What is logged, in place of -v: a level such as debug, or target=level pairs."),
    ("NO_COLOR", "Not empty: no colour."),
    ("STATE_DIRECTORY, RUNTIME_DIRECTORY", "Where systemd wants state and locks; they go before the folders above."),
    ("CREDENTIALS_DIRECTORY", "Where systemd put the credentials that the config names."),
];

/// Prints the page.
pub(super) fn man() -> Done {
    out::print(&page()?)?;
    Ok(DONE)
}

fn page() -> Result<String, std::io::Error> {
    let mut cli = Cli::command().disable_help_subcommand(true);
    cli.build();
    let page = Man::new(cli.clone()).manual("User Commands");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    Roff::new().control("SH", ["COMMANDS"]).to_writer(&mut text)?;
    for command in cli.get_subcommands() {
        // The options of every command are told once, above.
        let command = command.clone().mut_args(|arg| if is_everywhere(&arg) { arg.hide(true) } else { arg });
        Roff::new().control("SS", [command.get_name()]).to_writer(&mut text)?;
        let has_own = command.get_arguments().any(|arg| !arg.is_hide_set());
        let page = Man::new(command);
        let mut parts = Vec::new();
        page.render_synopsis_section(&mut parts)?;
        Roff::new().control("PP", []).to_writer(&mut parts)?;
        page.render_description_section(&mut parts)?;
        if has_own {
            page.render_options_section(&mut parts)?;
        }
        text.extend(without_headings(&parts));
    }
    after(&mut text)?;
    String::from_utf8(text).map_err(|error| std::io::Error::other(error.utf8_error()))
}

fn is_everywhere(arg: &clap::Arg) -> bool {
    arg.is_global_set() || matches!(arg.get_id().as_str(), "help" | "version")
}

/// The text of sections without their headings and the preamble that each begins with.
fn without_headings(sections: &[u8]) -> Vec<u8> {
    let heading = |line: &&[u8]| line.starts_with(b".SH") || line.starts_with(b".ie") || line.starts_with(b".el");
    sections.split_inclusive(|byte| *byte == b'\n').filter(|line| !heading(line)).flatten().copied().collect()
}

fn after(text: &mut Vec<u8>) -> std::io::Result<()> {
    let codes = [
        (DONE, "Done."),
        (FAILED, "Failed."),
        (PARTLY, "Partly done; what was left out was said."),
        (USAGE, "Used wrongly."),
        (LOGIN, "An account lets nobody in: a login is needed, or a secret is wrong."),
        (CONFIG, "The config is missing or wrong, or `run` can't begin with the state or folder that it names until that is mended."),
    ]
    .map(|(code, words)| (code.to_string(), words));
    let mut page = Roff::new();
    section(&mut page, "EXIT STATUS", codes.iter().map(|(code, words)| (code.as_str(), *words)));
    section(&mut page, "FILES", FILES);
    section(&mut page, "ENVIRONMENT", ENVIRONMENT);
    page.control("SH", ["SEE ALSO"]);
    page.text([
        bold("systemctl"),
        roman("(1), "),
        bold("systemd-creds"),
        roman("(1), "),
        bold("systemd-run"),
        roman("(1)"),
    ]);
    page.to_writer(text)
}

fn section<'a>(page: &mut Roff, heading: &str, entries: impl IntoIterator<Item = (&'a str, &'a str)>) {
    page.control("SH", [heading]);
    for (term, words) in entries {
        page.control("TP", []).text([bold(term)]).text([roman(words)]);
    }
}
