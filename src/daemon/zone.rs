//! Follows the system's time zone where the config names none: not at once, for a traveller may only change trains.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::wake::Wake;
use crate::cycle::clock::Clock;

/// How often the system is asked.
const PAUSE: Duration = Duration::from_mins(5);
/// A zone that is the system's for so long is the user's (design 9).
const PATIENCE: Duration = Duration::from_hours(1);

/// Wakes the loop when the system has had another zone than the one in use for an hour. Never ends.
pub async fn watch(
    in_use: &str,
    system: impl Fn() -> Option<String>,
    clock: Clock,
    wakes: &UnboundedSender<Wake>,
) -> Infallible {
    let mut other: Option<(String, Duration)> = None;
    loop {
        tokio::time::sleep(PAUSE).await;
        let now = clock.running();
        other = match (system(), other) {
            (None, _) => None,
            (Some(zone), _) if zone == in_use => None,
            (Some(zone), Some((before, since))) if zone == before => {
                if now.saturating_sub(since) >= PATIENCE {
                    // Where nobody listens the daemon ends.
                    let _ = wakes.send(Wake::ZoneChanged);
                }
                Some((before, since))
            }
            (Some(zone), _) => Some((zone, now)),
        };
    }
}
