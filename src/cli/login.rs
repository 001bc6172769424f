//! `login`: lets seawall into a Google account, through the browser or with a refresh token from elsewhere, and keeps
//! what that gives in the state folder. What a login must allow is decided by the uses of the account's calendars.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use secrecy::SecretString;
use serde::Deserialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::args::{Cli, LoginArgs};
use super::fail::{DONE, Done, Fail};
use super::{browser, out, service};
use crate::config::settings::{Account, Settings, Source};
use crate::config::{self, Environment, secret};
use crate::cycle::clock::Clock;
use crate::provider::google::oauth::app::App;
use crate::provider::google::oauth::file::TokenFile;
use crate::provider::google::oauth::grant::Grant;
use crate::provider::google::oauth::login::{Login, import};
use crate::provider::google::oauth::scope::Scope;
use crate::provider::google::oauth::words;
use crate::provider::transport::Client;

/// A refresh token, or the file of a tool that holds one, is shorter.
const INPUT_BYTES_MAX: u64 = 64 * 1024;

/// Logs in and stores the grant.
pub(super) async fn login(cli: &Cli, args: &LoginArgs) -> Done {
    let environment = Environment::from_system();
    let file = config::find(cli.config.as_deref(), &environment).map_err(|error| Fail::Config(error.to_string()))?;
    service::refuse_unreadable(&file)?;
    let settings = config::load(&file, &environment).map_err(|error| Fail::Config(error.to_string()))?;
    service::refuse_another_state(&settings, &environment)?;
    let account = account(&settings, &args.account)?;
    let app = app(account, &environment).await?;
    let wanted = wanted(account);
    let clock = cli.now.or(settings.now).map_or(Clock::System, Clock::Standing);
    let grant = if args.import {
        let token = token_from_input()?;
        import(&app, &Client::new().courier(), token, &wanted, clock.now()).await?
    } else {
        let login = Login::begin(&app, wanted, account.emails.first().map(String::as_str), args.port).await?;
        invite(&login, args.port);
        login.finish(&Client::new(), lines(), clock.now(), out::note).await?
    };
    store(&settings, account, &grant).await
}

fn account<'a>(settings: &'a Settings, name: &str) -> Result<&'a Account, Fail> {
    let Some(account) = settings.accounts.iter().find(|account| account.name == name) else {
        let is_google = |account: &&Account| matches!(account.source, Source::Google { .. });
        let names: Vec<&str> =
            settings.accounts.iter().filter(is_google).map(|account| account.name.as_str()).collect();
        let there = if names.is_empty() { "none of provider \"google\"".to_owned() } else { names.join(", ") };
        return Err(Fail::Usage(format!("the config has no account {name:?}; to log in to there is: {there}")));
    };
    if matches!(account.source, Source::Google { .. }) {
        return Ok(account);
    }
    Err(Fail::Usage(format!(
        "account {name:?} needs no login: only Google accounts do (provider = \"google\"). What else an account needs \
         stands in the config; `seawall check` tries it"
    )))
}

/// The user's client, with its secret.
pub(super) async fn app(account: &Account, environment: &Environment) -> Result<App, Fail> {
    let Source::Google { client_id, client_secret, auth_url, token_url, .. } = &account.source else {
        return Err(Fail::Usage(format!("account {:?} is none of Google's", account.name)));
    };
    let secret = match client_secret {
        Some(source) => Some(secret::reveal(source, environment).await?),
        None => None,
    };
    Ok(App::new(client_id, secret.as_ref(), auth_url.clone(), token_url.clone()))
}

/// What the uses of its calendars need; one that is to be emptied is written too.
pub(super) fn wanted(account: &Account) -> Vec<Scope> {
    Scope::wanted(account.calendars.iter().any(|calendar| calendar.hold || calendar.only_emptied()))
}

/// Shows the address, and opens it where there is a browser.
fn invite(login: &Login<'_>, port: u16) {
    if port != 0 && login.port() != port {
        out::note(&format!("Port {port} is in use; {} is taken in its place.", login.port()));
    }
    let opened = browser::open(login.address());
    out::note(if opened {
        "A browser was opened to ask whether seawall may use your calendars. If none appears, open this address:"
    } else {
        "Open this address in a browser, to say that seawall may use your calendars:"
    });
    out::note(&format!("\n  {}\n", login.address()));
    out::note(&format!(
        "Leave every box ticked. Is the browser on another machine? Then its last page, http://127.0.0.1:{}/…, can't be \
         shown there: copy the address of that page, paste it here, and press Enter.",
        login.port()
    ));
}

/// The lines of standard input. They are read in a thread that nobody waits for: a runtime's own would keep the
/// program from ending until somebody pressed Enter.
fn lines() -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The part of other tools' files that is wanted here; seawall's own token file has it too.
#[derive(Deserialize)]
struct Holder {
    refresh_token: String,
}

/// A refresh token: alone, or as `refresh_token` of a JSON object.
fn token_from_input() -> Result<SecretString, Fail> {
    let input = std::io::stdin();
    if input.is_terminal() {
        out::note("Paste the refresh token, then press Enter and Ctrl-D:");
    }
    let mut text = String::new();
    input.lock().take(INPUT_BYTES_MAX).read_to_string(&mut text)?;
    let text = text.trim();
    let token = match serde_json::from_str::<Holder>(text) {
        Ok(holder) => holder.refresh_token,
        Err(_) => text.to_owned(),
    };
    let sound = |c: char| c.is_ascii_graphic() && !"{}\"".contains(c);
    if token.is_empty() || !token.chars().all(sound) {
        return Err(Fail::Usage(
            "--import wants a refresh token on standard input, alone or as \"refresh_token\" of a JSON object"
                .to_owned(),
        ));
    }
    Ok(token.into())
}

/// Keeps the grant, and says what comes next.
async fn store(settings: &Settings, account: &Account, grant: &Grant) -> Done {
    let file = TokenFile::of(&settings.state_dir, &account.name);
    // The file's own lock, which every refresh takes too. That of the state is not needed, and a long cycle that has it
    // must not cost the user a consent.
    file.save(grant, &file.hold().await?)?;
    out::print(&format!("Account {}: {}", account.name, words::fine(grant, &account.name).join("\n")))?;
    out::print(&format!("The token is in {}. Next: `seawall check`.", file.path().display()))?;
    Ok(DONE)
}
