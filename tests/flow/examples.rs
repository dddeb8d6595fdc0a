//! The worked examples of `overlays/`: rendered again by the program and compared, and built with their fields proven.
//! `LEEWARD_UPDATE=1 cargo test --test flow` writes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::world::{World, build, copy, files_below, has_program, variable};

/// The root of an example before leeward edits it.
const ROOT: &str = "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: pxc
resources:
- ../gitops/base/pxc
";

/// An example: its folder, the runs that lead to it, and lines that its build must have.
struct Example {
    /// Folder below `overlays/`.
    folder: &'static str,
    /// Arguments of each `propose`; every one but the last is merged.
    runs: &'static [&'static [&'static str]],
    /// What the built cluster must say.
    built: &'static [&'static str],
}

/// Every action and stage.
const EXAMPLES: [Example; 6] = [
    Example {
        folder: "failover-protect",
        runs: &[&["--storage", "minio-a", "--to", "minio-b"]],
        built: &[
            "enabled: false",
            "storageName: minio-b-binlogs",
            "storageName: minio-b-daily",
            "storageName: minio-b-weekly",
        ],
    },
    Example {
        folder: "failover-resume",
        runs: &[
            &["--storage", "minio-a", "--to", "minio-b"],
            &["--stage", "resume", "--confirmed-backup", "leeward-minio-a-1122-1"],
        ],
        built: &["enabled: true", "storageName: minio-b-binlogs", "storageName: minio-b-daily"],
    },
    Example {
        folder: "buffer-protect",
        runs: &[&["--storage", "minio-a", "--to", "nas"]],
        built: &["enabled: false", "storageName: nas", "type: filesystem", "storageClassName: nfs-backup"],
    },
    Example {
        folder: "rotate-same-secret",
        runs: &[&["--storage", "minio-a", "--action", "rotate"]],
        built: &[
            "leeward/credentials-revision: minio-a-1122",
            "enabled: true",
            "credentialsSecret: minio-a-credentials",
        ],
    },
    Example {
        folder: "rotate-new-secret-protect",
        runs: &[&["--storage", "minio-a", "--action", "rotate", "--credentials-secret", "minio-a-credentials-r2"]],
        built: &["credentialsSecret: minio-a-credentials-r2", "enabled: false"],
    },
    Example {
        folder: "rotate-new-secret-resume",
        runs: &[
            &["--storage", "minio-a", "--action", "rotate", "--credentials-secret", "minio-a-credentials-r2"],
            &["--stage", "resume", "--confirmed-backup", "leeward-minio-a-1122-1"],
        ],
        built: &["credentialsSecret: minio-a-credentials-r2", "enabled: true"],
    },
];

/// Returns the folder of all examples.
fn overlays() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays")
}

/// Runs the program as the example says, and returns the files of its folder.
fn rendered(example: &Example) -> BTreeMap<PathBuf, Vec<u8>> {
    let world = World::empty();
    copy(&overlays().join("gitops/base"), &world.repo().join("gitops/base"));
    std::fs::copy(overlays().join("gitops/leeward.yaml"), world.repo().join("leeward.yaml")).unwrap();
    world.write(&format!("{}/kustomization.yaml", example.folder), ROOT);
    world.commit("first");
    for args in example.runs {
        let run = world.leeward(&[&["propose", "--operator-version", "1.19.1"], *args].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        let stage = if args.contains(&"resume") { "resume" } else { "protect" };
        world.git(&["merge", "-q", "--ff-only", &format!("leeward/minio-a-1122/{stage}")]);
    }
    files_below(&world.repo().join(example.folder))
}

#[test]
fn the_examples_are_what_the_program_renders() {
    for example in &EXAMPLES {
        let (folder, rendered) = (overlays().join(example.folder), rendered(example));
        if variable("LEEWARD_UPDATE").is_some() {
            drop(std::fs::remove_dir_all(&folder));
            for (path, bytes) in &rendered {
                std::fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
                std::fs::write(folder.join(path), bytes).unwrap();
            }
        }
        let text = |files: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<PathBuf, String> {
            files.into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
        };
        assert_eq!(text(files_below(&folder)), text(rendered), "{}", example.folder);
    }
}

#[test]
fn the_examples_build_and_say_what_they_should() {
    let has_program = has_program("the_examples_build_and_say_what_they_should, by a program that is not ours");
    let world = World::empty();
    copy(&overlays(), &world.repo());
    for example in &EXAMPLES {
        let built = world.leeward(&["build", "--builder", "builtin", example.folder]);
        assert_eq!((built.code, built.stderr.as_str()), (0, ""), "{built:?}");
        for line in example.built {
            assert!(built.stdout.contains(line), "`{line}` is not in {}:\n{}", example.folder, built.stdout);
        }
        if has_program {
            assert_eq!(built.stdout, build(&overlays().join(example.folder)), "{}", example.folder);
        }
    }
}
