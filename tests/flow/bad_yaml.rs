//! Bad input: YAML that is broken, says something twice, or grows without bound.

use crate::refusal::{FAILOVER, failover};
use crate::world::World;

/// A kustomization of the cluster that the tests recover.
const KUSTOMIZATION: &str = "clusters/prod-a/pxc/kustomization.yaml";
/// The CR.
const CR: &str = "base/pxc/cluster.yaml";

/// The example repository with one file written anew.
fn with(path: &str, text: &str) -> World {
    let world = World::gitops();
    world.write(path, text);
    world.commit("bad");
    world
}

/// The example repository with one file longer.
fn longer(path: &str, more: &str) -> World {
    let world = World::gitops();
    world.write(path, &(world.read(path) + more));
    world.commit("bad");
    world
}

#[test]
fn refuses_a_broken_kustomization() {
    with(KUSTOMIZATION, "resources: [../../../base/pxc\n").refuses(
        &FAILOVER,
        3,
        "error: failed to find the roots\n\
        caused by: failed to read kustomization `clusters/prod-a/pxc/kustomization.yaml`\n\
        caused by: did not find expected ',' or ']' at line 2 column 1, while parsing a flow \
        sequence at line 1 column 12\n",
    );
    with(KUSTOMIZATION, "- a list\n").refuses(
        &FAILOVER,
        3,
        "error: no cluster `pxc-a/cluster1`: there are `clusters/prod-b/pxc:pxc-b/cluster1`; \
        `clusters/prod-a/pxc/kustomization.yaml` is deployed and could not be read, clusters behind \
        it are not seen: line 1: not a mapping of fields\n\
        hint: --cluster clusters/prod-b/pxc:pxc-b/cluster1\n",
    );
    longer(KUSTOMIZATION, "namespace: twice\n").refuses(
        &FAILOVER,
        3,
        "error: failed to find the roots\n\
        caused by: failed to read kustomization `clusters/prod-a/pxc/kustomization.yaml`\n\
        caused by: duplicate entry with key \"namespace\"\n",
    );
}

#[test]
fn refuses_a_broken_cluster() {
    longer(CR, "  more: {\n").refuses(
        &FAILOVER,
        3,
        "error: failed to find the roots\n\
        caused by: failed to read manifest `base/pxc/cluster.yaml`\n\
        caused by: did not find expected node content at line 76 column 1, while parsing a flow node\n",
    );
    longer(CR, "  pxc: {}\n").refuses(
        &FAILOVER,
        3,
        "error: failed to find the roots\n\
        caused by: failed to read manifest `base/pxc/cluster.yaml`\n\
        caused by: spec: duplicate entry with key \"pxc\" at line 7 column 3\n",
    );
    longer(CR, "      storageName: again\n").refuses(
        &FAILOVER,
        3,
        "error: failed to find the roots\n\
        caused by: failed to read manifest `base/pxc/cluster.yaml`\n\
        caused by: spec.backup.pitr: duplicate entry with key \"storageName\" at line 71 column \
        7\n",
    );
}

#[test]
fn refuses_a_backup_block_of_another_shape() {
    let world = World::gitops();
    world.replace(CR, "      enabled: true", "      enabled: sometimes");
    world.commit("bad");
    world.refuses(
        &FAILOVER,
        3,
        "error: failed to read the clusters of main\n\
        caused by: failed to read the objects of `clusters/prod-a/pxc`\n\
        caused by: `pitr/enabled` of the backup block is not true or false\n",
    );
}

#[test]
fn refuses_a_broken_config() {
    with("leeward.yaml", "version: 1\ntargets: [\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: did not find expected node content at line 3 column 1, while parsing a flow \
        node\n",
    );
    longer("leeward.yaml", "    endpont: https://c\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: targets.nas: unknown field `endpont`, expected one of `type`, `endpoint`, \
        `bucket`, `prefix`, `region`, `credentialsSecret`, `ca`, `verifyTLS`, `storageClass`, \
        `size`, `accessModes`, `quota` at line 15 column 5\n\
        hint: endpoint: …\n",
    );
    longer("leeward.yaml", "    quota: 4Ti\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: targets.nas: duplicate entry with key \"quota\" at line 10 column 5\n",
    );
    longer("leeward.yaml", "cluster: {}\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: unknown field `cluster`, expected one of `version`, `targets`, `clusters` at \
        line 15 column 1\n\
        hint: clusters: …\n",
    );
}

#[test]
fn refuses_a_config_that_says_too_little_or_what_it_may_not() {
    with("leeward.yaml", "version: 2\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: version `2` of leeward.yaml is not known\n\
        hint: version: 1\n",
    );
    with("leeward.yaml", "").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\ncaused by: missing field `version`\nhint: version: 1\n",
    );
    with("leeward.yaml", "version: 1\ntargets: {minio-b: {type: ftp}}\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: targets.minio-b.type: unknown variant `ftp`, expected `s3` or `filesystem` at \
        line 2 column 27\n",
    );
    with("leeward.yaml", "version: 1\ntargets: {minio-b: {type: s3, bucket: dr}}\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: target `minio-b`: field `endpoint` is missing\n\
        hint: endpoint: …\n",
    );
    let key = "version: 1\n\
        targets: {minio-b: {type: s3, endpoint: 'https://key:sesame@b', bucket: dr, \
        credentialsSecret: k}}\n";
    with("leeward.yaml", key).refuses(
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\n\
        caused by: target `minio-b`: endpoint `https://***@b` has a user or password in it, which \
        would be committed\n\
        hint: endpoint: https://minio.b.example:9000\n",
    );
}

#[test]
fn refuses_a_config_file_that_cannot_be_read() {
    let world = World::gitops();
    world.refuses(
        &failover(&["--config", "/nonexistent.yaml"]),
        3,
        "error: failed to read config `/nonexistent.yaml`\ncaused by: no such file\nhint: --config FILE\n",
    );
    world.refuses(
        &failover(&["--config", "clusters"]),
        3,
        "error: failed to read config `clusters`\ncaused by: it is a folder\nhint: --config FILE\n",
    );
    std::fs::write(world.repo().join("latin.yaml"), b"version: 1 # \xe9\n").unwrap();
    world.refuses(
        &failover(&["--config", "latin.yaml"]),
        3,
        "error: failed to read config `latin.yaml`\ncaused by: it is not UTF-8 text\nhint: --config FILE\n",
    );
}

#[test]
fn refuses_a_broken_incident() {
    let path = "clusters/prod-a/pxc/recovery/old/incident.yaml";
    with(path, "apiVersion: leeward/v1\nkind: [\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read `clusters/prod-a/pxc/recovery/old/incident.yaml`\n\
        caused by: did not find expected node content at line 3 column 1, while parsing a flow \
        node\n",
    );
    with(path, "apiVersion: leeward/v1\nkind: Incident\nid: old\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read `clusters/prod-a/pxc/recovery/old/incident.yaml`\ncaused by: missing field `stage`\n",
    );
    with(path, "apiVersion: leeward/v1\nkind: Incident\nid: old\ncolour: red\n").refuses(
        &FAILOVER,
        3,
        "error: failed to read `clusters/prod-a/pxc/recovery/old/incident.yaml`\n\
        caused by: unknown field `colour`, expected one of `apiVersion`, `kind`, `id`, `stage`, \
        `action`, `cause`, `opened_at`, `cluster`, `from`, `to`, `schedules`, `pitr`, \
        `confirmed_backup` at line 4 column 1\n",
    );
}

/// Aliases of a wide list: small to write, four million nodes to read.
fn wide() -> String {
    let (list, uses) = (vec!["x"; 2_000].join(", "), vec!["*a"; 2_000].join(", "));
    format!("a: &a [{list}]\nb: [{uses}]\n")
}

/// Aliases of aliases: nine to the power of twelve nodes.
fn deep() -> String {
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned()).chain((1..12).map(level)).collect()
}

/// Files as path, first lines, and what is said when a wide or a deep bomb follows.
const BOMBED: [(&str, &str, [&str; 2]); 4] = [
    (
        "leeward.yaml",
        "version: 1\n",
        [
            "error: failed to read config `leeward.yaml`\n\
                    caused by: line 3: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 3\n",
            "error: failed to read config `leeward.yaml`\n\
                    caused by: line 7: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 7\n",
        ],
    ),
    (
        KUSTOMIZATION,
        "resources: [../../../base/pxc]\n",
        [
            "error: failed to find the roots\n\
                    caused by: failed to read kustomization \
                    `clusters/prod-a/pxc/kustomization.yaml`\n\
                    caused by: line 3: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 3\n",
            "error: failed to find the roots\n\
                    caused by: failed to read kustomization \
                    `clusters/prod-a/pxc/kustomization.yaml`\n\
                    caused by: line 7: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 7\n",
        ],
    ),
    (
        CR,
        "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\n",
        [
            "error: failed to find the roots\n\
                    caused by: failed to read manifest `base/pxc/cluster.yaml`\n\
                    caused by: line 4: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 4\n",
            "error: failed to find the roots\n\
                    caused by: failed to read manifest `base/pxc/cluster.yaml`\n\
                    caused by: line 8: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 8\n",
        ],
    ),
    (
        "clusters/prod-a/pxc/recovery/old/incident.yaml",
        "apiVersion: leeward/v1\n",
        [
            "error: failed to read `clusters/prod-a/pxc/recovery/old/incident.yaml`\n\
                    caused by: line 3: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 3\n",
            "error: failed to read `clusters/prod-a/pxc/recovery/old/incident.yaml`\n\
                    caused by: line 7: aliases make it grow by more than 1 MiB\n\
                    hint: write out the alias in line 7\n",
        ],
    ),
];

#[test]
fn refuses_bombs_in_little_memory_and_time() {
    let limits = ["sh", "-c", "ulimit -v 1048576; ulimit -t 20; exec \"$@\"", "sh"];
    for (path, start, text) in BOMBED {
        for (bomb, text) in [wide(), deep()].into_iter().zip(text) {
            with(path, &(start.to_owned() + &bomb)).refuses_through(&limits, &FAILOVER, 3, text);
        }
    }
}

#[test]
fn refuses_files_that_are_too_large_or_too_deep() {
    let limits = ["sh", "-c", "ulimit -v 1048576; ulimit -t 20; exec \"$@\"", "sh"];
    let large = format!("version: 1\n# {}\n", "x".repeat(1 << 20));
    with("leeward.yaml", &large).refuses_through(
        &limits,
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\ncaused by: 1025 KiB are more than the 1024 KiB read\n",
    );
    let deep = format!("version: 1\ntargets: {}\n", "[".repeat(100_000));
    with("leeward.yaml", &deep).refuses_through(
        &limits,
        &FAILOVER,
        3,
        "error: failed to read config `leeward.yaml`\ncaused by: line 2: recursion limit exceeded\n",
    );
    World::gitops().refuses_through(
        &limits,
        &failover(&["--config", "/dev/zero"]),
        3,
        "error: failed to read config `/dev/zero`\ncaused by: 1025 KiB are more than the 1024 KiB read\n",
    );
}

#[test]
fn refuses_to_edit_lists_that_are_not_one_item_a_line() {
    let component = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncommonAnnotations: {team: dba}\n";
    let world = longer(KUSTOMIZATION, "components: [../../../extra]\n");
    world.write("extra/kustomization.yaml", component);
    world.commit("extra");
    world.refuses(
        &failover(&["--activation", "component"]),
        3,
        "error: line 6: `components` is written in flow style\nhint: --activation auto\n",
    );
    let run = world.leeward(&FAILOVER);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("active by the patch at the end of the root's `patches`"), "{run:?}");
}
