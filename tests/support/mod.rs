//! What the tests share: wishes in few words, and a week written as text.

pub(crate) mod policy;
pub(crate) mod week;
