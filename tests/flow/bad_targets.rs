//! Bad input: storages and targets, named and inline. A key in an endpoint is never printed.

use crate::world::World;

#[test]
fn refuses_storages_and_targets_that_are_not_there() {
    let world = World::gitops();
    let of = |more: &[&'static str]| [&["plan", "--cluster", "pxc-a/cluster1"], more].concat();
    world.refuses(
        &of(&["--to", "minio-b"]),
        2,
        "error: which storage failed is not said, `pxc-a/cluster1` lists `archive`, `minio-a`, \
        `minio-a-binlogs`\n\
        hint: --storage NAME\n",
    );
    world.refuses(&of(&["--storage", "minio-a"]), 2, "error: no target is named\nhint: --to TARGET\n");
    // A guard refuses with a report: what is wrong with one cluster does not hide the others.
    for (more, stderr) in [
        (
            ["--storage", "nowhere", "--to", "minio-b"],
            "error: the recovery of `pxc-a/cluster1` is refused: storage-missing: storage \
                `nowhere` is not in the cluster, it lists `archive`, `minio-a`, `minio-a-binlogs`\n\
                hint: --storage archive\n",
        ),
        (
            ["--storage", "minio-a", "--to", "nowhere"],
            "error: the recovery of `pxc-a/cluster1` is refused: target-missing: `nowhere` is \
                neither a target of leeward.yaml nor a storage of the cluster\n\
                hint: --endpoint URL --bucket NAME --credentials-secret NAME\n",
        ),
        (
            ["--storage", "minio-a", "--to", "minio-a"],
            "error: the recovery of `pxc-a/cluster1` is refused: target-is-failed-place: target \
                `minio-a` is on `minio.a.example:9000`, the endpoint that failed\n\
                hint: --to a target on another endpoint\n",
        ),
    ] {
        let run = world.leeward(&of(&more));
        assert_eq!((run.stderr.as_str(), run.code), (stderr, 3));
        assert!(run.stdout.starts_with("failover of pxc-a/cluster1 from"), "{run:?}");
    }
}

/// Inline targets as endpoint, bucket and prefix, and what is said of them.
const INLINE: [(&str, &str, &str, &str); 10] = [
    (
        "minio.c:9000",
        "dr",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: endpoint `minio.c:9000` has no scheme: the operator \
                would speak plain http\n\
                hint: --endpoint https://minio.b.example:9000\n",
    ),
    (
        "https://minio.c/dr",
        "dr",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: endpoint `https://minio.c/dr` has a path: the \
                operator would take it for the bucket\n\
                hint: --endpoint https://minio.b.example:9000\n",
    ),
    (
        "https://key:sesame@minio.c",
        "dr",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: endpoint `https://***@minio.c` has a user or \
                password in it, which would be committed\n\
                hint: --endpoint https://minio.b.example:9000\n",
    ),
    (
        "key:sesame@minio.c",
        "dr",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: endpoint `***@minio.c` has no scheme: the operator \
                would speak plain http\n\
                hint: --endpoint https://minio.b.example:9000\n",
    ),
    (
        "https://key:open/sesame@minio.c",
        "dr",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: endpoint `https://***@minio.c` has a user or \
                password in it, which would be committed\n\
                hint: --endpoint https://minio.b.example:9000\n",
    ),
    (
        "ftp://minio.c",
        "dr",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: endpoint `ftp://minio.c` has a scheme that is neither \
                https nor http\n\
                hint: --endpoint https://minio.b.example:9000\n",
    ),
    (
        "https://minio.c",
        "",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: bucket is empty: the operator would write the backup \
                into the pod and call it succeeded\n\
                hint: --bucket NAME\n",
    ),
    (
        "https://minio.c",
        "dr/c1",
        "",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: bucket `dr/c1` is not a bucket name (the prefix is a \
                field of its own)\n\
                hint: --bucket NAME\n",
    ),
    (
        "https://minio.c",
        "dr",
        "/c1",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: prefix `/c1` starts with a slash\n\
                hint: --prefix backups/pxc\n",
    ),
    (
        "https://minio.c",
        "dr",
        "c 1",
        "error: failed to plan for `pxc-a/cluster1`\n\
                caused by: target `secondary`: prefix `c 1` has characters other than letters, \
                digits and `._-/`\n\
                hint: --prefix backups/pxc\n",
    ),
];

#[test]
fn refuses_inline_targets_that_would_hurt_later() {
    let world = World::gitops();
    for (endpoint, bucket, prefix, text) in INLINE {
        let inline = ["--endpoint", endpoint, "--bucket", bucket, "--prefix", prefix, "--credentials-secret", "keys"];
        let args = [&["plan", "--cluster", "pxc-a/cluster1", "--storage", "minio-a"][..], &inline].concat();
        world.refuses(&args, 3, text);
        let run = world.leeward(&args);
        assert!(!(run.stdout + &run.stderr).contains("sesame"));
    }
}

#[test]
fn refuses_other_inline_names() {
    let world = World::gitops();
    let of = |more: &[&'static str]| [&["plan", "--cluster", "pxc-a/cluster1", "--storage", "minio-a"], more].concat();
    let s3 = |more: &[&'static str]| of(&[&["--endpoint", "https://c", "--bucket", "dr"], more].concat());
    world.refuses(
        &s3(&["--credentials-secret", "Keys!"]),
        3,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: target `secondary`: Secret `Keys!` is not a name Kubernetes accepts\n\
        hint: --credentials-secret NAME\n",
    );
    world.refuses(
        &s3(&["--credentials-secret", "keys", "--ca-secret", "ca"]),
        3,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: CA Secret `ca` is not `NAME/KEY`\n\
        hint: --ca-secret NAME/ca.crt\n",
    );
    world.refuses(
        &s3(&["--credentials-secret", "keys", "--to", "Minio_C"]),
        3,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: target `Minio_C`: name `Minio_C` is not a DNS label (lower case letters, digits, \
        inner hyphens)\n",
    );
    world.refuses(
        &s3(&["--credentials-secret", "keys", "--region", "us east"]),
        3,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: target `secondary`: region `us east` is not a region name\n\
        hint: --region us-east-1\n",
    );
    world.refuses(
        &of(&["--size", "lots"]),
        3,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: target `secondary`: size `lots` is not a quantity like `500Gi`\n\
        hint: --size 500Gi\n",
    );
}

#[test]
fn refuses_flags_that_do_not_fit_the_target() {
    let world = World::gitops();
    let of = |more: &[&'static str]| [&["plan", "--cluster", "pxc-a/cluster1", "--storage", "minio-a"], more].concat();
    world.refuses(
        &of(&["--to", "minio-b", "--credentials-secret", "keys"]),
        2,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: `--credentials-secret` is for an inline target or a rotation\n\
        hint: --action rotate\n",
    );
    world.refuses(
        &of(&["--to", "minio-b", "--action", "buffer"]),
        2,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: target `minio-b` is not one for a buffer\n\
        hint: leave out --action\n",
    );
    world.refuses(
        &of(&["--to", "minio-b", "--operator-version", "latest"]),
        3,
        "error: failed to plan for `pxc-a/cluster1`\ncaused by: operator version `latest` is not like `1.19.0`\n",
    );
    world.refuses(
        &of(&["--to", "minio-b", "--operator-version", "1.16.0"]),
        3,
        "error: failed to plan for `pxc-a/cluster1`\n\
        caused by: operator 1.16.0 is not supported, the rules of 1.17.0 to 1.20.0 are known\n\
        hint: --operator-version 1.19.0\n",
    );
}
