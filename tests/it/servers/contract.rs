//! The suite of every provider, on each server through the adapter and real HTTP.

use super::deviations::of_contract;
use super::{Wire, account, on_the_wire};
use crate::contract::holds_but_for;
use crate::support::lab::{Lab, on_each};

#[test]
fn servers_keep_the_contract() {
    on_each("contract", |lab| {
        holds_but_for(&of_contract(lab.server), |check| {
            // New people each time: Cyrus lets nobody have a UID in two calendars.
            let lab = Lab::start(lab.server);
            lab.alice.make_calendar("Work");
            let wire = Wire::to(&lab);
            on_the_wire(check.run(&account(&lab, &lab.alice, &lab.url, &wire), "Work", "missing"));
        });
    });
}
