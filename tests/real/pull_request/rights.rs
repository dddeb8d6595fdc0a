//! What a forge does not let leeward do: its words are shown, each reason apart, with the way out.

use serde_json::json;

use super::{BRANCH, FAILOVER, ended, gitops, leeward, pulls, run};
use crate::bed::Bed;

pub(crate) fn a_protected_branch_is_told_with_the_way_round_it(bed: &Bed) {
    let repository = gitops(bed.gitea(), "pull-protected");
    let protect = |rule: &str| {
        let rule = json!({"rule_name": rule, "branch_name": rule, "enable_push": false});
        let path = format!("{}/branch_protections", repository.api_path());
        bed.gitea().api("POST", &path, Some(&rule)).unwrap();
    };
    protect("main");
    let straight = run_without_pull(bed, repository.folder(), &["--push-to", "main"]);
    assert_eq!(straight.0, Some(4), "{straight:?}");
    assert!(straight.2.contains("protected branch") && straight.2.ends_with("\nhint: --push --pr\n"), "{}", straight.2);
    protect("leeward/*/*");
    let own = run(bed, &repository, &[]);
    assert_eq!(own.0, Some(4), "{own:?}");
    assert!(own.2.contains("protected branch") && own.2.ends_with("\nhint: --push-to BRANCH\n"), "{}", own.2);
    // The commit is here, nothing is there.
    assert_eq!(repository.git(&["ls-remote", "origin", BRANCH]).unwrap(), "");
    assert_eq!(json!(repository.git(&["rev-parse", BRANCH]).unwrap()), own.1["proposal"]["commit"]);
    assert_eq!(pulls(bed, &repository).len(), 0);
}

/// Runs without `--pr`.
fn run_without_pull(bed: &Bed, folder: &std::path::Path, args: &[&str]) -> (Option<i32>, serde_json::Value, String) {
    let flags: Vec<&str> = FAILOVER.into_iter().filter(|flag| !["--pr", "--forge=gitea"].contains(flag)).collect();
    let args = [&flags[..], &["--format=json"], args].concat();
    ended(&leeward(bed, folder, Some(bed.gitea().token()), &args).output().unwrap())
}

pub(crate) fn tokens_that_may_not_are_told_apart(bed: &Bed) {
    let forge = bed.gitea();
    let repository = gitops(forge, "pull-rights");
    let private = json!({"private": true});
    forge.api("PATCH", &repository.api_path(), Some(&private)).unwrap();
    let reads = forge.user("bot", "reads", &["read:repository", "read:issue", "read:user"]).unwrap();
    let stranger = forge.user("eve", "stranger", &["all"]).unwrap();
    let args = [&FAILOVER[..], &["--format=json"]].concat();
    for (token, status) in
        [(reads.as_str(), "403"), (&stranger, "404"), ("0123456789012345678901234567890123456789", "401")]
    {
        let run = ended(&leeward(bed, repository.folder(), Some(token), &args).output().unwrap());
        assert_eq!((run.0, &run.1["proposal"]["pushed"]), (Some(4), &json!(true)), "{}", run.2);
        assert!(run.2.contains(&format!(" is answered with {status}")), "{}", run.2);
        let hint =
            if status == "401" { "hint: export GITEA_TOKEN=TOKEN" } else { "hint: give the token of `GITEA_TOKEN`" };
        assert!(run.2.contains(hint) && !run.2.contains(token) && !run.1.to_string().contains(token), "{}", run.2);
        assert!(run.1["proposal"]["compare_url"].as_str().unwrap().ends_with(BRANCH), "{run:?}");
    }
    assert_eq!(pulls(bed, &repository).len(), 0);
}
