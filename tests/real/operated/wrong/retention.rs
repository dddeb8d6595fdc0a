//! The retention trap: backups are counted by the schedule's name, wherever they are.

use serde_json::{Value, json};

use super::super::bench::{Bench, RUN, is_of, name};
use super::{beside_minio, elsewhere, schedule};
use crate::bed::Bed;

/// Two schedules move, one keeps its name: the first new backup under the old name takes the last good old one.
pub(super) fn same_name(bed: &Bed) {
    let often = "* * * * *";
    // No collector, so that what is seen is retention alone.
    let block = json!({
        "pitr": {"enabled": false},
        "schedule": [schedule("kept", often, "minio"), schedule("moved", often, "third")],
        "storages": {
            "third": beside_minio("third"), "one": elsewhere("elsewhere/kept"), "other": elsewhere("elsewhere/moved"),
        },
    });
    let bench = Bench::ready(bed, &block);
    let plan = bench.warns(&json!({}), &["--storage", "minio", "--to", "minio-b"], "retention-frozen");
    let changes = plan.answer["clusters"][0]["changes"].as_array().unwrap();
    let moves: Vec<&Value> = changes.iter().filter(|change| change["kind"] == "move-schedule").collect();
    assert!(moves.len() == 2 && moves.iter().all(|one| one["now"] != one["was"]), "{moves:?}");
    let old = ["kept", "moved"].map(|schedule| {
        let backup = bench.scheduled(schedule, if schedule == "kept" { "minio" } else { "third" });
        name(&bench.succeed(name(&backup))).to_owned()
    });
    bench.patch(&json!({"schedule": [schedule("kept", often, "one"), schedule("moved-inc", often, "other")]}));
    bench.taken();
    for (schedule, storage) in [("kept", "one"), ("moved-inc", "other")] {
        bench.succeed(name(&bench.scheduled(schedule, storage)));
    }
    let trapped = |all: &[Value]| all.iter().any(|one| name(one) == old[0] && is_going(one)).then_some(());
    bench.some_backup(RUN, trapped);
    // The place is dead, so that it stays until the place is back, and then goes for real; its sister is not touched.
    let all = bench.backups();
    let kept = all.iter().find(|one| name(one) == old[1]).unwrap();
    assert!(is_of(kept, "moved") && !is_going(kept), "{kept}");
}

/// Says whether an object is being deleted.
fn is_going(object: &Value) -> bool {
    object["metadata"].get("deletionTimestamp").is_some()
}
