//! Accounts whose secret comes from a program: when it is asked, and what becomes of a refusal.

use super::*;

/// The demo beside an account whose program notes that it was asked and then refuses.
fn with_locked_account() -> Sandbox {
    let sandbox = Sandbox::with_demo(0);
    let program = sandbox.path("locked");
    fs::write(
        &program,
        format!("#!/bin/sh\ntouch {}\necho hunter2\necho the store is locked >&2\nexit 2\n", asked(&sandbox).display()),
    )
    .unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut text = fs::read_to_string(sandbox.config()).unwrap();
    text.push_str(
        "\n[[account]]\nname = \"work\"\nprovider = \"caldav\"\nurl = \"https://cloud.example.org\"\n\
         username = \"anna\"\npassword = { command = [\"../locked\", \"now\"] }\n\
         calendars = [{ name = \"Größe & Co.\", use = \"read\" }]\n",
    );
    fs::write(sandbox.config(), text).unwrap();
    sandbox
}

/// The file that is there once the program was asked.
fn asked(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("asked")
}

#[test]
fn a_command_that_reaches_no_account_asks_for_no_secret() {
    let sandbox = with_locked_account();
    for command in [&["log"][..], &["pause"], &["resume"], &["completions", "bash"], &["forget", "gone/calendar"]] {
        let _ = sandbox.run(command);
        assert!(!asked(&sandbox).exists(), "{command:?}");
    }
    sandbox.run(["plan"]).expect(77);
    assert!(asked(&sandbox).exists());
}

#[test]
fn an_account_whose_secret_can_not_be_had_stops_no_other_and_is_told_by_the_exit_code() {
    let sandbox = with_locked_account();
    let locked = format!("`{}/../locked` failed (exit status: 2): the store is locked", sandbox.demo().display());
    let why = format!("work: the password can't be had: {locked}");
    for command in ["plan", "sync", "events"] {
        let ran = sandbox.run([command]);
        ran.expect(77).says(&[&why]);
        assert!(!ran.err.contains("hunter2") && !ran.out.contains("hunter2"), "{ran}");
    }
    let events = sandbox.run(["events", "--json"]);
    assert!(events.expect(77).out.contains("\"account\": \"local\""), "{events}");
}

#[test]
fn check_tells_a_login_from_other_faults() {
    let sandbox = with_locked_account();
    let ran = sandbox.run(["check"]);
    ran.expect(77).says(&["ok work (Work): read+hold", "FAULT the password can't be had", "1 fault."]);
    assert!(!ran.out.contains("note work:"), "said once: {ran}");
    sandbox.edit_config("\"private\", use", "\"privat\", use");
    sandbox.run(["check"]).expect(1).says(&["2 faults."]);
}

#[test]
fn an_authority_that_can_not_be_read_is_named() {
    let sandbox = with_locked_account();
    fs::write(sandbox.path("locked"), "#!/bin/sh\necho hunter2\n").unwrap();
    sandbox.edit_config("username = \"anna\"", "username = \"anna\"\nca_file = \"../ca.pem\"");
    let file = format!("ca_file {}/../ca.pem", sandbox.demo().display());
    sandbox.run(["plan"]).expect(77).says(&[&file, "can't be read: No such file"]);
    fs::write(sandbox.path("ca.pem"), "-----BEGIN RSA KEY-----").unwrap();
    sandbox.run(["plan"]).expect(77).says(&[&file, "holds no certificate"]);
}

/// Two configs that write to one calendar take the same lock, whatever they call the account.
#[test]
fn the_lock_of_a_hold_calendar_on_a_server_is_named_after_it() {
    let config = |account: &str, user: &str, calendar: &str| {
        format!(
            "timezone = \"Europe/Berlin\"\n[hours]\nwork = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n\
             [[account]]\nname = \"{account}\"\nprovider = \"caldav\"\nurl = \"https://example.org\"\n\
             username = \"{user}\"\npassword = {{ credential = \"none\" }}\n\
             calendars = [{{ name = \"{calendar}\", use = \"hold\" }}]\n"
        )
    };
    let sandbox = Sandbox::with_config(&config("one", "anna", "Personal"));
    let locks = |account: &str, user: &str, calendar: &str| {
        fs::write(sandbox.config(), config(account, user, calendar)).unwrap();
        sandbox.run(["resume"]).expect(0);
        files(&sandbox.path("run")).keys().filter(|name| name.contains("hold-")).count()
    };
    assert_eq!(locks("one", "anna", "Personal"), 1);
    assert_eq!(locks("two", "anna", "Personal"), 1);
    assert_eq!(locks("one", "bert", "Personal"), 2);
    assert_eq!(locks("one", "anna", "Other"), 3);
}

#[test]
fn undo_tells_what_it_could_not_look_into() {
    let sandbox = with_locked_account();
    let there = ["work/Größe & Co. was not read to the end", "undo it again later"];
    sandbox.run(["undo", "--yes"]).expect(77).says(&["In what was read there is nothing to remove"]).says(&there);
}
