//! Every default value of the config, in one place. The example config shows the same values, which a test compares.

use jiff::civil::Weekday;

use crate::balance::schedule::SummarySettings;
use crate::config::settings::Limits;
use crate::focus::policy::{Doubt, HoldStyle, Minutes, OnDelete, SessionRules, Visibility};

/// How often the daemon looks.
pub(super) const POLL: Minutes = 5;

/// Weeks that are planned.
pub(super) const HORIZON: u8 = 3;

/// The most that the horizon may be: each week costs reading and planning.
pub(super) const HORIZON_MAX: i64 = 8;

/// Titles of the user's own focus events.
pub(super) const OWN_FOCUS: &str = "(?i)^focus|deep work";

/// Titles of days off.
pub(super) const DAY_OFF: [&str; 6] = [
    r"(?i)\bholiday\b",
    r"(?i)\bvacation\b",
    r"(?i)\bout of office\b",
    r"(?i)\booo\b",
    r"(?i)\bpto\b",
    r"(?i)\burlaub\b",
];

/// What tentative events count as.
pub(super) const TENTATIVE: Doubt = Doubt::Busy;

/// What unanswered invitations count as.
pub(super) const UNANSWERED: Doubt = Doubt::Threat;

/// The churn budget.
pub(super) const LIMITS: Limits = Limits { writes_per_cycle: 20, writes_per_day: 60 };

/// The weekly summary.
pub(super) const SUMMARY: SummarySettings =
    SummarySettings { day: Weekday::Friday, at: Some(16 * 60), length: 15, refresh: 2 };

/// The session values.
pub(super) const SESSION: SessionRules = SessionRules {
    min_session: 2 * 60,
    max_session: 4 * 60,
    daily_max: 5 * 60,
    recovery: 15,
    break_between: 15,
    notice: 30,
    freeze: 2 * 60,
    grid: 5,
};

/// How holds look and behave.
pub(super) fn style() -> HoldStyle {
    HoldStyle {
        title: "Focus: {block}".to_owned(),
        visibility: Visibility::Private,
        color: None,
        defence: None,
        firm_within: 24 * 60,
        on_delete: OnDelete::Forgive,
    }
}

/// Google's Calendar API v3.
pub(super) const GOOGLE_ENDPOINT: &str = "https://www.googleapis.com/calendar/v3";
/// Where Google asks the user for consent (OAuth 2.0 for desktop apps).
pub(super) const GOOGLE_AUTH_URL: &str = "https://accounts.google.com/o/oauth2/v2/auth";
/// Where Google hands out tokens.
pub(super) const GOOGLE_TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
