//! Laws 1, 2 and 3 over generated repositories. A case is accepted, with every proof made again here, or refused by name
//! with nothing written; what is to be refused is known from how the case was made, so that refusing all would fail.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use crate::builds::Checkout;
use crate::case::{Case, Family, case};
use crate::judge::{Claim, judge, writes_to_dead};
use crate::number;
use crate::proposal::{Proposal, Rung, branches, untouchable};
use crate::verdict::verdicts;
use crate::world::{NOW, Run, World, has_program};

/// The cases of a test unless the environment says otherwise.
const CASES: u64 = 12;

/// Two days after every other run.
const LATER: (&str, &str) = ("LEEWARD_NOW", "2026-11-24T10:00:00Z");

/// What cases came to.
#[derive(Debug, Default)]
struct Count {
    /// Proposals with every proof.
    accepted: u64,
    /// Of these, those with an overlay activated by `components`.
    component: u64,
    /// Of these, those with an overlay activated by `patches`.
    append: u64,
    /// Stages `resume` that followed.
    resumed: u64,
    /// Refusals by the name of what wins.
    refused: u64,
    /// Refusals by a guard that has a reason in the case.
    guarded: u64,
}

/// Runs the cases of a family.
fn run(test: &str, family: Family) -> Option<Count> {
    if !has_program(test) {
        return None;
    }
    let mut count = Count::default();
    let seeds = match number("LEEWARD_LAWS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LEEWARD_LAWS_CASES").unwrap_or(CASES),
    };
    let mut failed = Vec::new();
    for seed in seeds {
        println!("{test}: LEEWARD_LAWS_SEED={seed}");
        if catch_unwind(AssertUnwindSafe(|| one(&case(seed, family), &mut count))).is_err() {
            failed.push(seed);
        }
    }
    println!("{test}: {count:?}");
    assert!(failed.is_empty(), "{test}: LEEWARD_LAWS_SEED={failed:?} failed, {count:?}");
    Some(count)
}

/// Runs one case.
fn one(case: &Case, count: &mut Count) {
    let world = case.world();
    let base = world.git(&["rev-parse", "HEAD"]);
    let before = (untouchable(&world), branches(&world));
    let run = world.leeward(&case.words());
    assert!(before.0 == untouchable(&world), "the work tree, the index or a ref of somebody else changed");
    if run.code == 3 && is_guarded(case, &run) {
        assert_eq!(before.1, branches(&world));
        count.guarded += 1;
        return;
    }
    if case.winner.is_some() {
        refused_by_name(case, &run);
        assert_eq!(before.1, branches(&world));
        count.refused += 1;
        return;
    }
    assert_eq!(run.code, 0, "{:?}\n{}\n{}", case.args, run.stdout, run.stderr);
    let [(branch, tip)] = branches(&world).try_into().unwrap();
    let (incident, _) = branch.strip_prefix("leeward/").unwrap().split_once('/').unwrap();
    repeats(case, &world, (&base, &branch, &tip));
    let rungs = holds(case, &Proposal { world: &world, base: &base, tip: &tip, incident }, false);
    count.accepted += 1;
    count.component += u64::from(rungs.contains(&Rung::Component));
    count.append += u64::from(rungs.contains(&Rung::Append));
    if run.stdout.contains("stage 1 of 2") || run.stdout.contains("1 of 2") {
        resumes(case, &world, (&branch, incident));
        count.resumed += 1;
    }
}

/// Returns whether a refusal names a fault that the case has: two backups would get one name in a buffer, or a block scalar
/// ends a kustomization without a line ending, which nothing can be put behind.
fn is_guarded(case: &Case, run: &Run) -> bool {
    let says = |fact: &str| run.stderr.contains(fact) && run.stderr.contains("hint: ");
    let is_open = |(_, path): &(String, String)| {
        let text = String::from_utf8_lossy(&case.files[path]);
        !text.ends_with('\n') && text.contains("patch: |") && says(&format!("hint: echo >> '{path}'"))
    };
    (case.is_buffer && run.stdout.contains("refuse backup-name-shared") && says("have one cron"))
        || (says("no line added to `patches`") && case.roots.iter().any(is_open))
}

/// Checks that a refusal names what wins and where.
fn refused_by_name(case: &Case, run: &Run) {
    let winner = case.winner.unwrap().field_name();
    assert_eq!(run.code, 3, "{:?}\n{}\n{}", case.args, run.stdout, run.stderr);
    let names =
        |(_, kustomization): &(String, String)| run.stderr.contains(&format!("`{winner}` in `{kustomization}`"));
    assert!(case.roots.iter().any(names), "{winner} is not named:\n{}", run.stderr);
}

/// Law 1: another clone gives the same commit; neither another day nor an unrelated push gives another.
fn repeats(case: &Case, world: &World, (base, branch, tip): (&str, &str, &str)) {
    let twin = case.world();
    assert_eq!(twin.git(&["rev-parse", "HEAD"]), base);
    assert_eq!(twin.leeward(&case.words()).code, 0);
    assert_eq!(branches(&twin), [(branch.to_owned(), tip.to_owned())]);
    world.write("docs/unrelated.md", "Somebody else's.\n");
    world.commit("unrelated");
    let again = world.leeward_with(&case.words(), &[LATER]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains(&format!("already proposed: {} on {branch}", &tip[..7])), "{}", again.stdout);
    assert_eq!(branches(world), [(branch.to_owned(), tip.to_owned())]);
}

/// Laws 2 and 3: what the commit changes, in files and in builds; returns how overlays were activated.
fn holds(case: &Case, proposal: &Proposal, is_resumed: bool) -> Vec<Rung> {
    let paths = proposal.paths();
    for path in &paths {
        let (folder, kustomization) = case.root_of(path).unwrap_or_else(|| panic!("`{path}` is in no root"));
        let overlays = format!("{folder}/recovery/{}/", proposal.incident);
        assert!(path == kustomization || path.starts_with(overlays.trim_start_matches('/')), "`{path}` is not ours");
    }
    let (before, after) = (Checkout::of(proposal.world, proposal.base), Checkout::of(proposal.world, proposal.tip));
    let claim = Claim { incident: proposal.incident, is_buffer: case.is_buffer, is_resumed };
    let mut rungs = Vec::new();
    for (folder, kustomization) in &case.roots {
        let is_chosen = |cluster: &Value| match &case.named {
            Some((root, name)) => root == folder && cluster["metadata"]["name"] == name.as_str(),
            None => writes_to_dead(cluster),
        };
        let (before, after) = (before.build(proposal.world, folder), after.build(proposal.world, folder));
        judge(&claim, &before, &after, is_chosen);
        if paths.contains(kustomization) {
            rungs.extend(proposal.check_edit(folder, kustomization));
        }
    }
    rungs
}

/// Types a command that the program hinted at.
fn typed(world: &World, hint: &str) -> Run {
    let script = hint.replacen("leeward", env!("CARGO_BIN_EXE_leeward"), 1);
    let mut command = world.command("sh");
    let output = command.args(["-c", &script]).current_dir(world.repo()).env("LEEWARD_NOW", NOW).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Merges stage `protect` and proposes `resume`, under the same laws.
fn resumes(case: &Case, world: &World, (branch, incident): (&str, &str)) {
    let first = world.git(&["rev-list", "--max-parents=0", "main"]);
    world.git(&["merge", "-q", "--no-ff", "--no-edit", branch]);
    let mut words = vec!["propose", "--stage", "resume", "--incident", incident];
    let verdicts = verdicts(world, incident);
    match &case.named {
        Some(_) => {
            let cluster = case.args.iter().find(|word| word.contains(':')).unwrap();
            words.extend(["--confirmed-backup", "cron-full-1", "--cluster", cluster]);
        }
        None => words.extend(verdicts.iter().map(String::as_str).chain(["--all"])),
    }
    let mut run = world.leeward(&words);
    if run.code == 3 && run.stdout.contains("refuse stage-unknown") {
        // A set with a cluster that has nothing to resume: the hint leaves it out.
        let hint = run.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
        run = typed(world, hint);
    }
    assert_eq!(run.code, 0, "{words:?}\n{}\n{}", run.stdout, run.stderr);
    let resumed = format!("leeward/{incident}/resume");
    let (_, tip) = branches(world).into_iter().find(|(name, _)| *name == resumed).unwrap();
    world.git(&["checkout", "-q", "--detach", &tip]);
    world.git(&["rm", "-q", "docs/unrelated.md"]);
    world.git(&["commit", "-q", "-m", "for the comparison with the very base"]);
    holds(case, &Proposal { world, base: &first, tip: "HEAD", incident }, true);
}

/// Runs a family and asserts that enough of it came to what it is for.
fn at_least(test: &str, family: Family, of: impl Fn(&Count) -> u64) {
    let Some(count) = run(test, family) else { return };
    let cases = number("LEEWARD_LAWS_CASES").unwrap_or(CASES);
    assert!(number("LEEWARD_LAWS_SEED").is_some() || of(&count) * 2 >= cases, "{count:?}");
}

#[test]
fn keeps_the_laws_over_odd_kustomizations() {
    at_least("keeps_the_laws_over_odd_kustomizations", Family::Odd, |count| count.component);
}

#[test]
fn keeps_the_laws_under_late_patches() {
    at_least("keeps_the_laws_under_late_patches", Family::Late, |count| count.append);
}

#[test]
fn refuses_what_comes_after_every_patch_and_names_it() {
    at_least("refuses_what_comes_after_every_patch_and_names_it", Family::Won, |count| count.refused);
}
