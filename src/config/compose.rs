//! The text of a first config, from the answers that `init` got. Asks nobody and writes nothing.

use std::fmt::Write as _;

use super::init::{Answers, Service};
use super::secret_source;

/// A config with these answers. Whether they fit each other is seen by reading it back.
pub fn compose(answers: &Answers) -> String {
    let entry = |hours: &[String; 3]| {
        let [days, from, to] = hours;
        format!("days = {}, from = {}, to = {}", quote(days), quote(from), quote(to))
    };
    let mut calendars = String::new();
    for (name, used) in &answers.calendars {
        // A String takes every write.
        let _ = writeln!(calendars, "  {{ name = {}, use = {} }},", quote(name), quote(used));
    }
    let account = account(answers);
    let write = answers.write;
    format!(
        r#"# The config of seawall. `seawall check` reads it and names everything that is wrong; `seawall plan` shows
# what it would do. Every key that exists: seawall.example.toml, or `seawall init --print`.

timezone = {timezone}

# false: read, judge and report only. Set it to true (or remove it) once you like what `seawall plan` says.
write = {write}

# When you work; `away` is never focus and never erosion.
[hours]
work = [{{ {work} }}]
#away = [{{ days = "mon-fri", from = "12:00", to = "13:00" }}]

# What a focus session is.
[focus]
#min_session = "2h"
#max_session = "4h"
#daily_max = "5h"

# What time is for. `blocks` are when you mean to do it; what meetings take of them is won back elsewhere, up to
# `target` a week.
[[role]]
name = "deep"
target = {target}
blocks = [{{ name = "Deep work", {block} }}]

# The weekly event that says how the week balanced.
[summary]
#at = "fri 16:00"

{account}# Exactly one calendar holds.
calendars = [
{calendars}]
"#,
        timezone = quote(&answers.timezone),
        work = entry(&answers.work),
        block = entry(&answers.block),
        target = quote(&answers.target),
    )
}

/// The keys of the account but its calendars.
fn account(answers: &Answers) -> String {
    let head = |comment: &str| {
        let (name, provider) = (quote(answers.service.account()), quote(answers.service.word()));
        format!("{comment}\n[[account]]\nname = {name}\nprovider = {provider}\n")
    };
    let secret = || secret_source::as_toml(&answers.secret);
    match answers.service {
        Service::Vdir => {
            let emails = answers.emails.iter().map(|email| quote(email)).collect::<Vec<_>>().join(", ");
            format!(
                "{}path = {}\n# Who you are among the attendees.\nemails = [{emails}]\n",
                head("# Where your calendars are: one folder of .ics files each."),
                quote(&answers.path)
            )
        }
        Service::CalDav => format!(
            "{}url = {}\nusername = {}\n# Where the password is kept; never the password itself.\npassword = {}\n",
            head("# Where your calendars are: a CalDAV server."),
            quote(&answers.url),
            quote(&answers.username),
            secret()
        ),
        Service::Google => format!(
            "{}client_id = {}\n# Where the client's secret is kept; never the secret itself.\nclient_secret = {}\n",
            head("# Where your calendars are: Google. `seawall login google` asks for your consent."),
            quote(&answers.client_id),
            secret()
        ),
    }
}

fn quote(text: &str) -> String {
    toml::Value::from(text).to_string()
}
