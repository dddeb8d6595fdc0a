//! Storages without room: a bucket's quota, and a full disk where the machine lets a test have a small one.

use super::Case;
use super::case::BUCKET;
use super::reach::sound;
use crate::bed::Bed;
use crate::minio::{Drives, Setup};
use crate::skip::skip;

pub(crate) fn a_storage_without_room_shows_it_to_who_writes(bed: &Bed) {
    let minio = sound(bed, "storage-quota", Setup::default());
    minio.mc(&["quota", "set", &format!("it/{BUCKET}"), "--size", "1"]).unwrap();
    let said = Case::new(bed, "a quota, only read", &minio.endpoint()).is("Healthy", "nothing");
    assert!(said.summary().contains("no write tried"), "{}", said.summary());
    Case::new(bed, "a bucket's quota", &minio.endpoint()).words(&["--write-probe"]).is("QuotaExceeded", "free-space");
    if !has_small_disks(bed) {
        skip(
            None,
            "a_storage_without_room_shows_it_to_who_writes",
            "a full disk: this machine mounts no filesystem for a test",
        );
        return;
    }
    let minio = sound(bed, "storage-full", Setup { drives: Drives::Small, ..Setup::default() });
    // Until nothing goes in any more: a large part first, then less.
    for size in [16 << 20, 1 << 20, 128 << 10] {
        let fill = |number: usize| minio.put(BUCKET, &format!("fill/{size}-{number}"), &vec![0; size]).is_ok();
        (0..200).find(|number| !fill(*number));
    }
    Case::new(bed, "a full disk", &minio.endpoint()).words(&["--write-probe"]).is("StorageFull", "failover");
}

/// Returns whether a server of a test can have a filesystem of its own.
fn has_small_disks(bed: &Bed) -> bool {
    let mut mount = bed.tool("unshare");
    mount.args(["-m", "sh", "-c", "mount -t tmpfs -o size=1m none \"$0\""]).arg(bed.folder("storage-mounted"));
    mount.output().is_ok_and(|output| output.status.success())
}
