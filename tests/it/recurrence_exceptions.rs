//! Where we differ from another implementation, and the sentence that makes our answer right.

/// Cases with one reason.
pub(crate) struct Exception {
    /// The sentence.
    pub(crate) because: &'static str,
    /// The cases' names in their corpus.
    pub(crate) cases: &'static [&'static str],
}

/// All of them; one that no longer differs fails the test.
pub(crate) const EXCEPTIONS: &[Exception] = &[];
