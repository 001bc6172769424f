//! The answer that the browser brings back, whether by itself or as an address that the user pastes: judged by its
//! query alone. Pure; knows no socket.

use secrecy::SecretString;
use url::form_urlencoded;

use super::answer::name;

/// What an address says.
#[derive(Clone, Debug)]
pub enum Redirect {
    /// The user agreed; the code can be turned into tokens.
    Code(SecretString),
    /// The user, or the service, did not; with the error's name (RFC 6749, section 4.1.2.1).
    Refused(String),
    /// It answers another question than the one that was asked, or none.
    Foreign,
}

/// Judges a query by the `state` that was sent along.
pub fn of_query(query: &str, state: &str) -> Redirect {
    let (mut code, mut error, mut belongs) = (None, None, false);
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*key {
            "state" => belongs = value == state,
            "code" if !value.is_empty() => code = Some(value),
            "error" => error = Some(value),
            _ => {}
        }
    }
    match (belongs, error, code) {
        (true, Some(error), _) => Redirect::Refused(name(&error).to_owned()),
        (true, None, Some(code)) => Redirect::Code(code.into_owned().into()),
        _ => Redirect::Foreign,
    }
}

/// Judges a line that the user pasted: the whole address, or its query.
pub fn of_line(line: &str, state: &str) -> Redirect {
    let line = line.trim().trim_matches(['"', '\'', '<', '>']);
    let query = line.split_once('?').map_or(line, |(_, query)| query);
    of_query(query.split('#').next().unwrap_or_default(), state)
}
