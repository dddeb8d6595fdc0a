//! Bad input: repositories, revisions, and trees that cannot be read.

use crate::refusal::{FAILOVER, failover};
use crate::world::{World, has_program};

#[test]
fn refuses_a_folder_outside_any_repository() {
    let world = World::empty();
    std::fs::create_dir(world.top().join("elsewhere")).unwrap();
    let path = world.top().join("elsewhere");
    world.refuses(
        &failover(&["--repo", path.to_str().unwrap()]),
        3,
        "error: failed to open repository `@/elsewhere`\ncaused by: not inside a git repository\nhint: --repo DIR\n",
    );
    let path = world.top().join("nowhere");
    world.refuses(
        &failover(&["--repo", path.to_str().unwrap()]),
        3,
        "error: failed to open repository `@/nowhere`\ncaused by: no such folder\nhint: --repo DIR\n",
    );
}

#[test]
fn refuses_a_revision_that_is_not_there() {
    let world = World::gitops();
    world.refuses(
        &failover(&["--base", "nope"]),
        3,
        "error: failed to resolve revision `nope`\ncaused by: no such revision\nhint: --base main\n",
    );
    world.refuses(
        &failover(&["--base", "HEAD:leeward.yaml"]),
        3,
        "error: failed to resolve revision `HEAD:leeward.yaml`\ncaused by: it is not a commit\nhint: --base REV\n",
    );
}

#[test]
fn refuses_an_empty_repository() {
    World::empty().refuses(
        &FAILOVER,
        3,
        "error: failed to choose the base\ncaused by: branch `main` has no commit yet\nhint: --base REV\n",
    );
}

#[test]
fn refuses_a_tree_without_a_cluster() {
    let world = World::empty();
    world.write("README.md", "nothing to see\n");
    world.write("app/kustomization.yaml", "resources: [app.yaml]\n");
    world.write("app/app.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\n");
    world.commit("no cluster");
    world.refuses(&FAILOVER, 3, "error: no `PerconaXtraDBCluster` in any root of the base\nhint: --base REV\n");
}

#[test]
fn refuses_an_object_that_is_gone() {
    let world = World::gitops();
    let id = world.git(&["rev-parse", "HEAD:base/pxc/cluster.yaml"]);
    std::fs::remove_file(world.repo().join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    world.refuses(
        &FAILOVER,
        4,
        "error: failed to read `base/pxc/cluster.yaml`: object \
            `3f30d7634c90ae71e1bd763e5328fb4176ea57a1` is not in the repository\n",
    );
}

#[test]
fn needs_a_program_for_what_it_does_not_build_itself() {
    let world = World::gitops();
    let nowhere = ["env", "PATH=/nonexistent"];
    assert_eq!(world.run(&nowhere, &FAILOVER, &[]).code, 0);
    let kustomization = "clusters/prod-a/pxc/kustomization.yaml";
    world.write(kustomization, &(world.read(kustomization) + "helmCharts:\n- name: pxc\n"));
    world.commit("chart");
    world.refuses_through(
        &nowhere,
        &FAILOVER,
        3,
        "error: failed to read the clusters of main\n\
        caused by: failed to build `clusters/prod-a/pxc`\n\
        caused by: unsupported: `clusters/prod-a/pxc/kustomization.yaml` uses `helmCharts`, which the \
        built-in builder does not support\n\
        hint: install `kustomize` or `kubectl`\n",
    );
}

#[test]
fn refuses_a_root_that_does_not_build() {
    let world = World::gitops();
    world.replace("clusters/prod-a/pxc/kustomization.yaml", "../../../base/pxc", "../../../base/pxc\n  - missing.yaml");
    world.commit("missing");
    world.refuses(
        &FAILOVER,
        3,
        "error: failed to read the clusters of main\n\
            caused by: failed to build `clusters/prod-a/pxc`\n\
            caused by: `clusters/prod-a/pxc/kustomization.yaml` is invalid: `missing.yaml` is \
            neither a file nor a folder\n",
    );
}

#[test]
fn refuses_a_patch_that_does_not_apply() {
    let world = World::gitops();
    world.replace(
        "clusters/prod-b/pxc/kustomization.yaml",
        "/spec/backup/storages/archive/s3/bucket",
        "/spec/backup/nowhere/at/all",
    );
    world.commit("nowhere");
    world.refuses(
        &FAILOVER,
        3,
        "error: failed to read the clusters of main\n\
            caused by: failed to build `clusters/prod-b/pxc`\n\
            caused by: `clusters/prod-b/pxc/kustomization.yaml` is invalid: a JSON patch names the \
            missing path `/spec/backup/nowhere/at/all`\n",
    );
}

#[test]
fn refuses_a_remote_base() {
    // What the built-in builder does not read goes to the program, which is where this is said.
    if !has_program("refuses_a_remote_base") {
        return;
    }
    let world = World::gitops();
    world.replace(
        "clusters/prod-a/pxc/kustomization.yaml",
        "../../../base/pxc",
        "../../../base/pxc\n  - https://github.com/example/base//pxc?ref=v1",
    );
    world.commit("remote");
    world.refuses(
        &FAILOVER,
        3,
        "error: failed to read the clusters of main\n\
        caused by: failed to build `clusters/prod-a/pxc`\n\
        caused by: remote base `https://github.com/example/base//pxc?ref=v1` in \
        `clusters/prod-a/pxc/kustomization.yaml` is not built: leeward does not reach the network\n\
        hint: vendor the base into the repository as a folder\n",
    );
}

#[test]
fn refuses_to_leave_the_tree() {
    let world = World::gitops();
    world.replace(
        "clusters/prod-a/pxc/kustomization.yaml",
        "../../../base/pxc",
        "../../../base/pxc\n  - ../../../../outside",
    );
    world.commit("outside");
    world.refuses(
        &FAILOVER,
        3,
        "error: failed to read the clusters of main\n\
            caused by: failed to build `clusters/prod-a/pxc`\n\
            caused by: `clusters/prod-a/pxc` is invalid: the path `../../../../outside` leaves the \
            tree\n",
    );
}

#[test]
fn follows_a_linked_kustomization_inside_the_tree_alone() {
    let world = World::gitops();
    let file = world.repo().join("clusters/prod-a/pxc/kustomization.yaml");
    std::fs::rename(&file, world.repo().join("shared.yaml")).unwrap();
    std::os::unix::fs::symlink("../../../shared.yaml", &file).unwrap();
    world.commit("link");
    let run = world.leeward(&FAILOVER);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let branch = "leeward/minio-a-1122/protect";
    let shared = world.show(branch, "shared.yaml");
    assert!(shared.contains("recovery/minio-a-1122"), "{shared}");
    assert!(world.git(&["ls-tree", branch, "clusters/prod-a/pxc/kustomization.yaml"]).starts_with("120000"));
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("../../../../outside.yaml", &file).unwrap();
    world.commit("link out");
    world.refuses(
        &FAILOVER,
        3,
        "error: no cluster `pxc-a/cluster1`: there are `clusters/prod-b/pxc:pxc-b/cluster1`; \
        `clusters/prod-a/pxc/kustomization.yaml` is deployed and could not be read, clusters behind \
        it are not seen: symbolic link `clusters/prod-a/pxc/kustomization.yaml` leaves the \
        repository\n\
        hint: --cluster clusters/prod-b/pxc:pxc-b/cluster1\n",
    );
}
