//! What a server is and can do, in plain lines for people. Nothing follows from it: servers say more and less of
//! themselves than is true.

use http::{HeaderMap, Method, Request};

use super::account::CalDav;
use super::discovery::{Calendar, Found};
use crate::provider::ProviderError;
use crate::provider::transport::Transport;

impl<T: Transport> CalDav<T> {
    /// What the server is, who the user is there, and what it can do.
    ///
    /// # Errors
    /// Where the account can't be reached.
    pub async fn describe(&self) -> Result<Vec<String>, ProviderError> {
        let found = self.found().await?;
        let place = found.homes.first().or(found.calendars.first().map(|calendar| &calendar.url)).unwrap_or(&self.url);
        let mut request = Request::new(Vec::new());
        *request.method_mut() = Method::OPTIONS;
        *request.uri_mut() = place.as_str().parse().unwrap_or_default();
        let answer = self.client.ask(request).await?;
        let classes = classes(&answer.headers);
        let product = text(&answer.headers, "server").or_else(|| found.product.clone());
        let mut lines = vec![
            format!("server: {}", product.as_deref().unwrap_or("does not say what it is")),
            format!("WebDAV: {}", if classes.is_empty() { "does not say".to_owned() } else { classes.join(", ") }),
            self.person(&found),
        ];
        lines.extend(found.homes.iter().map(|home| format!("calendars at {home}")));
        lines.push(abilities(&found.calendars));
        if classes.iter().any(|class| class == "calendar-auto-schedule") {
            lines.push(
                "it mails invitations by itself; it has no reason to for what seawall writes, which invites nobody"
                    .to_owned(),
            );
        }
        lines.extend(found.left_out);
        Ok(lines)
    }

    fn person(&self, found: &Found) -> String {
        let user = self.user.as_deref().unwrap_or("nobody");
        let principal = found.principal.as_ref().map_or("names no principal".to_owned(), |url| format!("is {url}"));
        let addresses = match found.addresses.as_slice() {
            [] => "the server does not say their mail address: set `emails`".to_owned(),
            addresses => format!("mail: {}", addresses.join(", ")),
        };
        format!("login: {user} {principal}; {addresses}")
    }
}

/// How many calendars can what.
fn abilities(calendars: &[Calendar]) -> String {
    let count = |can: fn(&Calendar) -> bool| calendars.iter().filter(|calendar| can(calendar)).count();
    format!(
        "of {} calendars, {} tell what changed since a sync token, {} whether anything did (ctag), {} give many objects at \
         once (multiget)",
        calendars.len(),
        count(|calendar| calendar.syncs),
        count(|calendar| calendar.tagged),
        count(|calendar| calendar.multiget),
    )
}

/// The compliance classes in all `DAV` headers (RFC 4918 10.1).
fn classes(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all("dav").iter().filter_map(|value| value.to_str().ok());
    let words = values.flat_map(|value| value.split(',')).map(str::trim).filter(|word| !word.is_empty());
    let mut classes: Vec<String> = Vec::new();
    for word in words {
        if !classes.iter().any(|known| known == word) {
            classes.push(word.to_owned());
        }
    }
    classes
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
