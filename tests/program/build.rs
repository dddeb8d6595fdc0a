//! The builder over small trees: probes, refusals, messages, time.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use leeward::build::{Builder, Built, Choice, Extent};
use leeward::failure::{Kind, hint_of, kind_of};
use leeward::kustomize::files::Memory;
use leeward::kustomize::restrict::Restrictor;
use leeward::model::path::RepoPath;

use crate::builder;

/// A tree of files.
fn tree(files: &[(&str, &str)]) -> Memory {
    Memory(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
}

/// A path.
fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).expect("a path")
}

/// A root with something in every phase.
fn phases() -> Memory {
    tree(&[
        ("base/cr.yaml", "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\nmetadata: {name: c}\nspec: {}\n"),
        ("base/kustomization.yaml", "resources: [cr.yaml]\n"),
        (
            "part/kustomization.yaml",
            "kind: Component\npatches: [{patch: \"- {op: add, path: /spec/part, value: 1}\", target: {kind: PerconaXtraDBCluster}}]\n",
        ),
        (
            "prod/kustomization.yaml",
            "resources: [../base]\ncomponents: [../part]\nnamespace: pxc\nnamePrefix: x-\n\
          configMapGenerator: [{name: m, literals: [a=b]}]\n\
          patches: [{patch: \"- {op: add, path: /spec/own, value: 1}\", target: {kind: PerconaXtraDBCluster}}]\n",
        ),
    ])
}

/// The cluster and the map of a build as `namespace/name fields`.
fn seen(built: &Built) -> Vec<String> {
    let fields = |value: &serde_json::Value| {
        value["spec"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect::<Vec<_>>().join(",")
    };
    built.objects.iter().map(|built| format!("{} {}", built.object.id, fields(&built.object.value))).collect()
}

#[test]
fn probes_see_the_root_before_its_own_transformers() {
    let Some(builder) = builder("probes_see_the_root_before_its_own_transformers") else { return };
    let build = |extent| builder.build(&phases(), &path("prod"), Restrictor::RootOnly, extent).unwrap();
    let accumulated = build(Extent::Accumulated);
    assert_eq!(seen(&accumulated), ["PerconaXtraDBCluster c part", "ConfigMap m "]);
    assert_eq!(seen(&build(Extent::Patched)), ["PerconaXtraDBCluster c own,part", "ConfigMap m "]);
    let whole = build(Extent::Whole);
    assert_eq!(whole.objects[1].object.id.to_string(), "PerconaXtraDBCluster pxc/x-c");
    assert!(whole.objects[0].object.id.name.starts_with("x-m-"), "{:?}", whole.objects[0].object.id);
    assert!(whole.objects[1].text.starts_with("apiVersion: pxc.percona.com/v1\n"));
}

#[test]
fn files_elsewhere_need_the_restrictor_of_flux() {
    let Some(builder) = builder("files_elsewhere_need_the_restrictor_of_flux") else { return };
    let files = tree(&[
        ("a/kustomization.yaml", "resources: [../b/x.yaml]"),
        ("b/x.yaml", "kind: A\napiVersion: v1\nmetadata: {name: x}\n"),
    ]);
    assert_eq!(builder.build(&files, &path("a"), Restrictor::None, Extent::Whole).unwrap().objects.len(), 1);
    let error = builder.build(&files, &path("a"), Restrictor::RootOnly, Extent::Whole).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Refused);
    let text = format!("{error:#}");
    assert!(text.starts_with("failed to build `a`: ") && text.contains("b/x.yaml"), "{text}");
    assert!(!text.contains("/tmp"), "{text}");
    // The tree is nowhere that a person could build it from.
    assert_eq!(hint_of(&error), None);
}

#[test]
fn a_root_at_the_top_of_the_tree_builds() {
    let Some(builder) = builder("a_root_at_the_top_of_the_tree_builds") else { return };
    let files = tree(&[
        ("kustomization.yaml", "namePrefix: a-\nresources: [x.yaml]"),
        ("x.yaml", "kind: A\napiVersion: v1\nmetadata: {name: x}\n"),
    ]);
    let built = builder.build(&files, &RepoPath::default(), Restrictor::RootOnly, Extent::Whole).unwrap();
    assert_eq!(built.text, "apiVersion: v1\nkind: A\nmetadata:\n  name: a-x\n");
}

#[test]
fn hostile_trees_end_in_a_clear_refusal() {
    let Some(builder) = builder("hostile_trees_end_in_a_clear_refusal") else { return };
    let level = |level: usize| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    let bomb = format!("a0: &a0 [x, x, x]\n{}", (1..12).map(level).collect::<String>());
    for (files, want) in [
        (tree(&[("kustomization.yaml", "resources: [\n")]), "`kustomization.yaml`"),
        (tree(&[("kustomization.yaml", &bomb)]), "`kustomization.yaml`"),
        (tree(&[("kustomization.yaml", "resources: [x.yaml]"), ("x.yaml", &bomb)]), "x.yaml"),
        (tree(&[("kustomization.yaml", "resources: [x.yaml]"), ("x.yaml", "a: [")]), "x.yaml"),
        (tree(&[("kustomization.yaml", "resources: [a]\nresources: [b]")]), "resources"),
        (tree(&[("kustomization.yaml", "resources: [https://127.0.0.1:9/x.yaml]")]), "remote base"),
        (
            tree(&[
                ("kustomization.yaml", "generators: [x.yaml]"),
                (
                    "x.yaml",
                    "apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  annotations: {config.kubernetes.io/function: 'exec: {path: ./x.sh}'}\n",
                ),
            ]),
            "x",
        ),
    ] {
        let started = Instant::now();
        let error = builder.build(&files, &RepoPath::default(), Restrictor::None, Extent::Whole).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains(want), "{want}: {text}");
        assert_eq!(kind_of(&error), Kind::Refused, "{text}");
        assert!(started.elapsed() < Duration::from_secs(10), "{text}");
    }
}

#[test]
fn a_program_that_hangs_or_floods_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    for (script, want) in [("exec sleep 600", "did not end within 0.3 s"), ("exec cat /dev/zero", "printed more than")]
    {
        let program = folder.path().join("kustomize");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let deadline = if script.contains("sleep") { Duration::from_millis(300) } else { Duration::from_secs(20) };
        let builder = Builder::new(Choice::Binary, Some(folder.path().as_os_str())).with_deadline(deadline);
        let files = tree(&[("kustomization.yaml", "resources: []")]);
        let error = builder.build(&files, &RepoPath::default(), Restrictor::None, Extent::Whole).unwrap_err();
        assert!(format!("{error:#}").contains(want), "{error:#}");
        assert_eq!(kind_of(&error), Kind::Outside);
    }
}

#[test]
fn the_program_sees_no_configuration_and_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("kustomize");
    fs::write(&program, "#!/bin/sh\nprintf 'kind: Env\\nvars: |\\n'; env | sed 's/^/  /'\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let builder = Builder::new(Choice::Binary, Some(folder.path().as_os_str()));
    let files = tree(&[("kustomization.yaml", "resources: []")]);
    let built = builder.build(&files, &RepoPath::default(), Restrictor::None, Extent::Whole).unwrap();
    let names: Vec<&str> =
        built.text.lines().filter_map(|line| line.trim().split_once('=')).map(|(name, _)| name).collect();
    assert!(names.contains(&"GIT_ALLOW_PROTOCOL") && !names.contains(&"CARGO_MANIFEST_DIR"), "{names:?}");
    assert!(!built.text.contains("HOME=/root") && built.text.contains("GIT_ALLOW_PROTOCOL=none"), "{}", built.text);
}

#[test]
fn the_program_says_who_it_is() {
    let Some(builder) = builder("the_program_says_who_it_is") else { return };
    let files = Memory([("r/kustomization.yaml".to_owned(), b"namePrefix: x-\nresources: []\n".to_vec())].into());
    drop(builder.build(&files, &RepoPath::parse("r").unwrap(), Restrictor::RootOnly, Extent::Whole));
    let text = builder.describe();
    assert!(text.contains("kustomize v") && text == builder.describe(), "{text}");
}
