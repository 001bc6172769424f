//! One account's client against a server that is a script: proof, trust, changes and manners. No socket, and a clock
//! that jumps.

mod changes;
mod login;
mod manners;
mod redirects;
mod secrets;
mod wire;

use http::{Method, Request};
use seawall::provider::ProviderError;
use seawall::provider::transport::{AccountClient, Answer, Credentials, Trust};

use crate::support::block_on_paused;
use crate::support::script::{Act, Script};

const ADDRESS: &str = "https://dav.example.org/cal/";
const PASSWORD: &str = "correct horse";

fn basic() -> Credentials {
    Credentials::Basic { user: "anna".to_owned(), password: PASSWORD.into() }
}

fn digest() -> Credentials {
    Credentials::Digest { user: "anna".to_owned(), password: PASSWORD.into() }
}

/// The account at [`ADDRESS`] with that proof.
fn account(script: &Script, credentials: Credentials) -> AccountClient<&Script> {
    AccountClient::new(script, credentials, Trust::new(&ADDRESS.parse().unwrap(), ["dav.example.net"]), 7)
}

fn request(method: &str, address: &str) -> Request<Vec<u8>> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    Request::builder().method(method).uri(address).header("depth", "1").body(b"<propfind/>".to_vec()).unwrap()
}

fn propfind() -> Request<Vec<u8>> {
    request("PROPFIND", ADDRESS)
}

/// Asks once, with a password, of a server that plays these acts; what came of it, and the requests it saw.
fn asked(acts: impl IntoIterator<Item = Act>) -> (Result<Answer, ProviderError>, Vec<Request<Vec<u8>>>) {
    let script = Script::new(acts);
    let answer = block_on_paused(account(&script, basic()).ask(propfind()));
    assert_eq!(script.left(), 0, "every act was played");
    (answer, script.seen())
}

/// The value of a header, or nothing.
fn header<'a>(request: &'a Request<Vec<u8>>, name: &str) -> &'a str {
    request.headers().get(name).map_or("", |value| value.to_str().unwrap())
}
