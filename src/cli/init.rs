//! `init`: asks in a terminal and writes a config; elsewhere, and with `--print`, prints the commented example.

use std::io::Write as _;

use super::args::Cli;
use super::fail::{DONE, Done, FAILED, Fail};
use super::out;
use crate::config::{self, Answers, Environment, Question, Service, commented_example, compose};

/// Asks for what a first config needs.
pub(super) fn init(cli: &Cli, print: bool) -> Done {
    if print {
        out::print(commented_example())?;
        return Ok(DONE);
    }
    if !out::is_conversation() {
        return Err(Fail::Usage(
            "nobody is here to answer; `seawall init --print` prints a commented config".to_owned(),
        ));
    }
    let environment = Environment::from_system();
    let file = cli.config.clone().or_else(|| default_file(&environment));
    if let Some(file) = file.as_ref().filter(|file| file.exists()) {
        out::note(&format!(
            "{} is there already and will stay as it is; the new config will be printed.",
            file.display()
        ));
    }
    let mut answers = Answers::offered(environment.timezone.as_deref());
    for question in Question::ALL {
        if !answers.asks(question) {
            continue;
        }
        if !put(question, &mut answers)? {
            return Err(anyhow::anyhow!("no config was written").into());
        }
    }
    let text = compose(&answers);
    let Some(file) = file else {
        out::print(&text)?;
        return Ok(DONE);
    };
    if let Err(faults) = config::parse(&text, &std::path::absolute(&file)?, &environment) {
        out::note("These answers do not fit each other:");
        for fault in faults {
            out::note(&format!("  {}: {}", fault.key, fault.message));
        }
        return Ok(FAILED);
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Never over a config that is there: somebody took pains with it.
    match std::fs::File::create_new(&file) {
        Ok(mut out) => out.write_all(text.as_bytes())?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            out::note(&format!("{} is there already and stays as it is; the new one is printed here.", file.display()));
            out::print(&text)?;
            return Ok(FAILED);
        }
        Err(error) => return Err(anyhow::anyhow!("can't write {}: {error}", file.display()).into()),
    }
    let login = match answers.service {
        Service::Google => format!("`seawall login {}`, ", answers.service.account()),
        Service::Vdir | Service::CalDav => String::new(),
    };
    out::print(&format!("Wrote {}. Next: {login}`seawall check`, then `seawall plan`.", file.display()))?;
    Ok(DONE)
}

/// Asks until the answer can be used; false at the end of input.
fn put(question: Question, answers: &mut Answers) -> Result<bool, Fail> {
    loop {
        let Some(line) = out::ask(&format!("{} [{}]: ", question.text(), answers.shown(question)))? else {
            return Ok(false);
        };
        if line.is_empty() {
            return Ok(true);
        }
        match answers.give(question, &line) {
            Ok(()) => return Ok(true),
            Err(fault) => out::note(&fault),
        }
    }
}

fn default_file(environment: &Environment) -> Option<std::path::PathBuf> {
    let base = environment.xdg_config_home.clone().or_else(|| Some(environment.home.as_ref()?.join(".config")))?;
    Some(base.join("seawall/seawall.toml"))
}
