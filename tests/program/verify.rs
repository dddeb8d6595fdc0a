//! Both builders on one root: any difference is a failure, also that only one of them refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use leeward::build::{Builder, Choice, Extent};
use leeward::failure::{Kind, kind_of};
use leeward::kustomize::files::Memory;
use leeward::kustomize::restrict::Restrictor;
use leeward::model::path::RepoPath;

/// A tree of files.
fn tree(files: &[(&str, &str)]) -> Memory {
    Memory(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
}

/// Verifies the top of a tree against a program that is a script; returns the failure.
fn failure(files: &[(&str, &str)], script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("kustomize");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    let builder = Builder::new(Choice::Verify, Some(folder.path().as_os_str()));
    let error = builder
        .build(&tree(files), &RepoPath::default(), Restrictor::RootOnly, Extent::Whole)
        .expect_err("the builders differ");
    assert_eq!(kind_of(&error), Kind::Refused, "{error:#}");
    format!("{error:#}")
}

/// An object.
const OBJECT: &str = "apiVersion: v1\nkind: A\nmetadata:\n  name: x\n";

#[test]
fn only_one_of_them_refuses() {
    let good = [("kustomization.yaml", "resources: [x.yaml]\n"), ("x.yaml", OBJECT)];
    assert_eq!(
        failure(&good, "echo 'Error: not today' >&2; exit 1"),
        "failed to build `.`: the two builders differ: only the program refuses, not today"
    );
    let bad = [("kustomization.yaml", "resources: [x.yaml, x.yaml]\n"), ("x.yaml", OBJECT)];
    let text = failure(&bad, "printf 'kind: A\\nmetadata: {name: x}\\n'");
    assert!(text.contains("the two builders differ: only the built-in one refuses, `"), "{text}");
    let text = failure(&bad, "echo 'Error: not today' >&2; exit 1");
    assert!(!text.contains("differ") && !text.contains("not today"), "{text}");
    let text = failure(&good, "printf 'apiVersion: v1\\nkind: A\\nmetadata:\\n  name: y\\n'");
    assert!(text.ends_with("the two builders differ: `A x` built in, `A y` by the program"), "{text}");
}

#[test]
fn what_is_unsupported_cannot_be_compared() {
    assert_eq!(
        failure(&[("kustomization.yaml", "buildMetadata: [originAnnotations]\n")], "exit 0"),
        "failed to build `.`: unsupported: `kustomization.yaml` uses `buildMetadata`, which the built-in builder does \
         not support, so there is nothing to compare"
    );
}

#[test]
fn probes_of_both_are_the_same_sets() {
    let test = "probes_of_both_are_the_same_sets";
    if crate::builder(test).is_none() {
        return;
    }
    let builder = Builder::new(Choice::Verify, crate::variable("PATH").as_deref());
    let cr = "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\nmetadata: {name: c}\n\
              spec: {secretsName: s, b: 2, a: 1}\n";
    let files = tree(&[
        ("base/cr.yaml", cr),
        (
            "base/more.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n\
             ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: l, annotations: {config.kubernetes.io/local-config: 'true'}}\n\
             ---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: a, image: i, envFrom: [{secretRef: {name: s}}]}]}}}\n",
        ),
        ("base/kustomization.yaml", "namePrefix: p-\nresources: [more.yaml, cr.yaml]\nlabels: [{pairs: {a: b}}]\n"),
        (
            "part/kustomization.yaml",
            "kind: Component\npatches: [{patch: \"- {op: add, path: /spec/part, value: 1}\", target: {kind: PerconaXtraDBCluster}}]\n",
        ),
        (
            "prod/kustomization.yaml",
            "resources: [../base]\ncomponents: [../part]\nnamespace: pxc\nnamePrefix: x-\nimages: [{name: i, newTag: t}]\n\
             patches: [{patch: \"- {op: add, path: /spec/own, value: 1}\", target: {kind: PerconaXtraDBCluster}}]\n",
        ),
    ]);
    let root = RepoPath::parse("prod").expect("a path");
    for extent in [Extent::Accumulated, Extent::Patched, Extent::Whole] {
        let built = builder.build(&files, &root, Restrictor::RootOnly, extent);
        assert!(built.is_ok(), "{extent:?}: {:#}", built.expect_err("a difference"));
    }
}
