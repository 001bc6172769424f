//! Where a server does otherwise than what the tests ask of all: which server, what, and why. A row that turns out not to
//! be so fails its test.

use crate::contract::Check;
use crate::support::lab::Server;

/// Checks of the contract that fail there.
const CONTRACT: &[(Server, Check, &str)] = &[
    (
        Server::Radicale,
        Check::BodiesSurviveByteForByte,
        "it writes what it parsed: properties in another order, folded anew",
    ),
    (
        Server::Xandikos,
        Check::BodiesSurviveByteForByte,
        "it writes what it parsed: properties in another order, folded anew",
    ),
    (Server::Cyrus, Check::BodiesSurviveByteForByte, "it writes what it parsed: lists split, escapes undone"),
    (Server::Sogo, Check::BodiesSurviveByteForByte, "it writes what it parsed, with a CLASS added"),
    (Server::Sogo, Check::NameIsTakenOnce, "it passes over If-None-Match: * and writes over what is there (204)"),
    (
        Server::Sogo,
        Check::MissingObjectIsNoneAndNotFound,
        "it passes over an If-Match on what is not there and makes it (201)",
    ),
    (
        Server::Sogo,
        Check::StaleEtagWritesNothing,
        "it passes over the If-Match of a DELETE and removes what is there (204)",
    ),
];

/// Its rows of one server.
pub(super) fn of_contract(server: Server) -> Vec<(Check, &'static str)> {
    CONTRACT.iter().filter(|row| row.0 == server).map(|row| (row.1, row.2)).collect()
}
