//! The README's sessions are real: every `$` line of its `console` blocks is run, in order, in one repository, and what it
//! prints has to be what stands there. `LEEWARD_UPDATE=1 cargo test --test flow readme` writes the blocks.

use std::path::Path;

use crate::world::{NOW, World, variable};

/// Runs a line as a person would, with the program on the `PATH`.
fn typed(world: &World, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_leeward")).parent().unwrap();
    let mut shell = world.command("sh");
    let path = format!("{}:{}", program.display(), crate::world::path().to_str().unwrap());
    shell
        .current_dir(world.repo())
        .env("PATH", path)
        .env("LEEWARD_NOW", NOW)
        .args(["-c", &format!("{{ {line}; }} 2>&1")]);
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

/// Returns the README with every session run again.
fn replayed(readme: &str, world: &World) -> String {
    let mut parts = readme.split("```console\n");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (session, rest) = part.split_once("```").unwrap();
        out += "```console\n";
        for line in session.lines().filter_map(|line| line.strip_prefix("$ ")) {
            out.extend(["$ ", line, "\n", &typed(world, line)]);
        }
        out.extend(["```", rest]);
    }
    out
}

#[test]
fn the_sessions_of_the_readme_are_real() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let world = World::gitops();
    // What the sessions preview against: a dump that a person would have made, beside the repository.
    std::fs::copy(path.with_file_name("overlays/live/prod-a.yaml"), world.top().join("live-prod-a.yaml")).unwrap();
    // What the diagnosis reads: an excerpt of the corpus.
    let log = path.with_file_name("tests/fixtures/logs/seen/EndpointUnreachable/aws-refused-1.19.txt");
    std::fs::copy(log, world.top().join("backup.log")).unwrap();
    let replayed = replayed(&readme, &world);
    if variable("LEEWARD_UPDATE").is_some() {
        std::fs::write(&path, &replayed).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let differing = kept.lines().zip(replayed.lines()).find(|(kept, run)| kept != run);
    assert_eq!(differing, None, "(kept, run now): write them with LEEWARD_UPDATE=1");
    assert_eq!(kept.lines().count(), replayed.lines().count(), "write the sessions with LEEWARD_UPDATE=1");
}
