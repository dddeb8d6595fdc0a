//! `--push`, `--push-to` and `--pr` where no forge is: the branch on a local remote, what is said, and what is refused.

use crate::world::{Run, World};

/// What is proposed.
const FAILOVER: [&str; 7] = ["propose", "--all", "--storage", "minio-a", "--to", "minio-b", "--no-sign"];
/// leeward's branch.
const BRANCH: &str = "leeward/minio-a-1122/protect";

/// Returns the examples' repository with a remote beside it.
fn remote() -> World {
    let world = World::gitops();
    let bare = world.top().join("remote.git");
    world.git(&["init", "-q", "--bare", "-b", "main", bare.to_str().unwrap()]);
    world.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    world.git(&["push", "-q", "-u", "origin", "main"]);
    world
}

/// Proposes with more flags.
fn propose(world: &World, flags: &[&str]) -> Run {
    world.leeward(&[&FAILOVER, flags].concat())
}

/// Returns where a branch of the remote stands, nothing where there is none.
fn tip(world: &World, branch: &str) -> String {
    let listed = world.git(&["ls-remote", "origin", &format!("refs/heads/{branch}")]);
    listed.split('\t').next().unwrap_or_default().to_owned()
}

#[test]
fn pushes_the_branch_and_writes_nothing_the_second_time() {
    let world = remote();
    let first = propose(&world, &["--push"]);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{first:?}");
    let commit = tip(&world, BRANCH);
    assert!(first.stdout.ends_with(&format!(
        "committed {} on {BRANCH}\npushed    origin {BRANCH}\nnext  leeward preview --head {BRANCH}\n",
        &commit[..7]
    )));
    let again = world.leeward_with(&[&FAILOVER[..], &["--push"]].concat(), &[("LEEWARD_NOW", "2026-11-24T10:00:00Z")]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stdout.contains(&format!("already proposed: {} on {BRANCH}\npushed ", &commit[..7])));
    assert_eq!(tip(&world, BRANCH), commit);
}

#[test]
fn pushes_to_the_bases_branch_without_a_pull_request() {
    let world = remote();
    let first = propose(&world, &["--push-to", "main"]);
    assert_eq!(first.code, 0, "{first:?}");
    let commit = tip(&world, "main");
    assert!(first.stdout.contains(&format!("committed {} on main\npushed    origin main\n", &commit[..7])));
    assert_eq!(tip(&world, BRANCH), "");
    let again = propose(&world, &["--push-to", "main"]);
    assert!(again.stdout.contains(&format!("in the base already: {} on origin/main\n", &commit[..7])), "{again:?}");
    assert_eq!(tip(&world, "main"), commit);
}

#[test]
fn keeps_the_branch_where_no_forge_is_known() {
    let world = remote();
    let run = propose(&world, &["--pr"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stdout.contains(&format!("pushed    origin {BRANCH}\n")));
    assert_eq!(
        run.stderr,
        "note: `leeward/minio-a-1122/protect` is on `origin`, of which no page is known that opens a pull request\n\
         error: the remote is a folder or no address, so no forge can be asked\n\
         hint: git remote set-url origin https://HOST/OWNER/NAME.git\n"
    );
    assert_eq!(tip(&world, BRANCH), world.git(&["rev-parse", BRANCH]));
}

#[test]
fn keeps_the_commit_here_where_the_remote_is_gone() {
    let world = remote();
    std::fs::remove_dir_all(world.top().join("remote.git")).unwrap();
    let run = propose(&world, &["--push"]);
    assert_eq!(run.code, 4, "{run:?}");
    let commit = world.git(&["rev-parse", BRANCH]);
    assert!(run.stderr.contains(&format!("push origin {commit}:refs/heads/{BRANCH}\n")), "{run:?}");
}

#[test]
fn tells_the_next_steps_of_a_pipeline() {
    let world = remote();
    let (output, summary) = (world.top().join("output"), world.top().join("summary"));
    let variables = [
        ("GITHUB_OUTPUT", output.to_str().unwrap()),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ("LEEWARD_PUSH", "true"),
    ];
    let run = world.leeward_with(&FAILOVER, &variables);
    assert_eq!(run.code, 0, "{run:?}");
    let said = std::fs::read_to_string(&output).unwrap();
    let mark = said.lines().next().unwrap().strip_prefix("branch<<").unwrap().to_owned();
    let commit = tip(&world, BRANCH);
    assert_eq!(
        said.replace(&mark, "X"),
        format!(
            "branch<<X\n{BRANCH}\nX\ncommit<<X\n{commit}\nX\npull-request-url<<X\n\nX\npull-request-number<<X\n\nX\n\
             operation<<X\nnone\nX\nexit-meaning<<X\ndone\nX\n"
        )
    );
    assert!(std::fs::read_to_string(&summary).unwrap().starts_with("## Failover of `minio-a`"));
    let refused = world.leeward_with(&["propose", "--all", "--storage", "none", "--to", "minio-b"], &variables);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(std::fs::read_to_string(&output).unwrap().contains("exit-meaning<<"));
}

#[test]
fn publishes_no_commit_of_the_base_that_the_remote_does_not_have() {
    let world = remote();
    world.write("private.md", "not yet for others\n");
    world.commit("private");
    let refused = propose(&world, &["--push", "--base", "HEAD"]);
    let said = "error: remote `origin` does not have `HEAD`, which a push would publish\nhint: --base origin/main\n";
    assert_eq!((refused.code, refused.stdout.as_str(), refused.stderr.as_str()), (3, "", said));
    assert_eq!(tip(&world, BRANCH), "");
    let run = propose(&world, &["--push", "--base", "main"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(world.git(&["rev-list", "--count", &format!("origin/main..origin/{BRANCH}")]), "1");
}

#[test]
fn another_remote_gets_a_branch_that_starts_from_its_own_default() {
    let world = remote();
    let second = world.top().join("second.git");
    world.git(&["init", "-q", "--bare", "-b", "main", second.to_str().unwrap()]);
    world.git(&["remote", "add", "second", second.to_str().unwrap()]);
    world.git(&["push", "-q", "second", "main"]);
    world.write("later.md", "for the first remote alone\n");
    world.commit("later");
    world.git(&["push", "-q", "origin", "main"]);
    let run = propose(&world, &["--push", "--remote", "second"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(world.git(&["rev-list", "--count", &format!("second/main..second/{BRANCH}")]), "1");
    assert_eq!(tip(&world, BRANCH), "");
}

/// Pipelines make their checkout by `git init` and `git fetch`, which notes no default of the remote.
#[test]
fn starts_from_the_default_that_the_remote_names() {
    let world = World::gitops();
    let bare = world.top().join("remote.git");
    world.git(&["init", "-q", "--bare", "-b", "trunk", bare.to_str().unwrap()]);
    world.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    world.write("trunk.md", "what is deployed\n");
    world.commit("trunk");
    world.git(&["push", "-q", "origin", "main~1:refs/heads/main", "main:refs/heads/trunk"]);
    let trunk = world.git(&["rev-parse", "main"]);
    let planned = world.leeward(&["plan", "--all", "--storage", "minio-a", "--to", "minio-b", "--base", "trunk"]);
    assert_eq!((planned.code, planned.stderr.as_str()), (0, ""), "{planned:?}");
    let run = propose(&world, &["--push"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(world.git(&["rev-parse", &format!("{BRANCH}^")]), trunk);
}

#[test]
fn refuses_flags_that_do_not_go_together() {
    let world = remote();
    for (flags, fact) in [
        (&["--pr", "--push-to", "main"][..], "the argument '--push-to' cannot be used with '--pr'"),
        (&["--push", "--draft"], "the argument '--draft' needs '--pr'"),
        (&["--label", "x"], "the argument '--label' needs '--pr'"),
        (&["--remote", "origin"], "the argument '--remote' needs '--push'"),
    ] {
        let run = propose(&world, flags);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(fact), "{run:?}");
    }
    let unknown = propose(&world, &["--push", "--remote", "fork"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (3, ""), "{unknown:?}");
    assert!(unknown.stderr.contains("no remote is called `fork`"));
    assert_eq!(tip(&world, BRANCH), "");
}

#[test]
fn the_plan_names_the_way_to_a_pull_request_where_the_remote_is_on_a_forge() {
    let world = World::gitops();
    let plan = ["plan", "--all", "--storage", "minio-a", "--to", "minio-b"];
    let next = |world: &World| world.leeward(&plan).stdout.lines().last().unwrap().to_owned();
    let command = "next  leeward propose --storage minio-a --to minio-b --all";
    assert_eq!(next(&world), command);
    // As CI clones it: the address is what git makes of it.
    world.git(&["config", "url.https://github.com/.insteadOf", "gh:"]);
    world.git(&["remote", "add", "origin", "gh:shop/gitops.git"]);
    world.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    assert_eq!(next(&world), format!("{command} --push --pr"));
    world.git(&["remote", "set-url", "origin", "ssh://git@host.invalid/shop/gitops.git"]);
    assert_eq!(next(&world), command);
    world.git(&["remote", "set-url", "--push", "origin", "git@gitlab.com:shop/team/gitops.git"]);
    assert_eq!(next(&world), format!("{command} --push --pr"));
}

#[test]
fn the_script_of_the_action_proposes_and_tells_the_next_steps() {
    let world = remote();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_leeward")).parent().unwrap();
    let mut bash = world.command("bash");
    bash.current_dir(world.repo());
    bash.env("PATH", format!("{}:{}", program.display(), crate::world::path().to_str().unwrap()));
    bash.env("LEEWARD_NOW", crate::world::NOW).env("GITHUB_OUTPUT", world.top().join("outputs"));
    let inputs = [("storage", "minio-a"), ("to", "minio-b"), ("token", "canary-token")];
    let run = Run::of(&mut crate::action::step("propose", &inputs, bash));
    // A folder is no forge: the branch is there, the pull request is not.
    assert_eq!((run.code, tip(&world, BRANCH).is_empty()), (4, false), "{run:?}");
    assert!(!format!("{run:?}").contains("canary"), "{run:?}");
    // What leeward says is no command, what the script says of it is.
    let lines: Vec<&str> = run.stdout.lines().collect();
    let stop = lines[0].strip_prefix("::stop-commands::").unwrap();
    let resumed = lines.iter().position(|line| *line == format!("::{stop}::")).unwrap();
    assert!(lines[1..resumed].iter().any(|line| line.starts_with("committed ")), "{run:?}");
    let fact = "the remote is a folder or no address, so no forge can be asked";
    let hint = "git remote set-url origin https://HOST/OWNER/NAME.git";
    assert_eq!(lines[resumed + 1], format!("::error title=leeward::{fact}%0Ahint: {hint}"));
    let titles = |line: &&str| line.split("::").nth(1).unwrap_or_default().to_owned();
    let rest: Vec<String> = lines[resumed + 2..].iter().map(titles).collect();
    assert_eq!(rest, ["warning title=retention-frozen", "notice title=leeward"], "{run:?}");
    let outputs = std::fs::read_to_string(world.top().join("outputs")).unwrap();
    let told = ["branch", "commit", "pull-request-url", "operation", "exit-meaning"];
    let told = told.map(|name| crate::action::output(&outputs, name).unwrap());
    assert_eq!(told, [BRANCH, &tip(&world, BRANCH), "", "none", "outside"]);
}
