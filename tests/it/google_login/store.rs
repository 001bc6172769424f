//! The token file: private, whole or absent, under a sound name.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use seawall::provider::google::oauth::file::{FileError, TokenFile};
use seawall::provider::google::oauth::login::{Login, LoginError};
use seawall::provider::google::oauth::scope::Scope;
use seawall::provider::transport::Client;
use secrecy::ExposeSecret as _;

use super::service::{app, grant, store, token_file};
use super::{CLIENT_ID, CLIENT_SECRET};
use crate::support::{block_on, without_privileges};

fn kept(file: &TokenFile) -> String {
    file.load().unwrap().unwrap().refresh_token.expose_secret().to_owned()
}

#[test]
fn any_account_name_makes_a_file_of_its_own_in_the_state_folder() {
    let long = "é".repeat(300);
    let names = ["work", "Work", "../../etc/passwd", "a/b", "a b", "a%20b", "..", ".hidden", "ü", &long, &long[2..]];
    let files: Vec<TokenFile> = names.iter().map(|name| TokenFile::of(Path::new("/state"), name)).collect();
    for (file, name) in files.iter().zip(names) {
        assert_eq!(file.path().parent(), Some(Path::new("/state")), "{name}");
        let shown = file.path().file_name().unwrap().to_str().unwrap();
        assert!(shown.starts_with("google-") && shown.len() < 240, "{shown}");
        let same = files.iter().filter(|other| other.path() == file.path()).count();
        assert_eq!(same, 1, "{name}");
    }
}

#[test]
fn what_is_stored_is_read_back_and_private() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let file = TokenFile::of(&folder.path().join("state"), "work");
        assert!(file.load().unwrap().is_none());
        let mut stored = grant("1//refresh");
        stored.expires = Some("2026-11-20T09:00:00Z".parse().unwrap());
        store(&file, &stored).await;
        let read = file.load().unwrap().unwrap();
        assert!(read.is(&stored.refresh_token));
        assert_eq!((read.client_id.as_str(), &read.scopes), (CLIENT_ID, &stored.scopes));
        assert_eq!((read.obtained, read.expires, read.refused), (stored.obtained, stored.expires, None));
        assert!(!format!("{read:?}").contains("1//refresh"));
        for entry in fs::read_dir(folder.path().join("state")).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", entry.path().display());
        }
    });
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let file = token_file(folder.path(), "secret-refresh-token").await;
        for mode in [0o640, 0o604, 0o660, 0o620] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            let error = file.load().unwrap_err();
            assert!(matches!(error, FileError::Open { .. }), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o400)).unwrap();
        file.load().unwrap().unwrap();
        // A login mends it.
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        store(&file, &grant("new")).await;
        assert_eq!(kept(&file), "new");
    });
}

#[test]
fn no_secret_shows_in_what_a_programmer_prints() {
    let service = super::service::Service::new("good");
    let folder = tempfile::tempdir().unwrap();
    crate::support::block_on_paused(async {
        let source = service.source(&token_file(folder.path(), "secret-refresh-token").await);
        service.knows("secret-refresh-token");
        let token = source.access_token().await.unwrap();
        assert_eq!(token.expose_secret(), "access-1");
        let shown = format!("{:?} {:?}", app(CLIENT_ID), source);
        for secret in [CLIENT_SECRET, "secret-refresh-token", "access-1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    });
}

#[test]
fn half_a_file_is_said_to_be_one_and_repeated_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let file = token_file(folder.path(), "secret-refresh-token").await;
        let whole = fs::read(file.path()).unwrap();
        // The last byte is the line's end.
        for length in 0..whole.len() - 1 {
            fs::write(file.path(), &whole[..length]).unwrap();
            let error = file.load().unwrap_err();
            assert!(matches!(error, FileError::Garbled { .. }), "{length}: {error}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        }
    });
}

#[test]
fn what_a_crash_left_behind_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let file = token_file(folder.path(), "old").await;
        let mut half = file.path().as_os_str().to_owned();
        half.push(".new");
        // Killed while it wrote: the old token stands.
        fs::write(&half, "{ \"client_id\": \"12").unwrap();
        fs::set_permissions(&half, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(kept(&file), "old");
        store(&file, &grant("new")).await;
        assert_eq!(kept(&file), "new");
        assert!(!Path::new(&half).exists());
    });
}

#[test]
fn a_write_that_fails_leaves_the_old_token() {
    without_privileges(|| {
        let folder = tempfile::tempdir().unwrap();
        block_on(async {
            let file = token_file(folder.path(), "old").await;
            let held = file.hold().await.unwrap();
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
            let error = file.save(&grant("new"), &held).unwrap_err();
            assert!(error.to_string().starts_with("can't write "), "{error}");
            assert_eq!(kept(&file), "old");
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        });
    });
}

#[test]
fn a_link_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let elsewhere = token_file(&folder.path().join("elsewhere"), "other").await;
        let file = TokenFile::of(folder.path(), "work");
        symlink(elsewhere.path(), file.path()).unwrap();
        assert!(matches!(file.load(), Err(FileError::Io { .. })));
        store(&file, &grant("new")).await;
        assert_eq!((kept(&file).as_str(), kept(&elsewhere).as_str()), ("new", "other"));
    });
}

#[test]
fn one_process_at_a_time_changes_the_file() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::block_on_paused(async {
        let file = token_file(folder.path(), "old").await;
        let held = file.hold().await.unwrap();
        assert!(matches!(file.hold().await, Err(FileError::Held { .. })));
        drop(held);
        file.hold().await.unwrap();
    });
}

#[test]
fn a_login_that_nobody_answers_ends() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let app = app(CLIENT_ID);
        let login = Login::begin(&app, Scope::wanted(false), None, 0).await.unwrap();
        let (_keyboard, lines) = tokio::sync::mpsc::unbounded_channel();
        let start = tokio::time::Instant::now();
        let error = login.finish(&Client::new(), lines, grant("").obtained, |_| {}).await.unwrap_err();
        assert!(matches!(error, LoginError::TimedOut), "{error}");
        assert_eq!(start.elapsed().as_secs(), 600);
    });
}
