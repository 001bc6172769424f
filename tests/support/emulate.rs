//! Google's OAuth service as others have built it: the program `emulate`, one process a test, and a browser that fills
//! in its page. Needs what `tests/lab/emulate-install` installs.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::{Request, Response};
use seawall::provider::transport::{Client, Limits, Transport as _};
use tempfile::TempDir;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

/// Who has an account there.
pub(crate) const USER: &str = "anna@example.org";
/// How often to look whether it is up: for a minute, a hundred times as long as it takes.
const LOOKS: u32 = 600;

/// The service, until this is dropped.
pub(crate) struct Emulate {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Emulate {
    /// A service that takes every client.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// A service that knows one client, and wants its secret.
    pub(crate) fn with_client(id: &str, secret: &str) -> Self {
        Self::with(&format!(
            "  oauth_clients:\n    - client_id: {id}\n      client_secret: {secret}\n      name: seawall\n      \
             redirect_uris: [\"http://127.0.0.1:1/\"]\n"
        ))
    }

    fn with(clients: &str) -> Self {
        let node = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.node/node_modules");
        let program = node.join("emulate/dist/index.js");
        assert!(program.exists(), "{} is missing: tests/lab/emulate-install installs it", program.display());
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.yaml");
        fs::write(&seed, format!("google:\n  users:\n    - email: {USER}\n      name: Anna\n{clients}")).unwrap();
        // Between the look for a free port and the start another program can take it: then there is another one.
        for _ in 0..5 {
            let port = free_port();
            let mut command = Command::new(node.join(".bin/node"));
            command.arg(&program).args(["start", "-s", "google", "--host", "127.0.0.1", "-p"]).arg(port.to_string());
            command.arg("--seed").arg(&seed).current_dir(folder.path());
            let mut process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            if is_up(&mut process, port) {
                return Self { process, port, _folder: folder };
            }
        }
        panic!("emulate does not start");
    }

    pub(crate) fn at(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    pub(crate) fn auth_url(&self) -> Url {
        self.at("/o/oauth2/v2/auth")
    }

    pub(crate) fn token_url(&self) -> Url {
        self.at("/oauth2/token")
    }

    /// The user withdraws access.
    pub(crate) fn revoke(&self, refresh_token: &str) {
        let answer = post(&self.at("/oauth2/revoke"), &[("token".to_owned(), refresh_token.to_owned())]);
        assert_eq!(answer.status(), 200);
    }
}

impl Drop for Emulate {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn is_up(process: &mut Child, port: u16) -> bool {
    for _ in 0..LOOKS {
        if process.try_wait().unwrap().is_some() {
            return false;
        }
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("emulate runs and does not listen");
}

/// The page that asks the user, with the form behind its first button.
pub(crate) struct Page {
    action: Url,
    fields: Vec<(String, String)>,
}

impl Page {
    /// Opens the address as a browser would.
    pub(crate) fn open(address: &Url) -> Self {
        let answer = get(address);
        let html = String::from_utf8(answer.into_body()).unwrap();
        let form = html.split("<form").nth(1).and_then(|rest| rest.split("</form>").next());
        let form = form.unwrap_or_else(|| panic!("no form in {html}"));
        let action = address.join(&attribute(form, "action").unwrap()).unwrap();
        let inputs = form.split("<input").skip(1);
        let fields = inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?))).collect();
        Self { action, fields }
    }

    /// What the page says of a field.
    pub(crate) fn field(&mut self, name: &str) -> &mut String {
        let field = self.fields.iter_mut().find(|(key, _)| key == name);
        &mut field.unwrap_or_else(|| panic!("no field {name}")).1
    }

    /// Removes the tick before what a scope allows.
    pub(crate) fn untick(&mut self, scope: &str) {
        let scopes = self.field("scope");
        let rest: Vec<&str> = scopes.split(' ').filter(|other| !other.ends_with(scope)).collect();
        assert_eq!(rest.len() + 1, scopes.split(' ').count(), "{scope} is asked for: {scopes}");
        *scopes = rest.join(" ");
    }

    /// Presses the button: the address to which the browser is sent.
    pub(crate) fn agree(self) -> Url {
        let answer = post(&self.action, &self.fields);
        assert_eq!(answer.status(), 302);
        Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
    }
}

/// One request, as a browser sends it.
pub(crate) fn get(address: &Url) -> Response<Vec<u8>> {
    send(Request::get(address.as_str()).body(Vec::new()).unwrap())
}

fn post(address: &Url, fields: &[(String, String)]) -> Response<Vec<u8>> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(address.as_str()).header("content-type", "application/x-www-form-urlencoded");
    send(request.body(body.into_bytes()).unwrap())
}

fn send(request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let limits = Limits { body_bytes_max: 1 << 20, until: Instant::now() + Duration::from_mins(1) };
        Client::new().exchange(request, limits).await.unwrap()
    })
}

/// The value of an attribute, from the beginning of a piece of HTML.
fn attribute(html: &str, name: &str) -> Option<String> {
    let value = html.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"))
}
