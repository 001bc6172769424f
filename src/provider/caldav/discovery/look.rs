//! One PROPFIND and what its answer is worth: properties, a refusal that will be the same tomorrow, or trouble that may
//! pass. It decides nothing about the way.

use http::{HeaderMap, StatusCode, header};
use url::Url;

use super::super::href::{resolve, same};
use super::super::xml::{Depth, Multistatus, Prop, Props, multistatus, request};
use crate::provider::transport::{AccountClient, Answer, Transport};
use crate::provider::{ErrorKind, ProviderError};

/// What looking gave.
pub(super) enum Look<S> {
    /// What is there.
    Seen(Box<S>),
    /// Nothing of use, and why.
    Not(String),
    /// The server did not answer, or is in trouble.
    Trouble(ProviderError),
}

/// A resource.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Where it is in the end: hrefs count from here.
    pub(super) url: Url,
    pub(super) props: Props,
    /// What the server calls itself.
    pub(super) product: Option<String>,
}

/// Looks at one resource.
///
/// # Errors
/// [`ErrorKind::Login`] alone: whoever is not let in must not knock at the next door.
pub(super) async fn at<T: Transport>(
    client: &AccountClient<T>,
    url: &Url,
    props: &[Prop],
) -> Result<Look<Seen>, ProviderError> {
    Ok(match ask(client, url, Depth::Zero, props).await? {
        Look::Seen(listing) => {
            let (url, found, product) = *listing;
            let is_it = |href: &str| resolve(&url, href).is_some_and(|at| same(&at, &url));
            let at = found.responses.iter().position(|response| is_it(&response.href)).unwrap_or(0);
            // At depth 0 there is one; a server behind a proxy may spell it as another place.
            match found.responses.into_iter().nth(at) {
                None => Look::Not("the answer names no resource".to_owned()),
                Some(response) => match response.status {
                    Some(status) => Look::Not(format!("the answer says {status}")),
                    None => Look::Seen(Box::new(Seen { url, props: response.props, product })),
                },
            }
        }
        Look::Not(why) => Look::Not(why),
        Look::Trouble(error) => Look::Trouble(error),
    })
}

/// Where an answer came from, what it says, and what the server calls itself.
pub(super) type Listing = (Url, Multistatus, Option<String>);

/// Looks at a collection and its members.
///
/// # Errors
/// As for [`at`].
pub(super) async fn into<T: Transport>(
    client: &AccountClient<T>,
    url: &Url,
    props: &[Prop],
) -> Result<Look<Listing>, ProviderError> {
    ask(client, url, Depth::One, props).await
}

async fn ask<T: Transport>(
    client: &AccountClient<T>,
    url: &Url,
    depth: Depth,
    props: &[Prop],
) -> Result<Look<Listing>, ProviderError> {
    match client.ask(request::propfind(url, depth, props)).await {
        Err(error) if error.kind == ErrorKind::Login => Err(error),
        Err(error) => Ok(Look::Trouble(error)),
        Ok(answer) => Ok(judge(answer)),
    }
}

fn judge(answer: Answer) -> Look<Listing> {
    let Answer { status, headers, body, url, .. } = answer;
    match status {
        StatusCode::MULTI_STATUS => match multistatus::read(&body) {
            Ok(found) => Look::Seen(Box::new((url, found, product(&headers)))),
            Err(fault) => Look::Not(fault.to_string()),
        },
        StatusCode::NOT_IMPLEMENTED => Look::Not(format!("answered {status}")),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Look::Trouble(trouble(&url, status)),
        status if status.is_server_error() => Look::Trouble(trouble(&url, status)),
        status => Look::Not(format!("answered {status}")),
    }
}

fn trouble(url: &Url, status: StatusCode) -> ProviderError {
    let host = url.host_str().unwrap_or_default();
    ProviderError { kind: ErrorKind::Unavailable, message: format!("{host} answered {status}") }
}

fn product(headers: &HeaderMap) -> Option<String> {
    headers.get(header::SERVER)?.to_str().ok().map(str::to_owned)
}
