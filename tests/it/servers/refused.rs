//! A server that lets nobody in, or that nobody should trust: what the program says, how it ends, and how little it asks.

use std::fs;

use super::{Remote, requests};
use crate::support::lab::{Auth, on_each};

#[test]
fn a_wrong_password_is_said_once_and_asks_no_more() {
    on_each("password", |lab| {
        let remote = Remote::with_demo(lab);
        // Digest is refused only after its challenge.
        let asked = if lab.auth == Auth::Digest { 2 } else { 1 };
        let right = fs::read_to_string(remote.sandbox.path("demo/password")).unwrap();
        let try_all = |when: &str| {
            fs::write(remote.sandbox.path("demo/password"), "guessed-Breakwater").unwrap();
            for command in ["plan", "sync", "check", "events"] {
                let (ran, requests) = remote.traced(&[command]);
                ran.expect(77).says(&["the login was refused (401)"]);
                assert_eq!(requests.len(), asked, "{command} {when}: {requests:?}");
            }
            fs::write(remote.sandbox.path("demo/password"), &right).unwrap();
        };
        try_all("before the first cycle");
        remote.sandbox.run(["sync"]).expect(0);
        let (own, foreign) = (remote.own(), remote.foreign());
        try_all("after a cycle");
        remote.sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
        assert_eq!((remote.own(), remote.foreign()), (own, foreign));
    });
}

#[test]
fn a_certificate_that_nobody_vouches_for_ends_it_before_a_password_is_sent() {
    on_each("trust", |lab| {
        let Some(file) = &lab.ca_file else { return };
        let remote = Remote::with_demo(lab);
        let line = format!("ca_file = \"{}\"", file.display());
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(remote.sandbox.path("demo/other.pem"), other.cert.pem()).unwrap();
        let mut before = line;
        for (after, words) in [("ca_file = \"other.pem\"", "certificate"), ("", "certificate")] {
            remote.sandbox.edit_config(&before, after);
            for (command, code) in [("sync", 2), ("check", 1)] {
                let ran = remote.sandbox.run([command, "-vv"]);
                ran.expect(code).says(&[words]);
                assert!(!requests(&ran.err).is_empty(), "{ran}");
                assert!(!ran.err.contains("status="), "{ran}");
            }
            before = after.to_owned();
        }
        assert_eq!(remote.own().len(), 0);
    });
}
