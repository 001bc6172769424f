//! Where an account's secrets may go: to the address the user configured, to what provably belongs to it, and to the
//! hosts the user accepted. Everything else is not even asked. It knows no secrets.
//!
//! There is no list of public suffixes here, so nothing is concluded from two hosts having a parent in common
//! (`a.example.co.uk` and `b.example.co.uk` would look like `a.co.uk` and `b.co.uk`). What belongs to the
//! configured host is, over https alone, whose certificate proves the name:
//! - the same host at any port (no certificate speaks of ports);
//! - its sub-domains: who owns a name owns those below it;
//! - hosts of the same operator in [`OPERATORS`], each with its source.

use url::{Host, Url};

use super::address::{host, is_loopback};

/// Domains run by one operator as a whole, whose services send each other's users around.
const OPERATORS: [&str; 2] = [
    // caldav.icloud.com names calendars at pNN-caldav.icloud.com; NN differs by account and changes with time
    // (github.com/smarcet/CalDAVClient/issues/17). Apple alone has names below it.
    "icloud.com",
    // The same in China.
    "icloud.com.cn",
];

/// Where secrets may go.
#[derive(Clone, PartialEq, Eq)]
pub struct Trust {
    origin: Url,
    /// Hosts at any port, or with their port, as addresses spell them.
    accepted: Vec<String>,
}

impl Trust {
    /// The configured address, and the hosts the user accepted beside it, as addresses spell them.
    pub fn new<H: AsRef<str>>(origin: &Url, hosts: impl IntoIterator<Item = H>) -> Self {
        let accepted = hosts.into_iter().map(|host| host.as_ref().to_owned()).collect();
        Self { origin: origin.clone(), accepted }
    }

    /// Whether the account's secrets may go there.
    pub fn allows(&self, url: &Url) -> bool {
        let is_safe = url.scheme() == "https";
        // Without TLS another port of this machine may be anybody's: the user has to say so.
        self.origin.origin() == url.origin()
            || is_safe && self.is_kin(url)
            || (is_safe || is_loopback(url)) && self.accepted.iter().any(|accepted| is_host(accepted, url))
    }

    fn is_kin(&self, url: &Url) -> bool {
        if self.origin.host() == url.host() {
            return true;
        }
        let (Some(Host::Domain(own)), Some(Host::Domain(other))) = (self.origin.host(), url.host()) else {
            return false;
        };
        let has_domain = own.contains('.') && own != "localhost";
        has_domain && is_below(other, own)
            || OPERATORS.iter().any(|operator| is_below(own, operator) && is_below(other, operator))
    }

    /// What to say of an address the secrets may not go to.
    pub(super) fn refusal(&self, url: &Url) -> String {
        let (other, own) = (url.host_str().unwrap_or_default(), host(&self.origin));
        format!(
            "{other} belongs neither to {own} nor to the account's `hosts`, so it does not get the password; if it \
             is the right place, add \"{other}\" to `hosts`"
        )
    }
}

impl std::fmt::Debug for Trust {
    /// Hosts alone: the rest of an address can be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entry(&host(&self.origin)).entries(&self.accepted).finish()
    }
}

/// Whether the address is at that host, or at that host and port.
fn is_host(accepted: &str, url: &Url) -> bool {
    let Some(rest) = url.host_str().and_then(|host| accepted.strip_prefix(host)) else { return false };
    let port = rest.strip_prefix(':').and_then(|port| port.parse::<u16>().ok());
    rest.is_empty() || port.is_some() && port == url.port_or_known_default()
}

fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(origin: &str, hosts: &[&str], allowed: &[&str], refused: &[&str]) {
        let trust = Trust::new(&origin.parse().unwrap(), hosts);
        for url in allowed {
            assert!(trust.allows(&url.parse().unwrap()), "{origin} trusts {url}");
        }
        for url in refused {
            assert!(!trust.allows(&url.parse().unwrap()), "{origin} does not trust {url}");
        }
    }

    #[test]
    fn a_host_is_trusted_with_its_ports_and_sub_domains_over_tls() {
        check(
            "https://Example.org/dav",
            &[],
            &[
                "https://example.org/x",
                "https://example.org:8443/",
                "https://caldav.example.org/",
                "https://a.b.example.org",
            ],
            &[
                "http://example.org/",
                "http://caldav.example.org/",
                "https://example.com/",
                "https://badexample.org/",
                "https://org/",
                "https://example.org.evil.test/",
                "https://example.org./",
            ],
        );
    }

    #[test]
    fn a_common_parent_says_nothing() {
        check("https://dav.example.co.uk", &[], &[], &["https://example.co.uk", "https://cal.example.co.uk"]);
        check("https://anna.co.uk", &[], &[], &["https://evil.co.uk", "https://co.uk"]);
        check(
            "https://localhost:5232",
            &[],
            &["https://localhost:1"],
            &["https://evil.localhost", "http://localhost:5232"],
        );
        check("https://nas", &[], &[], &["https://evil.nas"]);
        check("https://192.0.2.7", &[], &[], &["https://7.192.0.2.7.test", "https://192.0.2.8"]);
    }

    #[test]
    fn icloud_sends_its_users_to_numbered_hosts() {
        check(
            "https://caldav.icloud.com/",
            &[],
            &["https://p42-caldav.icloud.com:443/1/", "https://caldav.icloud.com/"],
            &["http://p42-caldav.icloud.com/", "https://icloud.com.evil.test/", "https://p42-caldav.icloud.com.cn/"],
        );
        check(
            "https://caldav.icloud.com.cn/",
            &[],
            &["https://p2-caldav.icloud.com.cn/"],
            &["https://caldav.icloud.com"],
        );
        check("https://icloud.com.evil.test/", &[], &[], &["https://caldav.icloud.com"]);
    }

    #[test]
    fn this_machine_without_tls_is_trusted_port_by_port() {
        check("http://127.0.0.1:80", &[], &["http://127.0.0.1/x"], &["http://127.0.0.1:81/", "http://localhost:80"]);
        check(
            "http://127.0.0.1:80",
            &["localhost"],
            &["http://localhost:81/", "https://localhost:9/"],
            &["http://127.0.0.1:82/"],
        );
    }

    #[test]
    fn an_accepted_host_with_a_port_is_trusted_at_that_port() {
        check(
            "https://example.org",
            &["dav.example.net:8443", "cal.example.net:443", "[2001:db8::1]:8443"],
            &["https://dav.example.net:8443/x", "https://cal.example.net/", "https://[2001:db8::1]:8443/"],
            &[
                "https://dav.example.net/",
                "https://dav.example.net:84/",
                "https://dav.example.net:8444/",
                "http://dav.example.net:8443/",
                "https://cal.example.net:8443/",
                "https://[2001:db8::1]/",
                "https://av.example.net:8443/",
            ],
        );
        check("http://127.0.0.1:80", &["127.0.0.1:81"], &["http://127.0.0.1:81/"], &["http://127.0.0.1:82/"]);
        check("https://example.org", &["dav.example.net8443"], &[], &["https://dav.example.net:8443/"]);
    }

    #[test]
    fn accepted_hosts_are_trusted_by_name_alone() {
        check(
            "https://example.org",
            &["dav.example.net"],
            &["https://dav.example.net/", "https://dav.example.net:444/"],
            &["https://example.net/", "https://x.dav.example.net/", "http://dav.example.net/"],
        );
    }
}
