//! The table of signatures: what lines of logs, events and states say, row by row, each with its source.
//! Data alone. One file a subject; the order of rows decides nothing.

mod access;
mod bucket;
mod cluster;
mod database;
mod marks;
pub(super) mod party;
mod probe;
mod reach;
mod server;
mod tls;
mod voice;

use super::signature::Signature;

/// The table of operator.md 7, with what public reports add.
const OPERATOR: &str = "operator.md 7";
/// What public reports add to it.
const REPORTS: &str = "operator.md 7, public reports";
/// The errors of the S3 servers.
const S3: &str = "conventions.md 5.2";
/// What the operator's code does.
const CODE: &str = "operator.md 12";
/// Messages of the clients' own libraries.
const CLIENT: &str = "the client's library";

/// Returns every row.
pub(super) fn signatures() -> impl Iterator<Item = &'static Signature> {
    [
        reach::ROWS,
        tls::ROWS,
        access::ROWS,
        bucket::ROWS,
        server::ROWS,
        cluster::ROWS,
        database::ROWS,
        marks::ROWS,
        probe::ROWS,
    ]
    .into_iter()
    .flatten()
}
