//! A cron that ends the operator itself, for every cluster that it looks after.

use serde_json::json;

use super::super::bench::{Bench, RUN};
use super::schedule;
use crate::bed::Bed;
use crate::fidelity::is_whole;
use crate::skip::skip;

/// Every minute, and its checksum in base 32 has four digits (operator.md 12.32).
const SHORT: &str = "*,52 *,13 * * *";

/// At the first run the operator dies; once the cron is another it goes on.
pub(crate) fn a_cron_with_a_short_checksum_ends_the_operator(bed: &Bed) {
    if !is_whole() {
        let why = "it ends the operator of the other tests: LEEWARD_FIDELITY=all";
        return skip(None, "operated::a_cron_with_a_short_checksum_ends_the_operator", why);
    }
    let bench = Bench::ready(bed, &json!({"pitr": {"enabled": false}}));
    let wrong = json!({"schedule": [schedule("short", SHORT, "minio")]});
    bench.warns(&wrong, &["--storage", "minio", "--to", "minio-b"], "cron-hazard");
    bench.patch(&wrong);
    let last = bench.percona.dies(RUN).unwrap();
    assert!(last.contains("slice bounds out of range [:5] with length 4"), "{last}");
    bench.patch(&json!({"schedule": [schedule("short", "* * * * *", "minio")]}));
    bench.percona.revive().unwrap();
    bench.scheduled("short", "minio");
}
