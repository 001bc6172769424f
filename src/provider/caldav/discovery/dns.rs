//! Where a domain says that its CalDAV service is (RFC 6764 3, 4): SRV and TXT records. What DNS says is not proof of
//! anything; whether the password may go there is not decided here. Only `_caldavs`, the service with TLS, is asked for.
//!
//! The crate `domain` asks and parses: of the resolvers it is the one with few parts (hickory-resolver brings a cache
//! and eighteen packages for two questions at the first start).

use std::net::SocketAddr;
use std::time::Duration;

use domain::base::{Name, Record, Rtype};
use domain::rdata::{Srv, Txt};
use domain::resolv::StubResolver;
use domain::resolv::stub::Answer;
use domain::resolv::stub::conf::{ResolvConf, ServerConf, Transport};
use tokio::time::timeout;
use url::Url;

/// How long both questions may take: a network without DNS is no reason to wait.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most services that are looked at.
const SERVICES_MAX: usize = 4;

/// Who answers questions about domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dns {
    /// Whom the system asks.
    System,
    /// This server.
    At(SocketAddr),
    /// Nobody.
    Off,
}

/// The addresses that a domain names for its service, best first; empty where it names none, or does not answer.
pub(super) async fn services(dns: Dns, host: &str) -> Vec<Url> {
    let conf = match dns {
        Dns::Off => return Vec::new(),
        Dns::System => ResolvConf::default(),
        Dns::At(address) => {
            let mut conf = ResolvConf::new();
            conf.servers.push(ServerConf::new(address, Transport::UdpTcp));
            conf.finalize();
            conf
        }
    };
    let resolver = StubResolver::from_conf(conf);
    let Ok(name) = format!("_caldavs._tcp.{host}").parse::<Name<Vec<u8>>>() else { return Vec::new() };
    let questions = async {
        let srv = resolver.query((&name, Rtype::SRV)).await.ok()?;
        let mut targets = targets(&srv);
        if targets.is_empty() {
            return None;
        }
        targets.truncate(SERVICES_MAX);
        let path = resolver.query((&name, Rtype::TXT)).await.ok().and_then(|txt| path(&txt));
        Some((targets, path))
    };
    let Ok(Some((targets, path))) = timeout(TIMEOUT, questions).await else { return Vec::new() };
    // Without a path the well-known address of that host leads on (RFC 6764 6).
    let path = path.unwrap_or_else(|| "/.well-known/caldav".to_owned());
    targets.iter().filter_map(|target| Url::parse(&format!("https://{target}")).ok()?.join(&path).ok()).collect()
}

/// `host:port` of each SRV record, by priority, then by weight (RFC 2782; the heaviest first in place of a draw).
fn targets(answer: &Answer) -> Vec<String> {
    let Ok(section) = answer.answer() else { return Vec::new() };
    let records = section.limit_to::<Srv<_>>().flatten().map(Record::into_data);
    // A root as the target says that there is no such service.
    let mut records: Vec<_> = records
        .map(|srv| (srv.priority(), std::cmp::Reverse(srv.weight()), srv.target().to_string(), srv.port()))
        .filter(|(_, _, target, port)| !target.trim_matches('.').is_empty() && *port != 0)
        .collect();
    records.sort();
    records.into_iter().map(|(_, _, target, port)| format!("{}:{port}", target.trim_end_matches('.'))).collect()
}

/// The path in `path=…` of a TXT record: one that begins with a slash, and names no host.
fn path(answer: &Answer) -> Option<String> {
    let section = answer.answer().ok()?;
    let texts = section.limit_to::<Txt<_>>().flatten().map(Record::into_data);
    texts
        .flat_map(|txt| {
            txt.iter_charstrs().map(|text| String::from_utf8_lossy(text.as_slice()).into_owned()).collect::<Vec<_>>()
        })
        .filter_map(|text| text.strip_prefix("path=").map(str::to_owned))
        .find(|path| path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'))
}
