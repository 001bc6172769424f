//! The one integration test binary: each file a subject.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that meets the unexpected shall stop there"
)]

#[cfg(test)]
mod placeholder {
    #[test]
    fn placeholder() {
        Some(1).unwrap();
        Some(1).expect("1");
        assert!(std::hint::black_box(true), "no");
        if !std::hint::black_box(true) {
            panic!("no");
        }
    }
}
