//! The processes of a program that seawall starts, as one group. Knows no secret and no notice.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// Ends all processes of a program when dropped: a shell hands its work to others, which would go on without it.
#[derive(Debug)]
pub struct Group(Option<Pid>);

impl Group {
    /// That of a program which was started as the first of a group of its own.
    pub fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(id.cast_signed())))
    }

    /// The program is done: its number may be another's from now on, and what it leaves running it wants to.
    pub fn done(&mut self) {
        self.0 = None;
    }

    /// Ends all of them now.
    pub fn kill(&self) {
        // They may have ended just now.
        let _ = self.0.map(|group| kill_process_group(group, Signal::KILL));
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
