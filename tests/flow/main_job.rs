//! The main job: a failed place, a target, one command; and the same command again.

use crate::world::World;

/// What a person types first.
const FAILOVER: [&str; 7] = ["propose", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"];

#[test]
fn proposes_once_and_says_so_the_second_time() {
    let world = World::gitops();
    let first = world.leeward(&FAILOVER);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{first:?}");
    let tip = world.git(&["rev-parse", "leeward/minio-a-1122/protect"]);
    assert!(first.stdout.contains(&format!("committed {} on leeward/minio-a-1122/protect\n", &tip[..7])));
    let again = world.leeward_with(&FAILOVER, &[("LEEWARD_NOW", "2026-11-24T10:00:00Z")]);
    assert!(again.stdout.contains(&format!("already proposed: {} on leeward/minio-a-1122/protect\n", &tip[..7])));
    assert_eq!(world.git(&["rev-parse", "leeward/minio-a-1122/protect"]), tip);
}
