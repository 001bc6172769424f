//! Servers as a table of pages: what each request gets, and who was asked what, with a password or without. Every page
//! that is not in the table is a 404; no socket, no time.

use std::cell::RefCell;
use std::collections::BTreeMap;

use http::{Request, Response};
use seawall::provider::caldav::CalDav;
use seawall::provider::caldav::discovery::Dns;
use seawall::provider::transport::{AccountClient, Credentials, Limits, Transport, TransportError, Trust};
use url::Url;

/// What a request gets.
#[derive(Clone, Debug)]
struct Page {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// Some servers, on any hosts.
#[derive(Debug, Default)]
pub(crate) struct Site {
    /// By `METHOD depth address`, the depth only where there is one.
    pages: RefCell<BTreeMap<String, Page>>,
    /// What whoever shows a login by Digest gets in their place.
    guarded: RefCell<BTreeMap<String, Page>>,
    down: RefCell<Vec<String>>,
    seen: RefCell<Vec<Seen>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
struct Seen {
    request: String,
    is_signed: bool,
    body: String,
}

impl Site {
    /// With one page more.
    pub(crate) fn with(self, request: &str, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.put(request, status, body);
        self
    }

    /// With a redirect more.
    pub(crate) fn redirecting(self, request: &str, to: &str) -> Self {
        self.send_on(request, 301, to);
        self
    }

    /// Sends on from a page, with that status.
    pub(crate) fn send_on(&self, request: &str, status: u16, to: &str) {
        let page = Page { status, headers: vec![("location", to.to_owned())], body: Vec::new() };
        self.pages.borrow_mut().insert(request.to_owned(), page);
    }

    /// With that header on that page.
    pub(crate) fn saying(self, request: &str, name: &'static str, value: &str) -> Self {
        self.pages.borrow_mut().get_mut(request).unwrap().headers.push((name, value.to_owned()));
        self
    }

    /// With another page there for whoever shows a login by Digest.
    pub(crate) fn guarding(self, request: &str, status: u16, body: impl Into<Vec<u8>>) -> Self {
        let page = Page { status, headers: Vec::new(), body: body.into() };
        self.guarded.borrow_mut().insert(request.to_owned(), page);
        self
    }

    /// With nobody at that host.
    pub(crate) fn without(self, host: &str) -> Self {
        self.down.borrow_mut().push(host.to_owned());
        self
    }

    /// Sets a page, or changes it.
    pub(crate) fn put(&self, request: &str, status: u16, body: impl Into<Vec<u8>>) {
        let page = Page { status, headers: Vec::new(), body: body.into() };
        self.pages.borrow_mut().insert(request.to_owned(), page);
    }

    /// The requests since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.take().into_iter().map(|seen| seen.request).collect()
    }

    /// The same with their bodies.
    pub(crate) fn bodies(&self) -> Vec<(String, String)> {
        self.seen.take().into_iter().map(|seen| (seen.request, seen.body)).collect()
    }

    /// The hosts that were asked since the last call, in order and once each; whoever was asked was told the password.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let mut hosts = Vec::new();
        for Seen { request, is_signed, .. } in self.seen.take() {
            let url: Url = request.rsplit(' ').next().unwrap().parse().unwrap();
            let host = url.host_str().unwrap().to_owned();
            assert!(is_signed, "{request} came without a password: this account signs all it asks");
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }

    /// Anna's account at that address of the site.
    pub(crate) fn account(&self, url: &str, hosts: &[&str]) -> CalDav<&Self> {
        self.account_with(url, hosts, Dns::Off)
    }

    /// The same with somebody to ask about domains.
    pub(crate) fn account_with(&self, url: &str, hosts: &[&str], dns: Dns) -> CalDav<&Self> {
        let url: Url = url.parse().unwrap();
        let trust = Trust::new(&url, hosts);
        self.account_by(Credentials::Basic { user: "anna".to_owned(), password: "sesame".into() }, url, trust, dns)
    }

    /// Anna's account at that address, with a login by Digest.
    pub(crate) fn account_by_digest(&self, url: &str) -> CalDav<&Self> {
        let url: Url = url.parse().unwrap();
        let trust = Trust::new::<&str>(&url, []);
        let credentials = Credentials::Digest { user: "anna".to_owned(), password: "sesame".into() };
        self.account_by(credentials, url, trust, Dns::Off)
    }

    fn account_by(&self, credentials: Credentials, url: Url, trust: Trust, dns: Dns) -> CalDav<&Self> {
        CalDav::new(AccountClient::new(self, credentials, trust.clone(), 7), trust, url, Some("anna".to_owned()), dns)
    }
}

impl Transport for &Site {
    async fn exchange(&self, request: Request<Vec<u8>>, _: Limits) -> Result<Response<Vec<u8>>, TransportError> {
        let depth = request.headers().get("depth").map(|depth| format!("{} ", depth.to_str().unwrap()));
        let shown = format!("{} {}{}", request.method(), depth.unwrap_or_default(), request.uri());
        let is_signed = request.headers().contains_key("authorization");
        let body = String::from_utf8(request.body().clone()).unwrap();
        self.seen.borrow_mut().push(Seen { request: shown.clone(), is_signed, body });
        if self.down.borrow().iter().any(|host| request.uri().host() == Some(host)) {
            return Err(TransportError::Failed("nobody is there".to_owned()));
        }
        let gone = Page { status: 404, headers: Vec::new(), body: Vec::new() };
        let digest = request.headers().get("authorization").filter(|value| value.as_bytes().starts_with(b"Digest "));
        let guarded = digest.and_then(|_| self.guarded.borrow().get(&shown).cloned());
        let page = guarded.or_else(|| self.pages.borrow().get(&shown).cloned()).unwrap_or(gone);
        let mut response = Response::builder().status(page.status);
        for (name, value) in page.headers {
            response = response.header(name, value);
        }
        Ok(response.body(page.body).unwrap())
    }
}
