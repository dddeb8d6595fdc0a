//! Bad input: the command line, and variables in its place.

use crate::refusal::{FAILOVER, failover};
use crate::world::World;

#[test]
fn refuses_incident_ids_that_are_none() {
    let world = World::gitops();
    for (id, text) in [
        (
            "a/b",
            "error: incident id `a/b` is not a DNS label of at most 24 characters\nhint: --incident minio-a-1122\n",
        ),
        (
            "a\u{1b}[31m",
            "error: incident id `a\\u{1b}[31m` is not a DNS label of at most 24 characters\n\
                hint: --incident minio-a-1122\n",
        ),
        (
            "a-name-that-goes-on-for-ever",
            "error: incident id `a-name-that-goes-on-for-ever` is not a DNS label of at most 24 \
                characters\n\
                hint: --incident minio-a-1122\n",
        ),
        (
            "../../etc",
            "error: incident id `../../etc` is not a DNS label of at most 24 characters\n\
                hint: --incident minio-a-1122\n",
        ),
        ("", "error: incident id `` is not a DNS label of at most 24 characters\nhint: --incident minio-a-1122\n"),
    ] {
        world.refuses(&failover(&["--incident", id]), 3, text);
    }
}

#[test]
fn refuses_clusters_that_are_none_or_several() {
    let world = World::gitops();
    let of = |cluster: &'static str| ["plan", "--cluster", cluster, "--storage", "minio-a", "--to", "minio-b"];
    world.refuses(
        &of("pxc-c/cluster1"),
        3,
        "error: no cluster `pxc-c/cluster1`: there are `clusters/prod-a/pxc:pxc-a/cluster1`, \
        `clusters/prod-b/pxc:pxc-b/cluster1`\n\
        hint: --cluster clusters/prod-a/pxc:pxc-a/cluster1\n",
    );
    world.refuses(
        &of("cluster1"),
        3,
        "error: `cluster1` is several clusters: there are `clusters/prod-a/pxc:pxc-a/cluster1`, \
        `clusters/prod-b/pxc:pxc-b/cluster1`\n\
        hint: --cluster clusters/prod-a/pxc:pxc-a/cluster1\n",
    );
    world.refuses(
        &of("clusters/nowhere:cluster1"),
        3,
        "error: no folder `clusters/nowhere` in the tree\nhint: --cluster ROOT:NAMESPACE/NAME\n",
    );
    world.refuses(&of("../..:cluster1"), 3, "error: path `../..` leaves the repository\n");
    world.refuses(
        &["plan", "--storage", "minio-a", "--to", "minio-b"],
        3,
        "error: which cluster is not said: there are `clusters/prod-a/pxc:pxc-a/cluster1`, \
        `clusters/prod-b/pxc:pxc-b/cluster1`\n\
        hint: --cluster clusters/prod-a/pxc:pxc-a/cluster1\n",
    );
    world.refuses(
        &["plan", "--all", "--storage", "nowhere", "--to", "minio-b"],
        3,
        "error: no cluster lists storage `nowhere`\nhint: --storage NAME\n",
    );
    world.refuses(
        &["plan", "--all", "--to", "minio-b"],
        2,
        "error: which storage failed is not said\nhint: --storage NAME\n",
    );
    let none =
        ["plan", "--all", "--storage", "minio-a", "--to", "minio-b", "--exclude", "pxc-a/cluster1,pxc-b/cluster1"];
    world.refuses(&none, 3, "error: no cluster is left\nhint: --cluster [ROOT:][NAMESPACE/]NAME\n");
}

#[test]
fn refuses_flags_that_contradict_each_other() {
    let world = World::gitops();
    let before = world.snapshot();
    for args in [
        &["plan", "--all", "--cluster", "cluster1"][..],
        &["plan", "--endpoint", "https://c"],
        &["plan", "--bucket", "dr"],
        &["plan", "--size", "1Gi", "--endpoint", "https://c", "--bucket", "b", "--credentials-secret", "k"],
        &["plan", "--storage-class", "fast"],
        &["plan", "--retention", "0"],
        &["plan", "--timeout", "soon"],
        &["plan", "--stage", "failback"],
        &["plan", "--format", "xml"],
        &["plan", "--colour", "always"],
        &["propose", "--sign", "--no-sign"],
        &["repair"],
        &[],
    ] {
        let run = world.leeward(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}: {run:?}");
        assert!(run.stderr.contains("error: ") || args.is_empty(), "{args:?}: {run:?}");
    }
    assert_eq!(world.snapshot(), before);
}

#[test]
fn a_variable_stands_for_a_flag_and_a_flag_wins() {
    let world = World::gitops();
    let set = [
        ("LEEWARD_CLUSTER", "pxc-a/cluster1"),
        ("LEEWARD_STORAGE", "minio-a"),
        ("LEEWARD_TO", "minio-b"),
        ("LEEWARD_INCIDENT", "by-variable"),
        ("LEEWARD_FORMAT", "json"),
    ];
    let run = world.leeward_with(&["plan"], &set);
    let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&plan["incident"], &plan["clusters"][0]["cluster"]), (&"by-variable".into(), &"pxc-a/cluster1".into()));
    let run = world.leeward_with(&["plan", "--incident", "by-flag", "--format", "text"], &set);
    assert!(run.stdout.contains("by-flag, base main"), "{run:?}");
    let run = world.leeward_with(&["plan"], &[("LEEWARD_FORMAT", "xml")]);
    assert_eq!(run.code, 2, "{run:?}");
    let run = world.leeward_with(&FAILOVER, &[("LEEWARD_NOW", "yesterday")]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn refuses_to_write_into_a_folder_that_holds_something() {
    let world = World::gitops();
    let args = |out: &'static str| {
        ["plan", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b", "--out", out]
    };
    world.refuses(
        &args("flux"),
        3,
        "error: failed to write to `flux`\ncaused by: the folder is not empty\nhint: --out DIR\n",
    );
    world.refuses(
        &args("leeward.yaml"),
        3,
        "error: failed to write to `leeward.yaml`\ncaused by: it is no folder\nhint: --out DIR\n",
    );
}
