//! The structure of the source, held by a test.

fn helper(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_source_file_has_a_header() {
    assert!(helper("src/lib.rs").starts_with("//!"));
}
