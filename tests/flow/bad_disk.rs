//! Bad input: a repository that cannot be written.

use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use crate::refusal::FAILOVER;
use crate::skip::skip;
use crate::world::{Run, World};

/// Runs a shell line; it must succeed.
fn sh(world: &World, line: &str) {
    let run = Run::of(Command::new("sh").current_dir(world.repo()).args(["-ec", line]));
    assert_eq!(run.code, 0, "{line}: {run:?}");
}

#[test]
fn says_so_when_the_branch_is_locked() {
    let world = World::gitops();
    world.write(".git/refs/heads/leeward/minio-a-1122/protect.lock", "");
    world.refuses(
        &FAILOVER,
        4,
        "error: branch `leeward/minio-a-1122/protect` is locked by \
        `@/repo/.git/refs/heads/leeward/minio-a-1122/protect.lock`\n\
        hint: rm @/repo/.git/refs/heads/leeward/minio-a-1122/protect.lock\n",
    );
}

#[test]
fn says_so_when_a_branch_is_in_the_way() {
    let world = World::gitops();
    world.git(&["branch", "leeward"]);
    world.refuses(
        &FAILOVER,
        3,
        "error: failed to prepare `leeward/minio-a-1122/protect`\n\
        caused by: branch `leeward` is in the way of branch `leeward/minio-a-1122/protect`\n\
        hint: git branch -m leeward kept-leeward\n",
    );
}

#[test]
fn says_so_when_nothing_can_be_written() {
    let world = World::gitops();
    let mut through: Vec<&str> = Vec::new();
    if std::fs::metadata(world.top()).unwrap().uid() == 0 {
        // Permission bits do not bind root.
        sh(&world, "chmod 755 .. && chown -R 65534:65534 .");
        through = vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    }
    sh(&world, "find .git -type d -exec chmod a-w {} +");
    world.refuses_through(
        &through,
        &FAILOVER,
        4,
        "error: failed to prepare `leeward/minio-a-1122/protect`\n\
        caused by: failed to write the object of `clusters/prod-a/pxc/kustomization.yaml`\n\
        caused by: permission denied: nothing can be written to `@/repo/.git/objects`\n\
        hint: chmod -R u+w @/repo/.git/objects\n",
    );
    sh(&world, "find .git -type d -exec chmod u+w {} +");
    let run = world.run(&through, &FAILOVER, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
}

#[test]
fn says_so_when_a_file_cannot_grow() {
    let world = World::gitops();
    let limits = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"];
    world.refuses_through(
        &limits,
        &FAILOVER,
        4,
        "error: failed to prepare `leeward/minio-a-1122/protect`\n\
            caused by: failed to write the object of `clusters/prod-a/pxc/kustomization.yaml`\n\
            caused by: failed to write out file: File too large\n",
    );
}

#[test]
fn says_so_when_the_disk_is_full() {
    let world = World::gitops();
    let before = world.git(&["for-each-ref"]);
    let small = world.top().join("small");
    std::fs::create_dir(&small).unwrap();
    let can = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "tmpfs"]).arg(&small).output();
    if !can.is_ok_and(|output| output.status.success()) {
        skip(None, "says_so_when_the_disk_is_full", "mounting a small tmpfs is not allowed here");
        return;
    }
    // The repository is copied to the small disk, which is then filled, and copied out again to be looked at.
    let line = "mount -t tmpfs -o size=2m tmpfs ../small && cp -a . ../small/repo && cd ../small/repo \
        && (cat /dev/zero > ../fill || true) 2>&- ; \"$@\"; code=$?; rm ../fill; cp -a . ../../after; exit $code";
    let run = world.run(&["unshare", "-m", "sh", "-c", line, "sh"], &FAILOVER, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{run:?}");
    assert_eq!(
        run.stderr,
        "error: failed to prepare `leeward/minio-a-1122/protect`\n\
         caused by: failed to write the object of `clusters/prod-a/pxc/kustomization.yaml`\n\
         caused by: failed to write out file: No space left on device\n"
    );
    let after = world.top().join("after");
    let refs = world.git(&["-C", after.to_str().unwrap(), "for-each-ref"]);
    assert_eq!(refs, before);
    world.git(&["-C", after.to_str().unwrap(), "fsck", "--strict"]);
}
