//! What a login is worth, in words for the user: why it is missing or dead, what to do, and the traps of Google's
//! consent screens. Knows no file and sends nothing.

use jiff::{SignedDuration, Timestamp};

use super::answer::Fault;
use super::grant::Grant;
use super::scope::{Scope, is_wider};

/// How long a refresh token lives while the consent screen is in *Testing*
/// (<https://developers.google.com/identity/protocols/oauth2#expiration>).
const TESTING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A death is noticed at the next refresh, which is an hour off, or a night; and a token may be older than its file.
const NEARLY: SignedDuration = SignedDuration::from_hours(24);

/// Two clocks of one service are no further apart.
const CLOSE: SignedDuration = SignedDuration::from_mins(5);

/// How to leave *Testing*.
const PUBLISH: &str = "publish the app (Google Auth Platform → Audience → Publish app, see deploy/google.md)";

/// What to type.
fn login(account: &str) -> String {
    // A name with a blank in it must reach the program as one word; one with a quote has to be quoted by the user.
    let plain = account.chars().all(|c| c.is_alphanumeric() || "-_.@".contains(c));
    if plain { format!("`seawall login {account}`") } else { format!("`seawall login '{account}'`") }
}

/// There is no token yet.
pub(super) fn none_yet(account: &str) -> String {
    format!("account {account} is not logged in: run {}", login(account))
}

/// The file can't be used.
pub(super) fn unusable(account: &str, error: &impl std::fmt::Display) -> String {
    format!("{error}. To start anew run {}", login(account))
}

/// The token belongs to another client than the config names.
pub(super) fn other_client(account: &str) -> String {
    format!("account {account} was logged in with another client_id than the config has now: run {}", login(account))
}

/// The login does not allow what the config wants.
pub(super) fn too_narrow(account: &str, missing: &[Scope]) -> String {
    format!("the login of account {account} lacks {}. Run {} and agree to all of it", lacks(missing), login(account))
}

/// What is missing, and what does not work for it.
pub(super) fn lacks(missing: &[Scope]) -> String {
    let each: Vec<String> =
        missing.iter().map(|scope| format!("{scope}, without which {}", scope.lost_without())).collect();
    each.join("; and ")
}

/// The service does not take the client, or the request.
pub(super) fn refused(account: &str, host: &str, fault: &Fault) -> String {
    format!(
        "{host} does not let account {account} in: {fault}. Compare client_id and client_secret in the config with \
         your client at https://console.cloud.google.com/auth/clients, then run {}",
        login(account)
    )
}

/// The calendar service refuses what the token service has just given.
pub(super) fn refused_at_once(account: &str) -> String {
    format!(
        "the calendar service refuses access tokens of account {account} that were given a moment ago: run {}, and see \
         whether `endpoint` and `token_url` in the config belong to the same service",
        login(account)
    )
}

/// The refresh token is dead.
pub(super) fn dead(account: &str, host: &str, fault: &Fault, grant: &Grant) -> String {
    format!(
        "{host} takes the login of account {account} no more: {fault}. {} Nothing was deleted; run {}",
        why_dead(grant),
        login(account)
    )
}

/// Why a refresh token died, as far as its age tells.
fn why_dead(grant: &Grant) -> String {
    if let (Some(end), Some(refused)) = (grant.expires, grant.refused)
        && refused.duration_since(end) >= -CLOSE
    {
        return format!("It was given for {} only, and that time is over: {}.", days(lives(grant)), trap(grant));
    }
    let age = grant.refused.map(|refused| refused.duration_since(grant.obtained));
    if age.is_some_and(|age| (age - TESTING).abs() <= NEARLY) {
        return format!(
            "It was {} old: most likely the consent screen of your Cloud project is in Testing, where every login ends \
             after seven days. To leave that, {PUBLISH}.",
            days(age.unwrap_or_default())
        );
    }
    format!(
        "Logins end when access is withdrawn, after six months without use, by an administrator's rule, and after seven \
         days while the consent screen is in Testing; if it happens every week, {PUBLISH}."
    )
}

fn days(age: SignedDuration) -> String {
    // Google counts from a second before the user sees it.
    match (age + CLOSE).as_hours() / 24 {
        ..=0 => "less than a day".to_owned(),
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    }
}

/// How long a login with an end works in all.
fn lives(grant: &Grant) -> SignedDuration {
    grant.expires.map_or(SignedDuration::ZERO, |end| end.duration_since(grant.obtained))
}

/// Why a login has an end, and how to get one without.
fn trap(grant: &Grant) -> String {
    if lives(grant) <= TESTING {
        format!("the consent screen of your Cloud project is most likely in Testing; {PUBLISH}, then log in once more")
    } else {
        "on Google's consent page choose access without an end".to_owned()
    }
}

/// A login that works.
pub fn fine(grant: &Grant, account: &str) -> Vec<String> {
    let may: Vec<String> = [Scope::ReadEvents, Scope::ListCalendars, Scope::WriteOwned]
        .into_iter()
        .filter(|scope| Scope::missing(&[*scope], &grant.scopes).is_empty())
        .map(|scope| scope.to_string())
        .collect();
    let mut lines = vec![format!("logged in since {}; allowed: {}", day(grant.obtained), may.join(", "))];
    if let Some(end) = grant.expires {
        lines.push(format!("this login ends on {}: {} ({})", day(end), trap(grant), login(account)));
    }
    if is_wider(&grant.scopes) {
        lines.push(format!("this login allows more than seawall needs; {} asks for less", login(account)));
    }
    lines
}

/// A day by the calendar of Greenwich: near enough to tell weeks apart.
fn day(time: Timestamp) -> String {
    time.strftime("%-d %b %Y").to_string()
}
