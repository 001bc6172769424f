//! Every key of the config in words, with the form of its value and its default.

use serde_json::json;

use super::form::{choice, days, duration, flag, length, list, number, one, text, time, with_default, words};
use super::{Key, Lists, Shape};
use crate::config::{defaults, value};
use crate::focus::policy::{Doubt, Visibility};

/// An account: the keys that all have, and those of its provider.
pub(super) fn account(provider: &'static str, lists: Lists, required: &'static [&'static str], own: Vec<Key>) -> Shape {
    let calendars = if provider == "ics" {
        json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": one("calendar") })
    } else {
        let named = json!({ "allOf": [one("calendar"), { "required": ["name"] }] });
        json!({ "type": "array", "minItems": 1, "items": named })
    };
    let keys = vec![
        ("name", "What you call the account.", text()),
        ("provider", "What kind of service it is: vdir, caldav, google or ics.", json!({ "const": provider })),
        ("emails", "Who you are among the attendees, beside what the service knows.", list(&text())),
        ("calendars", "Which calendars to use, and for what. Exactly one of all accounts holds.", calendars),
    ];
    Shape { name: provider, lists, required, keys: [keys, own].concat() }
}

pub(super) fn top() -> Vec<Key> {
    vec![
        ("timezone", "Your time zone, like Europe/Berlin. Default: the system's.", text()),
        (
            "state_dir",
            "Where the database lives. Default: $STATE_DIRECTORY, else a folder of its own below \
             $XDG_STATE_HOME/seawall.",
            text(),
        ),
        (
            "instance",
            "Tells this seawall from others that write to the same calendar. Default: derived from the machine.",
            text(),
        ),
        ("poll", "How often `seawall run` looks.", duration(defaults::POLL)),
        ("write", "false: read, judge and report only.", flag(true)),
        ("now", "A standing clock, for demos and tests: RFC 3339, or local time.", text()),
        ("hours", "When you work.", one("hours")),
        ("busy", "What to make of events that are neither clearly busy nor clearly free.", one("busy")),
        ("focus", "What a focus session is.", one("focus")),
        ("role", "What time is for, in the order in which it is served.", list(&one("role"))),
        ("hold", "How holds look and behave.", one("hold")),
        ("limits", "How much may be written.", one("limits")),
        ("summary", "The weekly event that says how the week balanced.", one("summary")),
        ("notify", "Programs that are started when something happens.", list(&one("notify"))),
        ("account", "Where calendars are.", json!({ "type": "array", "minItems": 1, "items": one("account") })),
    ]
}

pub(super) fn hours() -> Vec<Key> {
    let work = json!({ "type": "array", "minItems": 1, "items": one("span") });
    vec![
        ("work", "When you work.", work),
        ("away", "What of it is never focus and never erosion: lunch, school runs.", list(&one("span"))),
    ]
}

pub(super) fn span() -> Vec<Key> {
    vec![
        ("days", "On which days: mon-fri or mon,wed.", days()),
        ("from", "From when, like 09:00.", time()),
        ("to", "To when, like 17:30; 24:00 is the end of the day.", time()),
    ]
}

pub(super) fn busy() -> Vec<Key> {
    let doubt = |default| choice(&["busy", "threat", "free"], Some(doubt(default)));
    vec![
        ("tentative", "Tentative by your answer, by the event or by Outlook's busy flag.", doubt(defaults::TENTATIVE)),
        ("unanswered", "Invitations you have not answered; a threat erodes nothing yet.", doubt(defaults::UNANSWERED)),
        ("all_day_unmarked", "All-day events that say neither free nor busy.", choice(&["busy", "free"], Some("free"))),
        (
            "day_off",
            "Titles of days off (regular expressions): such a day is no working time.",
            with_default(list(&text()), json!(defaults::DAY_OFF)),
        ),
    ]
}

pub(super) fn session() -> Vec<Key> {
    let rules = defaults::SESSION;
    vec![
        ("min_session", "Shorter stretches are no focus time.", duration(rules.min_session)),
        ("max_session", "The longest stretch without a break.", duration(rules.max_session)),
        ("daily_max", "The most focus on one day, all roles together.", duration(rules.daily_max)),
        ("recovery", "What a meeting costs beyond its end, before one is back in the work.", duration(rules.recovery)),
        ("break", "The least distance between two holds.", duration(rules.break_between)),
        ("notice", "No new hold starts sooner than this from now.", duration(rules.notice)),
        ("freeze", "A hold that starts within this stays where it is.", duration(rules.freeze)),
        ("grid", "Holds start and end on multiples of this: a divisor of an hour.", duration(rules.grid)),
    ]
}

pub(super) fn focus() -> Vec<Key> {
    let own = with_default(list(&one("match")), json!([{ "title": defaults::OWN_FOCUS }]));
    let horizon = number(1, defaults::HORIZON_MAX, Some(i64::from(defaults::HORIZON)));
    vec![
        ("horizon", "Weeks that are planned, this one included.", horizon),
        ("own", "Your own focus events, made by hand: they protect time already and are never touched.", own),
    ]
}

pub(super) fn role() -> Vec<Key> {
    vec![
        ("name", "What you call it.", text()),
        ("target", "Hours a week. Default: the sum of the week's blocks.", length()),
        ("hold", "false: no holds, only measured.", flag(true)),
        ("preferred", "Hours liked best for time won back elsewhere.", list(&one("span"))),
        ("allowed", "Time won back lies only here. Default: all working time.", list(&one("span"))),
        ("blocks", "Focus blocks: when you mean to do it.", list(&one("block"))),
        (
            "match",
            "Which events are of this role: one entry must fit, and of an entry everything it says.",
            list(&one("match")),
        ),
    ]
}

pub(super) fn matcher() -> Vec<Key> {
    vec![
        ("title", "A regular expression that fits the title.", text()),
        ("attendees", "How many persons attend, you included.", number(0, 100_000, None)),
    ]
}

pub(super) fn block() -> Vec<Key> {
    [vec![("name", "What you call it.", text())], span()].concat()
}

pub(super) fn hold() -> Vec<Key> {
    let style = defaults::style();
    let visibility = match style.visibility {
        Visibility::Private => "private",
        Visibility::Public => "public",
    };
    vec![
        ("title", "{block} and {role} are filled in.", with_default(text(), json!(style.title))),
        ("visibility", "Who may read the title.", choice(&["private", "public"], Some(visibility))),
        ("color", "A CSS3 colour name like teal; empty: none.", with_default(text(), json!(""))),
        (
            "defence",
            "soft: shown as free. firm: shown as busy. auto: free until at risk, then busy. strict: firm, and Google \
             Workspace declines new conflicting invitations in your name. Default: firm for blocks, auto for time won back.",
            choice(&["soft", "firm", "auto", "strict"], None),
        ),
        ("firm_within", "auto: holds that start within this are busy in any case.", duration(style.firm_within)),
        (
            "on_delete",
            "You deleted a hold. forgive: its minutes leave the week's target. replace: the time is sought elsewhere.",
            choice(&["forgive", "replace"], Some("forgive")),
        ),
    ]
}

pub(super) fn limits() -> Vec<Key> {
    let limits = defaults::LIMITS;
    let writes = |default: usize| number(1, 10_000, i64::try_from(default).ok());
    vec![
        ("writes_per_cycle", "The most writes of one cycle.", writes(limits.writes_per_cycle)),
        ("writes_per_day", "The most writes of one day.", writes(limits.writes_per_day)),
    ]
}

pub(super) fn summary() -> Vec<Key> {
    let summary = defaults::SUMMARY;
    let at = summary.at.map(value::time_text).unwrap_or_default();
    let at = format!("{} {at}", value::day_text(summary.day));
    let moment = json!({ "type": "string", "pattern": r"^\s*[A-Za-z]{3}(\s+[0-9]{1,2}:[0-9]{2})?\s*$", "default": at });
    vec![
        ("at", "A day and time, or only a day for an all-day event.", moment),
        ("refresh", "The most refreshes a day.", number(0, 1_000, Some(i64::from(summary.refresh)))),
    ]
}

pub(super) fn notify() -> Vec<Key> {
    let on = json!({ "type": "array", "minItems": 1, "items": choice(&["erosion", "loss", "login", "summary"], None) });
    vec![
        ("on", "For what it is started.", on),
        ("command", "The program and its arguments; no shell.", words()),
        ("titles", "Tell it titles of meetings and the text of the summary too.", flag(false)),
    ]
}

pub(super) fn vdir() -> Vec<Key> {
    vec![("path", "A folder with one folder of .ics files a calendar.", text())]
}

pub(super) fn caldav() -> Vec<Key> {
    vec![
        ("url", "A domain, the server, your principal or a calendar.", text()),
        ("username", "Your name on the server.", text()),
        ("password", "Where the password is, never the password itself.", one("secret")),
        ("token", "auth = \"bearer\": where the token is.", one("secret")),
        ("auth", "How the password is shown.", choice(&["basic", "digest", "bearer"], Some("basic"))),
        ("ca_file", "Who signed the server's certificate, where your system does not know it (PEM).", text()),
        ("hosts", "Other hosts that may get the password, where the server sends you on to one.", list(&text())),
    ]
}

pub(super) fn google() -> Vec<Key> {
    let address = |default: &str| with_default(text(), json!(default));
    vec![
        ("client_id", "The id of your own OAuth client, of the kind \"Desktop app\".", text()),
        ("client_secret", "Where the client's secret is.", one("secret")),
        ("endpoint", "The calendar service.", address(defaults::GOOGLE_ENDPOINT)),
        ("auth_url", "Where the user consents.", address(defaults::GOOGLE_AUTH_URL)),
        ("token_url", "Where tokens come from.", address(defaults::GOOGLE_TOKEN_URL)),
    ]
}

pub(super) fn ics() -> Vec<Key> {
    vec![("path", "The file, where it has no address.", text()), ("url", "The address of the calendar.", text())]
}

pub(super) fn secret() -> Vec<Key> {
    vec![
        ("credential", "A systemd credential: LoadCredential=work:/path in the unit.", text()),
        ("file", "A file that only you can read.", text()),
        ("command", "What a program prints; no shell.", words()),
    ]
}

pub(super) fn calendar() -> Vec<Key> {
    vec![
        ("name", "The folder, the name that calendar programs show, the address or the id.", text()),
        (
            "use",
            "What it is for; none: holds are removed.",
            choice(&["read", "hold", "read+hold", "none"], Some("read")),
        ),
        ("private", "Its events are never named elsewhere.", flag(false)),
        (
            "only",
            "invited: only what you organise or attend counts. Default: invited where the service says that the \
             calendar is not yours, else all.",
            choice(&["invited", "all"], None),
        ),
    ]
}

pub(super) fn doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Busy => "busy",
        Doubt::Threat => "threat",
        Doubt::Free => "free",
    }
}
