//! The configs and calendars that come with the program, and the config that `init` makes.

use seawall::config::settings::{Account, SecretSource, Source};
use seawall::config::{Answers, Question, commented_example, compose};
use seawall::focus::policy::Defence;

use super::*;

/// The example without the `#` before its keys.
fn with_all_keys(example: &str) -> String {
    let uncomment = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_lowercase() || first == '[') => rest.to_owned(),
        _ => line.to_owned(),
    };
    example.lines().map(uncomment).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_loads_as_it_is_and_with_every_key_at_its_default() {
    let example = commented_example();
    let plain = settings(example);
    let mut full = settings(&with_all_keys(example));
    assert_eq!(full.state_dir, Path::new("/home/anna/.local/state/seawall/main"));
    assert_eq!(full.instance.as_deref(), Some("laptop"));
    assert_eq!(full.now.map(|now| now.to_string()).as_deref(), Some("2026-11-16T06:30:00Z"));
    assert_eq!(full.policy.roles[0].style.defence, Some(Defence::Auto));
    let names: Vec<&str> = full.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["local", "work", "company", "holidays"]);
    the_defaults_of_google_are_shown(&full.accounts[2].source);
    full.accounts.drain(1..3);
    // Those are examples; all else that is commented out is the default.
    full.state_dir.clone_from(&plain.state_dir);
    (full.instance, full.now) = (None, None);
    assert_eq!(full.hooks.len(), 2);
    full.hooks.clear();
    for role in &mut full.policy.roles {
        role.style.defence = None;
        role.blocks.iter_mut().for_each(|block| block.style.defence = None);
    }
    assert_eq!(format!("{full:?}"), format!("{plain:?}"));
    assert_eq!(plain.warnings, Vec::<String>::new());
}

#[track_caller]
fn the_defaults_of_google_are_shown(shown: &Source) {
    let text =
        "[[account]]\nname = \"g\"\nprovider = \"google\"\nclient_id = \"x\"\ncalendars = [{ name = \"primary\" }]\n";
    let got = settings(&sound(text));
    let (
        Source::Google { endpoint, auth_url, token_url, .. },
        Source::Google { endpoint: e, auth_url: a, token_url: t, .. },
    ) = (shown, &got.accounts[0].source)
    else {
        panic!("{shown:?}");
    };
    assert_eq!((endpoint, auth_url, token_url), (e, a, t));
}

#[test]
fn every_shipped_config_loads() {
    let mut loaded = 0;
    for entry in std::fs::read_dir("config").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            load(&path, &environment()).unwrap_or_else(|error| panic!("{error}"));
            loaded += 1;
        }
    }
    assert!(loaded >= 2);
}

#[test]
fn the_demo_config_names_the_calendars_of_the_sample() {
    let demo = std::fs::read_to_string("config/demo.toml").unwrap();
    let got = parse(&demo, Path::new("/tmp/demo/seawall.toml"), &environment()).unwrap();
    assert_eq!(got.state_dir, Path::new("/tmp/demo/.state"));
    assert_eq!(got.hold_calendar.map(|id| id.to_string()).as_deref(), Some("local/work"));
    assert_eq!(got.now.map(|now| now.to_string()).as_deref(), Some("2026-11-16T06:30:00Z"));
    assert_eq!(got.warnings, Vec::<String>::new());
    for calendar in &got.accounts[0].calendars {
        let files = std::fs::read_dir(Path::new("config/demo").join(&calendar.id.calendar)).unwrap();
        for path in files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some()) {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.lines().count() == text.matches("\r\n").count(), "{path:?} has other line ends than CRLF");
            icalendar::parser::read_calendar(&icalendar::parser::unfold(&text)).unwrap();
        }
    }
}

#[test]
fn what_init_offers_loads() {
    let answers = Answers::offered(Some("Europe/Berlin"));
    let got = settings(&compose(&answers));
    assert!(!got.write);
    assert_eq!(got.policy.tz.iana_name(), Some("Europe/Berlin"));
    assert_eq!((got.policy.roles[0].target, got.policy.roles[0].blocks.len()), (Some(720), 1));
}

#[test]
fn answers_stand_in_the_config_of_init() {
    let mut answers = Answers::offered(None);
    for (question, text) in [
        (Question::Timezone, "America/New_York"),
        (Question::Provider, "vdir"),
        (Question::Path, "/srv/\"odd\" folder"),
        (Question::Calendars, "me = hold, team"),
        (Question::Emails, "Anna@example.org, mailto:a@example.com"),
        (Question::WorkDays, "mon-thu"),
        (Question::WorkFrom, "8:00"),
        (Question::WorkTo, "18:00"),
        (Question::BlockDays, "mon,wed"),
        (Question::BlockFrom, "13:00"),
        (Question::BlockTo, "16:00"),
        (Question::Target, "6h30m"),
        (Question::Write, "yes"),
    ] {
        answers.give(question, text).unwrap();
    }
    let got = settings(&compose(&answers));
    let account = &got.accounts[0];
    assert_eq!(account.emails, ["anna@example.org", "a@example.com"]);
    assert_eq!(
        account.calendars.iter().map(|it| (it.read, it.hold)).collect::<Vec<_>>(),
        [(false, true), (true, false)]
    );
    assert_eq!((got.write, got.policy.roles[0].target), (true, Some(390)));
    let block = &got.policy.roles[0].blocks[0].hours;
    assert_eq!((block.from, block.to, got.policy.work[0].from), (780, 960, 480));
}

/// The account that `init` writes after these answers; whatever is not asked is left out.
#[track_caller]
fn account_of_init(typed: &[(Question, &str)]) -> Account {
    let mut answers = Answers::offered(None);
    for (question, text) in typed {
        assert!(answers.asks(*question), "{question:?}");
        answers.give(*question, text).unwrap();
    }
    settings(&compose(&answers)).accounts.swap_remove(0)
}

#[test]
fn init_writes_an_account_on_a_server_and_never_its_secret() {
    let got = account_of_init(&[
        (Question::Provider, "caldav"),
        (Question::Url, "example.org"),
        (Question::Username, "anna \"a\""),
        (Question::Secret, "command pass show work"),
        (Question::Calendars, "Meine Termine = read+hold, https://example.org/x=y/ = read"),
    ]);
    let words = ["pass", "show", "work"].map(str::to_owned).to_vec();
    let Source::CalDav { url, username, secret, .. } = &got.source else { panic!("{got:?}") };
    assert_eq!((url.as_str(), username.as_deref()), ("https://example.org/", Some("anna \"a\"")));
    assert_eq!(*secret, Some(SecretSource::Command(words)));
    let calendars: Vec<&str> = got.calendars.iter().map(|one| one.id.calendar.as_str()).collect();
    assert_eq!(calendars, ["Meine Termine", "https://example.org/x=y/"]);

    let got = account_of_init(&[(Question::Provider, "caldav"), (Question::Secret, "file ~/a b.secret")]);
    let Source::CalDav { secret, .. } = &got.source else { panic!("{got:?}") };
    assert_eq!(*secret, Some(SecretSource::File(PathBuf::from("/home/anna/a b.secret"))));
}

#[test]
fn init_writes_an_account_at_google() {
    let got = account_of_init(&[
        (Question::Provider, "google"),
        (Question::ClientId, "1-x.apps.googleusercontent.com"),
        (Question::Secret, "credential google"),
    ]);
    let Source::Google { client_id, client_secret, .. } = &got.source else { panic!("{got:?}") };
    assert_eq!(client_id, "1-x.apps.googleusercontent.com");
    assert_eq!(*client_secret, Some(SecretSource::Credential("google".to_owned())));
    assert_eq!((got.calendars[0].id.to_string().as_str(), got.calendars[0].hold), ("google/primary", true));
}

#[test]
fn only_what_matters_is_asked() {
    let mut answers = Answers::offered(None);
    let asked = |answers: &Answers| -> Vec<Question> {
        use Question::{ClientId, Emails, Path, Secret, Url, Username};
        [Path, Url, Username, ClientId, Secret, Emails].into_iter().filter(|one| answers.asks(*one)).collect()
    };
    assert_eq!(asked(&answers), [Question::Path, Question::Emails]);
    answers.give(Question::Provider, "caldav").unwrap();
    assert_eq!(asked(&answers), [Question::Url, Question::Username, Question::Secret]);
    answers.give(Question::Provider, "google").unwrap();
    assert_eq!(asked(&answers), [Question::ClientId, Question::Secret]);
}

#[test]
fn an_answer_that_can_not_be_used_says_why_and_changes_nothing() {
    let mut answers = Answers::offered(None);
    for (question, text, want) in [
        (Question::Timezone, "berlin", "expected a zone like Europe/Berlin (did you mean Europe/Berlin?)"),
        (Question::Provider, "ical", "expected vdir, caldav or google"),
        (
            Question::Url,
            "http://example.org",
            "expected https: over http anybody on the way can read and change the calendar",
        ),
        (Question::ClientId, "my client", "expected the id of your client, like 1234-abcd.apps.googleusercontent.com"),
        (
            Question::Secret,
            "hunter2",
            "expected file PATH, credential NAME or command PROGRAM WORDS…; never the secret itself",
        ),
        (
            Question::Secret,
            "password hunter2",
            "expected file PATH, credential NAME or command PROGRAM WORDS…; never the secret itself",
        ),
        (Question::Calendars, "work=write", "expected read, hold, read+hold or none"),
        (Question::Emails, "anna", "expected an address like anna@example.org"),
        (Question::WorkDays, "weekdays", "expected days like mon-fri or mon,wed"),
        (Question::BlockTo, "noon", "expected a time like 09:00, from 00:00 to 24:00"),
        (Question::Target, "12", "expected a duration like 90m, 2h or 1h30m"),
        (Question::Write, "perhaps", "expected yes, no, y or n"),
    ] {
        assert_eq!(answers.give(question, text).unwrap_err(), want);
    }
    assert_eq!(answers, Answers::offered(None));
    for question in Question::ALL {
        let shown = answers.shown(question);
        answers.give(question, &shown).unwrap();
    }
    assert_eq!(answers, Answers::offered(None));
}
