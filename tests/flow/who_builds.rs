//! Who built is said: the program in place of the built-in builder, its version, and failures with paths that can be typed.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use crate::skip::skip;
use crate::world::{NOW, Run, World, path};

/// What the program prints.
const OBJECT: &str = "apiVersion: v1\nkind: A\nmetadata:\n  name: x\n";

/// Puts a program `kustomize` of a version, which builds with a script, into `bin` beside the repository.
fn install(world: &World, version: &str, script: &str) {
    let bin = world.top().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let text = format!("#!/bin/sh\nif [ \"$1\" = version ]; then echo '{version}'; exit; fi\n{script}\n");
    fs::write(bin.join("kustomize"), text).unwrap();
    fs::set_permissions(bin.join("kustomize"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs the program in the repository with the folders of a `PATH` before those of the machine.
fn leeward(world: &World, path: &str, args: &[&str]) -> Run {
    let mut command = world.command(env!("CARGO_BIN_EXE_leeward"));
    command.current_dir(world.repo()).args(args).env("LEEWARD_NOW", NOW).env("PATH", format!("{path}:/usr/bin:/bin"));
    Run::of(&mut command)
}

/// Returns where `kubectl` is; says which test does without where it is not.
fn kubectl(test: &str) -> Option<String> {
    let found = std::env::split_paths(&path()).map(|bin| bin.join("kubectl")).find(|path| path.is_file());
    if found.is_none() {
        skip(None, test, "no `kubectl` program in `PATH`");
    }
    Some(found?.display().to_string())
}

/// Returns a root for the built-in builder and one that it does not support.
fn roots() -> World {
    let world = World::empty();
    world.write("plain/kustomization.yaml", "resources: [x.yaml]\n");
    world.write("plain/x.yaml", OBJECT);
    world.write("rare/kustomization.yaml", "buildMetadata: [originAnnotations]\n");
    world.commit("roots");
    world
}

#[test]
fn build_says_on_stderr_that_the_program_built() {
    let world = roots();
    install(&world, "v5.6.0", &format!("printf '{}'", OBJECT.replace('\n', "\\n")));
    let bin = world.top().join("bin").display().to_string();
    let plain = leeward(&world, &bin, &["build", "plain"]);
    assert_eq!(plain, Run { code: 0, stdout: OBJECT.to_owned(), stderr: String::new() });
    let rare = leeward(&world, &bin, &["build", "rare"]);
    let folder = world.repo().canonicalize().unwrap().join("rare").display().to_string();
    let note = format!(
        "note: built by kustomize v5.6.0, since unsupported: `{folder}/kustomization.yaml` uses `buildMetadata`, which the built-in builder does not support\n"
    );
    assert_eq!(rare, Run { code: 0, stdout: OBJECT.to_owned(), stderr: note });
    let asked = leeward(&world, &bin, &["build", "plain", "--base", "HEAD", "--builder", "binary"]);
    assert_eq!((asked.code, asked.stderr.as_str()), (0, "note: built by kustomize v5.6.0\n"));
    let both = leeward(&world, &bin, &["build", "plain", "--builder", "verify"]);
    assert_eq!(both, Run { code: 0, stdout: OBJECT.to_owned(), stderr: String::new() });
}

#[test]
fn a_version_that_leeward_does_not_know_is_remarked() {
    let world = roots();
    let bin = world.top().join("bin").display().to_string();
    for (version, said) in
        [("{Version:kustomize/v3.8.1 GitCommit:0b35}", "kustomize v3.8.1"), ("(devel)", "kustomize of unknown version")]
    {
        install(&world, version, &format!("printf '{}'", OBJECT.replace('\n', "\\n")));
        for builder in ["binary", "verify"] {
            let run = leeward(&world, &bin, &["build", "plain", "--builder", builder]);
            let note = format!("note: built by {said}, not one of 5.5 to 5.6 whose output leeward knows\n");
            assert_eq!(run, Run { code: 0, stdout: OBJECT.to_owned(), stderr: note });
        }
    }
}

#[test]
fn a_plan_warns_of_a_version_that_leeward_does_not_know() {
    let world = World::gitops();
    let Some(kubectl) = kubectl("a_plan_warns_of_a_version_that_leeward_does_not_know") else { return };
    install(&world, "v3.8.1", &format!("shift; exec {kubectl} kustomize \"$@\""));
    let bin = world.top().join("bin").display().to_string();
    let args = ["--all", "--storage", "minio-a", "--to", "minio-b", "--format", "json", "--builder", "binary"];
    for verb in ["plan", "propose"] {
        let run = leeward(&world, &bin, &[&[verb][..], &args].concat());
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let finding =
            report["findings"].as_array().unwrap().iter().find(|finding| finding["id"] == "builder-version").unwrap();
        let fact = "built by kustomize v3.8.1, not one of 5.5 to 5.6 whose output leeward knows";
        assert_eq!((&finding["level"], &finding["fact"]), (&"warn".into(), &fact.into()), "{verb}");
        assert_eq!(run.code, 0, "{verb}: {run:?}");
    }
}

#[test]
fn a_joined_branch_is_proved_without_building_the_base_again() {
    let Some(kubectl) = kubectl("a_joined_branch_is_proved_without_building_the_base_again") else { return };
    let world = World::gitops();
    let log = world.top().join("log");
    install(&world, "v5.6.0", &format!("echo >> {}; shift; exec {kubectl} kustomize \"$@\"", log.display()));
    let bin = world.top().join("bin").display().to_string();
    let args = ["--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b", "--builder", "binary"];
    let builds = |verb: &str, more: &[&str]| {
        fs::write(&log, "").unwrap();
        let run = leeward(&world, &bin, &[&[verb][..], &args, more].concat());
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains("built by kustomize v5.6.0\n"), "{run:?}");
        fs::read_to_string(&log).unwrap().lines().count()
    };
    let planned = builds("plan", &[]);
    assert_eq!(builds("propose", &[]), planned);
    world.git(&["switch", "-q", "leeward/minio-a-1122/protect"]);
    world.write("NOTES.md", "by hand\n");
    world.commit("notes");
    world.git(&["switch", "-q", "main"]);
    assert_eq!(builds("propose", &["--retention", "3"]), planned + 1);
}

#[test]
fn a_relative_folder_of_path_holds_the_program_too() {
    let world = roots();
    install(&world, "v5.6.0", &format!("printf '{}'", OBJECT.replace('\n', "\\n")));
    let run = leeward(&world, "../bin", &["build", "rare"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, OBJECT), "{run:?}");
}

#[test]
fn failures_name_paths_that_can_be_typed() {
    let world = roots();
    install(&world, "v5.6.0", "echo \"Error: $2/nope.yaml is not there\" >&2; exit 1");
    let bin = world.top().join("bin").display().to_string();
    let repo = world.repo().canonicalize().unwrap().display().to_string();
    let run = leeward(&world, &bin, &["build", "plain", "--builder", "binary"]);
    let want = format!(
        "error: failed to build `{repo}/plain`\ncaused by: {repo}/plain/nope.yaml is not there\nhint: kustomize build {repo}/plain\n"
    );
    assert_eq!(run, Run { code: 3, stdout: String::new(), stderr: want });
    // Nothing is checked out that a hint could name.
    let run = leeward(&world, &bin, &["build", "plain", "--base", "HEAD", "--builder", "binary"]);
    assert_eq!(run.stderr, "error: failed to build `plain`\ncaused by: plain/nope.yaml is not there\n");
    world.write("plain/kustomization.yaml", "resources: [y.yaml]\n");
    let run = leeward(&world, &bin, &["build", "plain"]);
    assert!(run.stderr.contains(&format!("`{repo}/plain/kustomization.yaml` is invalid: ")), "{run:?}");
}

#[test]
fn folders_that_cannot_be_built_are_refused_by_name() {
    let world = roots();
    for (dir, cause) in [
        ("plain/nope/deeper", "no such folder\nhint: ls plain\n"),
        ("plain/x.yaml", "it is no folder\nhint: leeward build plain\n"),
    ] {
        let stderr = format!("error: failed to build `{dir}`\ncaused by: {cause}");
        assert_eq!(world.leeward(&["build", dir]), Run { code: 3, stdout: String::new(), stderr });
    }
    let odd = world.repo().join(std::ffi::OsStr::from_bytes(b"odd\xff"));
    fs::create_dir(&odd).unwrap();
    for args in [&["build"][..], &["build", "--base", "HEAD"]] {
        let mut command = world.command(env!("CARGO_BIN_EXE_leeward"));
        let run = Run::of(command.current_dir(world.repo()).args(args).arg(std::ffi::OsStr::from_bytes(b"odd\xff")));
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains("odd\\xff") && run.stderr.contains("is not UTF-8"), "{run:?}");
    }
}

#[test]
fn verbs_of_one_form_refuse_another() {
    let world = World::empty();
    for args in [&["build", "."][..], &["schema"], &["man"], &["completions", "bash"], &["demo"]] {
        let run = world.leeward(&[args, &["--format", "markdown"]].concat());
        let want = format!(
            "error: `--format markdown` is not for `{}`, whose answer has one form alone\nhint: --format text\n",
            args[0]
        );
        assert_eq!(run, Run { code: 2, stdout: String::new(), stderr: want });
    }
    let run = world.leeward_with(&["schema"], &[("LEEWARD_FORMAT", "json")]);
    let failure: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &failure["kind"]), (2, &"Failure".into()));
    for seconds in ["0", "18446744073709551615"] {
        let run = world.leeward(&["build", ".", "--timeout", seconds]);
        assert!(run.code == 2 && run.stderr.contains("--timeout"), "{run:?}");
    }
}
