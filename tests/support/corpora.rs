//! Where the corpora of other projects are: those that may be copied among the fixtures, the others in a folder
//! that the environment names, so that a plain clone runs without them.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A folder of the fixtures.
pub(crate) fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder)
}

/// The cases of a file among the fixtures.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    parse(&fixtures("recurrence").join(file)).as_array().expect("a list of cases").clone()
}

/// A file of the corpora that are read in place; none, said in a line, where they are not there.
pub(crate) fn in_place(file: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("SEAWALL_CORPORA") else {
        println!("{file} was not run: SEAWALL_CORPORA names no folder of corpora");
        return None;
    };
    Some(parse(&PathBuf::from(folder).join(file)))
}

fn parse(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}
