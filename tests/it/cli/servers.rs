//! `check` on real servers: calendars by any name that the config may give them, and a login that is refused.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::support::lab::{Auth, Lab, on_each};

/// Alice's account with these calendars, and nothing else.
fn sandbox(lab: &Lab, password: &str, calendars: &str) -> Sandbox {
    let auth = if lab.auth == Auth::Digest { "digest" } else { "basic" };
    let ca = lab.ca_file.as_ref().map(|file| format!("ca_file = \"{}\"\n", file.display())).unwrap_or_default();
    let sandbox = Sandbox::with_config(&format!(
        "timezone = \"Europe/Berlin\"\nnow = \"2026-11-16T07:30\"\nstate_dir = \"state\"\n[hours]\n\
         work = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n\
         [[role]]\nname = \"deep\"\ntarget = \"2h\"\n\
         [[account]]\nname = \"work\"\nprovider = \"caldav\"\nurl = \"{}\"\nusername = \"{}\"\nauth = \"{auth}\"\n{ca}\
         password = {{ file = \"secret\" }}\ncalendars = [{calendars}]\n",
        lab.url, lab.alice.name
    ));
    let secret = sandbox.demo().join("secret");
    fs::write(&secret, password).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    sandbox
}

#[test]
fn check_knows_a_calendar_by_name_by_address_and_by_path() {
    on_each("called", |lab| {
        let (own, team) = (lab.alice.make_calendar("Own"), lab.alice.make_calendar("Team"));
        let path: url::Url = team.url.parse().unwrap();
        let calendars = format!("{{ name = \"{}\", use = \"read+hold\" }}, {{ name = \"{}\" }}", own.url, path.path());
        let ran = sandbox(lab, &lab.alice.password, &calendars).run(["check"]);
        ran.expect(0).says(&[&format!("ok {} (Own): read+hold", own.url), &format!("ok {} (Team): read", path.path())]);
        assert!(!ran.out.contains("Own is not in the config"), "{ran}");

        // One calendar under two names counts once, and that is said.
        let twice = format!("{{ name = \"Own\", use = \"read+hold\" }}, {{ name = \"{}\" }}", own.url);
        let ran = sandbox(lab, &lab.alice.password, &twice).run(["check"]);
        ran.expect(0).says(&[&format!("{} is named twice", own.url)]);

        let typo = "{ name = \"own\", use = \"read+hold\" }";
        let ran = sandbox(lab, &lab.alice.password, typo).run(["check"]);
        ran.expect(1).says(&["FAULT there is no calendar own; there are: Own", "1 fault."]);
    });
}

#[test]
fn check_tells_a_refused_login_once_and_by_its_exit_code() {
    on_each("refused", |lab| {
        lab.alice.make_calendar("Own");
        lab.alice.make_calendar("Team");
        let sandbox = sandbox(lab, "wrong", "{ name = \"Own\", use = \"read+hold\" }, { name = \"Team\" }");
        let ran = sandbox.run(["check"]);
        ran.expect(77).says(&["FAULT", "1 fault."]);
        assert!(!ran.out.contains("note  work:"), "said once: {ran}");
        let ran = sandbox.run(["sync"]);
        ran.expect(77);
        assert_eq!(ran.out.matches("Warning:").count() + ran.err.matches("WARN").count(), 1, "{ran}");
    });
}
