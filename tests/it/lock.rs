//! Locks between processes: one at a time, a bounded wait, and an error that says who has it.

use std::os::unix::fs::{MetadataExt as _, symlink};
use std::time::Duration;

use seawall::store::lock::{LockError, acquire, acquire_saying, holder};

use crate::support::{block_on, block_on_paused};

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn a_free_lock_is_had_at_once_and_its_folder_made_for_the_user_alone() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("state/seawall/lock");
    let lock = block_on(acquire(&path, Duration::ZERO)).unwrap();
    let mode = |path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
    drop(lock);
    block_on(acquire(&path, Duration::ZERO)).unwrap();
}

#[test]
fn a_held_lock_is_waited_for_and_then_named_with_its_holder() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("lock");
    block_on_paused(async {
        let _held = acquire(&path, Duration::ZERO).await.unwrap();
        let before = tokio::time::Instant::now();
        let error = acquire(&path, MINUTE).await.unwrap_err();
        assert!(before.elapsed() >= MINUTE);
        assert!(matches!(&error, LockError::Held { holder, .. } if holder.pid == Some(std::process::id())), "{error}");
        for word in [format!("process {}", std::process::id()), "60 s".to_owned(), path.display().to_string()] {
            assert!(error.to_string().contains(&word), "{error}");
        }
    });
}

#[test]
fn a_lock_given_up_during_the_wait_is_had() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("lock");
    block_on_paused(async {
        let held = acquire(&path, Duration::ZERO).await.unwrap();
        let give_up = async {
            tokio::time::sleep(MINUTE / 2).await;
            drop(held);
        };
        let (lock, ()) = tokio::join!(acquire(&path, MINUTE), give_up);
        lock.unwrap();
    });
}

#[test]
fn who_holds_a_lock_and_what_they_said_can_be_looked_up_without_taking_it() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("lock");
    assert!(holder(&path).unwrap().is_none() && !path.exists(), "to look makes none");
    let about = b"\xff a name\nand more";
    let lock = block_on(acquire_saying(&path, Duration::ZERO, about)).unwrap();
    let found = holder(&path).unwrap().unwrap();
    assert_eq!((found.pid, found.about.as_slice()), (Some(std::process::id()), &about[..]));
    drop(lock);
    assert!(holder(&path).unwrap().is_none());
    // Who comes next says less, and nothing of the one before is left.
    let _lock = block_on(acquire(&path, Duration::ZERO)).unwrap();
    assert_eq!(holder(&path).unwrap().unwrap().about, b"");
}

#[test]
fn locks_of_different_names_do_not_meet() {
    let root = tempfile::tempdir().unwrap();
    let _state = block_on(acquire(&root.path().join("state"), Duration::ZERO)).unwrap();
    block_on(acquire(&root.path().join("calendar"), Duration::ZERO)).unwrap();
}

#[test]
fn a_link_in_the_place_of_the_lock_is_not_followed() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("precious");
    std::fs::write(&target, "mine").unwrap();
    symlink(&target, root.path().join("lock")).unwrap();
    let error = block_on(acquire(&root.path().join("lock"), Duration::ZERO)).unwrap_err();
    assert!(matches!(error, LockError::Io { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(target).unwrap(), "mine");
}
