//! The commands: each reads its arguments, calls what decides, and prints. Decides nothing itself.

pub mod demo_shift;
