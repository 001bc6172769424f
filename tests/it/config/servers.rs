//! Accounts on servers: CalDAV and Google. What their keys become, and what is said of wrong ones.

use seawall::config::settings::{Account, AuthScheme, SecretSource, Source};

use super::*;

const CALENDARS: &str = "calendars = [{ name = \"Personal\" }]\n";

fn caldav(rest: &str) -> String {
    format!("[[account]]\nname = \"work\"\nprovider = \"caldav\"\n{rest}")
}

fn google(rest: &str) -> String {
    format!("[[account]]\nname = \"company\"\nprovider = \"google\"\n{rest}")
}

#[track_caller]
fn account(text: &str) -> Account {
    settings(&sound(text)).accounts.swap_remove(0)
}

/// The fault of an account whose other keys are right.
#[track_caller]
fn fault(account: &str, want: &str) {
    check_beside_sound(account, want);
}

#[test]
fn a_caldav_account_has_an_address_a_user_and_a_place_for_the_password() {
    let got = account(&caldav(&format!(
        "url = \"https://cloud.example.org/dav\"\nusername = \"anna\"\npassword = {{ credential = \"work\" }}\n{CALENDARS}"
    )));
    let want = Source::CalDav {
        url: "https://cloud.example.org/dav".parse().unwrap(),
        username: Some("anna".to_owned()),
        secret: Some(SecretSource::Credential("work".to_owned())),
        auth: AuthScheme::Basic,
        ca_file: None,
        hosts: Vec::new(),
    };
    assert_eq!(got.source, want);
    assert_eq!((got.emails.len(), got.calendars[0].only_invited), (0, None));
}

#[test]
fn what_else_a_caldav_account_can_say() {
    let got = account(&caldav(
        r#"url = "example.org"
username = "anna@example.org"
password = { file = "~/.secrets/work" }
auth = "digest"
ca_file = "ca.pem"
hosts = ["P42-CalDAV.example.org", "bücher.example:8443", "192.0.2.7", "[::1]:80", "[::1]"]
emails = ["Anna@example.org"]
calendars = [{ name = "Team", only = "all" }, { name = "Küche & Bad", use = "read", private = true },
  { name = "https://cloud.example.org/dav/anna/c%20d/", only = "invited" }]
"#,
    ));
    let Source::CalDav { url, username, secret, auth, ca_file, hosts } = &got.source else { panic!("{got:?}") };
    assert_eq!((url.as_str(), username.as_deref()), ("https://example.org/", Some("anna@example.org")));
    assert_eq!(*secret, Some(SecretSource::File(PathBuf::from("/home/anna/.secrets/work"))));
    assert_eq!(*auth, AuthScheme::Digest);
    assert_eq!(ca_file.as_deref(), Some(Path::new("/home/anna/.config/seawall/ca.pem")));
    assert_eq!(hosts, &["p42-caldav.example.org", "xn--bcher-kva.example:8443", "192.0.2.7", "[::1]:80", "[::1]"]);
    assert_eq!(got.emails, ["anna@example.org"]);
    let calendars: Vec<_> =
        got.calendars.iter().map(|one| (one.id.calendar.as_str(), one.only_invited, one.private)).collect();
    let address = "https://cloud.example.org/dav/anna/c%20d/";
    assert_eq!(calendars, [("Team", Some(false), false), ("Küche & Bad", None, true), (address, Some(true), false)]);
}

#[test]
fn a_bearer_token_comes_without_a_user() {
    let got = account(&caldav(&format!(
        "url = \"https://example.org\"\nauth = \"bearer\"\ntoken = {{ command = [\"bin/token\", \"a b\"] }}\n{CALENDARS}"
    )));
    let Source::CalDav { username, secret, auth, .. } = &got.source else { panic!("{got:?}") };
    assert_eq!((username, *auth), (&None, AuthScheme::Bearer));
    let words = ["/home/anna/.config/seawall/bin/token", "a b"].map(str::to_owned).to_vec();
    assert_eq!(*secret, Some(SecretSource::Command(words)));
}

#[test]
fn only_a_server_on_this_machine_may_do_without_a_password() {
    let got = account(&caldav(&format!("url = \"http://127.0.0.1:5232/anna/\"\n{CALENDARS}")));
    let Source::CalDav { username, secret, .. } = &got.source else { panic!("{got:?}") };
    assert_eq!((username, secret), (&None, &None));
    fault(
        &caldav(&format!("url = \"https://example.org\"\n{CALENDARS}")),
        r#"
        1:1: account[0].password: missing: say where it is, as { credential = "work" }, { file = "work.secret" } or { command = ["pass", "show", "work"] }
        1:1: account[0].username: missing: expected a name like "anna"
        "#,
    );
}

#[test]
fn addresses_that_can_not_be_asked_say_why_and_are_not_repeated() {
    let example = "expected an address like https://cloud.example.org, or a domain like example.org";
    let foreign = "expected an address without user name or password: none is ever sent from there";
    for (url, want) in [
        ("", example),
        ("cloud", example),
        ("https://", example),
        ("calendars/anna", example),
        ("localhost:5232", "expected http:// or https:// before a name of this machine"),
        ("anna@example.org", foreign),
        ("https://anna:hunter2@example.org", foreign),
        ("http://example.org", "expected https: over http anybody on the way can read and change the calendar"),
        ("caldavs://example.org", "expected an address that begins with https://"),
        ("https://example.org/a?export", "expected an address that ends before any ? or #"),
    ] {
        let text = format!("url = {url:?}\nusername = \"anna\"\npassword = {{ credential = \"w\" }}\n{CALENDARS}");
        fault(&caldav(&text), &format!("4:7: account[0].url: {want}"));
    }
}

#[test]
fn every_fault_of_a_caldav_account_comes_at_once() {
    fault(
        &caldav(
            r#"usrname = "anna"
username = "an:na"
password = { credential = "work", file = "x" }
auth = "kerberos"
ca_file = ""
hosts = ["https://example.org", "*.example.org", "example.org:x", 7]
path = "~/.calendars"
client_id = "x"
calendars = [{ name = "a", use = "readhold" }, { name = "" }, { name = "https://anna:hunter2@example.org/" }]
"#,
        ),
        r#"
        1:1: account[0].url: missing: expected an address like https://cloud.example.org, or a domain like example.org
        4:1: account[0].usrname: unknown key: did you mean username?
        7:8: account[0].auth: expected basic, digest or bearer, found "kerberos"
        8:11: account[0].ca_file: expected a path, found ""
        9:10: account[0].hosts[0]: expected a host like p42-caldav.example.org, without https://, path or *, found "https://example.org"
        9:33: account[0].hosts[1]: expected a host like p42-caldav.example.org, without https://, path or *, found "*.example.org"
        9:50: account[0].hosts[2]: expected a host like p42-caldav.example.org, without https://, path or *, found "example.org:x"
        9:67: account[0].hosts[3]: expected a host like "p42-caldav.example.org" in quotes, found a number
        10:1: account[0].path: unknown key: it belongs in an [[account]] with provider = "vdir"
        11:1: account[0].client_id: unknown key: it belongs in an [[account]] with provider = "google"
        12:34: account[0].calendars[0].use: expected read, hold, read+hold or none, found "readhold" (did you mean read+hold?)
        12:57: account[0].calendars[1].name: expected a text that is not empty and has no control characters, found ""
        12:72: account[0].calendars[2].name: expected an address without user name or password: none is ever sent from there
        "#,
    );
}

#[test]
fn user_password_and_token_go_with_their_scheme() {
    let start = "url = \"https://example.org\"\n";
    let place = "say where it is, as { credential = \"work\" }, { file = \"work.secret\" } or { command = [\"pass\", \"show\", \"work\"] }";
    for (rest, want) in [
        (
            "username = \"anna\"\ntoken = { credential = \"w\" }\n",
            format!(
                "1:1: account[0].password: missing: {place}
                 6:9: account[0].token: a token goes with auth = \"bearer\"; here it is username and password"
            ),
        ),
        (
            "auth = \"bearer\"\nusername = \"anna\"\npassword = { credential = \"w\" }\n",
            format!(
                "1:1: account[0].token: missing: {place}
                 6:12: account[0].username: auth = \"bearer\" sends a token alone: remove this key
                 7:12: account[0].password: auth = \"bearer\" sends a token alone: remove this key"
            ),
        ),
        (
            "username = \"an:na\"\npassword = { credential = \"w\" }\n",
            "5:12: account[0].username: expected a name without a colon, which auth = \"basic\" can't carry, found \"an:na\""
                .to_owned(),
        ),
    ] {
        fault(&caldav(&format!("{start}{rest}{CALENDARS}")), &want);
    }
}

#[test]
fn a_google_account_needs_a_client_and_calendars() {
    let got = account(&google(
        "client_id = \"1234-abcd.apps.googleusercontent.com\"\ncalendars = [{ name = \"primary\", use = \"read\" }, { name = \"abc@group.calendar.google.com\" }]\n",
    ));
    let want = Source::Google {
        client_id: "1234-abcd.apps.googleusercontent.com".to_owned(),
        client_secret: None,
        endpoint: "https://www.googleapis.com/calendar/v3".parse().unwrap(),
        auth_url: "https://accounts.google.com/o/oauth2/v2/auth".parse().unwrap(),
        token_url: "https://oauth2.googleapis.com/token".parse().unwrap(),
    };
    assert_eq!(got.source, want);
    assert_eq!(got.calendars[1].id.to_string(), "company/abc@group.calendar.google.com");
    fault(
        &google("clientid = \"x\"\n"),
        r#"
        1:1: account[0].client_id: missing: expected the id of your client, like "1234-abcd.apps.googleusercontent.com"
        1:1: account[0].calendars: missing: say which calendars to use, for example calendars = [{ name = "work", use = "read+hold" }, { name = "home", use = "read", private = true }]
        4:1: account[0].clientid: unknown key: did you mean client_id?
        "#,
    );
}

#[test]
fn a_stand_in_for_google_is_named_by_its_addresses() {
    let got = account(&google(&format!(
        "client_id = \"x\"\nclient_secret = {{ credential = \"google\" }}\nendpoint = \"http://127.0.0.1:1/v3\"\nauth_url = \"http://localhost:2/auth\"\ntoken_url = \"https://gate.example.org/token\"\n{CALENDARS}"
    )));
    let Source::Google { client_secret, endpoint, auth_url, token_url, .. } = &got.source else { panic!("{got:?}") };
    assert_eq!(*client_secret, Some(SecretSource::Credential("google".to_owned())));
    let all = [endpoint, auth_url, token_url].map(url::Url::as_str);
    assert_eq!(all, ["http://127.0.0.1:1/v3", "http://localhost:2/auth", "https://gate.example.org/token"]);
    fault(
        &google(&format!(
            "client_id = \"x y\"\nendpoint = \"http://gate.example.org\"\nauth_url = \"gate.example.org\"\ntoken_url = 5\nusername = \"anna\"\n{CALENDARS}"
        )),
        r#"
        4:13: account[0].client_id: expected the id of your client, like 1234-abcd.apps.googleusercontent.com, found "x y"
        5:12: account[0].endpoint: expected https: over http anybody on the way can read and change the calendar
        6:12: account[0].auth_url: expected an address like https://accounts.google.com/o/oauth2/v2/auth
        7:13: account[0].token_url: expected an address in quotes, found a number
        8:1: account[0].username: unknown key: it belongs in an [[account]] with provider = "caldav"
        "#,
    );
}

#[test]
fn a_secret_where_its_source_belongs_is_refused_and_never_repeated() {
    let rule = "never the secret itself: use { credential = … }, { file = … } or { command = … }";
    let around = |password: &str| {
        caldav(&format!("url = \"https://example.org\"\nusername = \"anna\"\npassword = {password}\n{CALENDARS}"))
    };
    let missing = r#"missing: expected { credential = "work" }, { file = "work.secret" } or { command = ["pass", "show", "work"] }"#;
    for (password, want) in [
        ("\"hunter2\"", format!("6:1: account[0].password: {rule}")),
        ("4711", format!("6:1: account[0].password: {rule}")),
        ("[\"pass\", \"hunter2\"]", format!("6:1: account[0].password: {rule}")),
        ("{ token = \"hunter2\" }", format!("6:12: account[0].password.credential: {missing}\n6:14: account[0].password.token: {rule}")),
        ("{ text = \"hunter2\" }", format!("6:12: account[0].password.credential: {missing}\n6:14: account[0].password.text: unknown key")),
        ("{}", format!("6:12: account[0].password.credential: {missing}")),
        ("{ credential = \"hunter2/\" }", "6:27: account[0].password.credential: expected the name of a systemd credential, like work".to_owned()),
        ("{ credential = \"w\", file = \"f\" }", "6:12: account[0].password: a secret comes from one place, found credential and file".to_owned()),
        ("{ command = \"hunter2\" }", "6:24: account[0].password.command: expected a list like [\"pass\", \"show\", \"work\"], found a text".to_owned()),
        ("{ command = [] }", "6:24: account[0].password.command: expected a program with its arguments, like [\"pass\", \"show\", \"work\"]".to_owned()),
        ("{ command = [\"\", \"hunter2\"] }", "6:24: account[0].password.command: expected a program with its arguments, like [\"pass\", \"show\", \"work\"]".to_owned()),
        ("{ command = [\"~other/pass\", \"hunter2\"] }", "6:24: account[0].password.command: expected a program that can be found: by its name, its path, or ~/ and its path".to_owned()),
        ("{ command = [\"pass\", \"hunter2\\u0000\"] }", "6:24: account[0].password.command: expected words without NUL, which no program can be given".to_owned()),
        ("{ file = 7 }", "6:21: account[0].password.file: expected a file like \"work.secret\" in quotes, found a number".to_owned()),
    ] {
        fault(&around(password), &want);
    }
}

#[test]
fn settings_show_no_argument_of_a_command() {
    let got = account(&caldav(&format!(
        "url = \"https://example.org\"\nusername = \"anna\"\npassword = {{ command = [\"echo\", \"hunter2\"] }}\n{CALENDARS}"
    )));
    let shown = format!("{got:?}");
    assert!(shown.contains("\"echo\"") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_server_knows_who_the_user_is() {
    let both = format!(
        "{}{}",
        caldav(&format!("url = \"http://[::1]:5232\"\n{CALENDARS}")),
        google(&format!("client_id = \"x\"\n{CALENDARS}"))
    );
    assert!(!settings(&sound(&both)).warnings.iter().any(|warning| warning.contains("emails")));
}
