//! The safety rules of the design (section 5, with the churn budget and the life of the summary), each through whole
//! cycles over real folders: what a person does by hand, what fails in the middle, and what must lie there then.

mod breaker;
mod budget;
mod config;
mod deletion;
mod edits;
mod failures;
mod identity;
mod incomplete;
mod instances;
mod odd;
mod old_lists;
mod privacy;
mod put_back;
mod random;
mod services;
mod summary;
mod two_at_once;
mod undo;
mod yields;
