//! Which keys exist, and where. The readers ask for these; any other key in a config is a fault.

/// At the top of the file.
pub(super) const TOP: &[&str] = &[
    "timezone",
    "state_dir",
    "instance",
    "poll",
    "write",
    "now",
    "hours",
    "busy",
    "focus",
    "role",
    "hold",
    "limits",
    "summary",
    "notify",
    "account",
];
/// In `[hours]`.
pub(super) const HOURS: &[&str] = &["work", "away"];
/// In each entry of `work`, `away`, `preferred`, `allowed`.
pub(super) const SPAN: &[&str] = &["days", "from", "to"];
/// In `[busy]`.
pub(super) const BUSY: &[&str] = &["tentative", "unanswered", "all_day_unmarked", "day_off"];
/// Session values: in `[focus]` and in each role.
pub(super) const SESSION: &[&str] =
    &["min_session", "max_session", "daily_max", "recovery", "break", "notice", "freeze", "grid"];
/// In `[focus]` beside the session values.
pub(super) const FOCUS: &[&str] = &["horizon", "own"];
/// In `[[role]]` beside the session values and those of `[hold]`.
pub(super) const ROLE: &[&str] = &["name", "target", "hold", "preferred", "allowed", "blocks", "match"];
/// In each entry of `match` and `own`.
pub(super) const MATCH: &[&str] = &["title", "attendees"];
/// In each entry of `blocks` beside those of `[hold]`.
pub(super) const BLOCK: &[&str] = &["name", "days", "from", "to"];
/// In `[hold]`, in each role and in each block.
pub(super) const HOLD: &[&str] = &["title", "visibility", "color", "defence", "firm_within", "on_delete"];
/// In `[limits]`.
pub(super) const LIMITS: &[&str] = &["writes_per_cycle", "writes_per_day"];
/// In `[summary]`.
pub(super) const SUMMARY: &[&str] = &["at", "refresh"];
/// In every `[[notify]]`.
pub(super) const NOTIFY: &[&str] = &["on", "command", "titles"];
/// In every `[[account]]`.
pub(super) const ACCOUNT: &[&str] = &["name", "provider", "emails", "calendars"];
/// Beside those with `provider = "vdir"`.
pub(super) const VDIR: &[&str] = &["path"];
/// Beside those with `provider = "caldav"`.
pub(super) const CALDAV: &[&str] = &["url", "username", "password", "token", "auth", "ca_file", "hosts"];
/// Beside those with `provider = "google"`.
pub(super) const GOOGLE: &[&str] = &["client_id", "client_secret", "endpoint", "auth_url", "token_url"];
/// Beside those with `provider = "ics"`.
pub(super) const ICS: &[&str] = &["path", "url"];
/// In each secret: where it comes from.
pub(super) const SECRET: &[&str] = &["credential", "file", "command"];
/// In each entry of `calendars`.
pub(super) const CALENDAR: &[&str] = &["name", "use", "private", "only"];

/// Sections with their keys, for a key that was written into the wrong one.
pub(super) const SECTIONS: &[(&str, &[&str])] = &[
    ("at the top, before the first [section]", TOP),
    ("in [hours]", HOURS),
    ("in [busy]", BUSY),
    ("in [focus] or [[role]]", SESSION),
    ("in [focus]", FOCUS),
    ("in [hold], a [[role]] or a block", HOLD),
    ("in [limits]", LIMITS),
    ("in [summary]", SUMMARY),
    ("in [[notify]]", NOTIFY),
    ("in [[role]]", ROLE),
    ("in [[account]]", ACCOUNT),
    ("in an [[account]] with provider = \"vdir\"", VDIR),
    ("in an [[account]] with provider = \"caldav\"", CALDAV),
    ("in an [[account]] with provider = \"google\"", GOOGLE),
    ("in an [[account]] with provider = \"ics\"", ICS),
];

/// Keys under which programs keep secrets: a literal value there is refused and never repeated.
pub(super) const SECRETS: &[&str] = &["password", "client_secret", "secret", "token", "access_token", "refresh_token"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_shows_every_key() {
        let example = crate::config::commented_example();
        let lists = SECTIONS.iter().map(|(_, keys)| *keys).chain([SPAN, MATCH, BLOCK, CALENDAR, SECRET]);
        for key in lists.flatten() {
            let shown = [format!("{key} = "), format!("[{key}]")].iter().any(|text| example.contains(text));
            assert!(shown, "{key} is not in config/seawall.example.toml");
        }
    }
}
