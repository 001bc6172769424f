//! Section 4 of the design, sentence by sentence, in the week notation of `support::week`.

mod defence;
mod fixed;
mod objective;
mod place;
mod target;
mod time;
