//! Section 4 of the design, sentence by sentence, in the week notation of `support::week`, and what holds of every plan.

mod defence;
mod fixed;
mod laws;
mod objective;
mod place;
mod target;
mod time;
