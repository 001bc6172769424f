//! How the loop goes, in a line and as a document. Only looks.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::account::Watched;
use super::digest::{AccountStatus, Status, instant};
use super::moment::Moment;
use super::run::Loop;
use super::turn::Pause;
use super::wake::STATE_UNUSABLE;
use crate::config::settings::Account;
use crate::store::lock::LockError;

impl<P> Loop<'_, P> {
    /// One line for the service manager.
    pub(super) fn line(&self) -> String {
        let accounts = match self.accounts.len() {
            1 => "1 account".to_owned(),
            many => format!("{many} accounts"),
        };
        let mut parts = vec![accounts];
        let tz = &self.ground.settings.policy.tz;
        parts.push(match self.digest.at {
            Some(at) => format!("last cycle {}", at.to_zoned(tz.clone()).strftime("%H:%M")),
            None => "reading for the first time".to_owned(),
        });
        let count = |such: &dyn Fn(&Watched) -> bool| self.accounts.iter().filter(|one| such(one)).count();
        let logins = count(&|one| one.needs_login);
        let failing = count(&|one| one.trouble.is_some() && !one.needs_login);
        parts.extend((logins > 0).then(|| format!("{logins} needs login")));
        parts.extend((failing > 0).then(|| format!("{failing} can't be read")));
        parts.extend(self.locked.as_ref().map(|error| match error {
            LockError::Held { .. } => "waits for another seawall".to_owned(),
            LockError::Io { .. } | LockError::NoFolder { .. } => STATE_UNUSABLE.to_owned(),
        }));
        parts.extend((self.pause != Pause::No).then(|| "paused".to_owned()));
        parts.extend((self.pause == Pause::No && self.digest.halted.is_some()).then(|| "writes nothing".to_owned()));
        parts.extend(self.config_fault.is_some().then(|| "the new config is wrong, the old one stays".to_owned()));
        parts.join(", ")
    }

    /// The document for whoever asks.
    pub(super) fn status(&self, now: Moment) -> Status {
        let tz = &self.ground.settings.policy.tz;
        let stamp = |at: Timestamp| instant(at, tz);
        let after = |at: Duration| {
            let wait = SignedDuration::try_from(at.saturating_sub(now.running)).unwrap_or_default();
            now.wall.checked_add(wait).ok().map(&stamp)
        };
        let account = |(settings, one): (&Account, &Watched)| AccountStatus {
            name: settings.name.clone(),
            state: one.state().to_owned(),
            last_poll: one.asked_at.map(&stamp),
            next_poll: if one.polling.is_some() { None } else { after(one.next) },
            failures: one.failures,
            trouble: one.trouble.clone(),
        };
        let digest = &self.digest;
        let is_held = |error: &&LockError| matches!(error, LockError::Held { .. });
        let (held, unusable) = (self.locked.as_ref().filter(is_held), self.locked.as_ref().filter(|one| !is_held(one)));
        let logins = self.ground.settings.accounts.iter().zip(&self.accounts).filter(|(_, one)| one.needs_login);
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            now: stamp(now.wall),
            since: stamp(self.ground.since),
            config: self.ground.settings.file.display().to_string(),
            config_fault: self.config_fault.clone(),
            state_fault: unusable.map(ToString::to_string),
            paused: match self.pause {
                Pause::No => None,
                Pause::Until(at) => Some(stamp(at)),
                Pause::ForEver => Some("resume".to_owned()),
            },
            accounts: self.ground.settings.accounts.iter().zip(&self.accounts).map(account).collect(),
            last_cycle: digest.at.map(stamp),
            written: digest.written,
            left_undone: digest.left_undone,
            halted: held.map(ToString::to_string).or_else(|| digest.halted.clone()),
            next_cycle: self.due.map(|due| stamp(due.at)),
            holds: digest.holds.clone(),
            at_risk: digest.at_risk.clone(),
            logins: logins.map(|(settings, _)| settings.name.clone()).collect(),
            warnings: digest.warnings.clone(),
        }
    }
}
