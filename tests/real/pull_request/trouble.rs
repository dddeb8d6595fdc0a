//! A forge that goes away, and a repository with more than one remote.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use super::{BRANCH, FAILOVER, ended, gitops, leeward, operation, pulls, run};
use crate::bed::Bed;
use crate::room::until;

pub(crate) fn a_forge_that_is_started_again_in_the_middle_ends_with_one(bed: &Bed) {
    let mut forge = bed.another_gitea("gitea-restarted");
    let (folder, token, api) = {
        let repository = gitops(&forge, "pull-restarted");
        (repository.folder().to_owned(), forge.token().to_owned(), repository.api_path())
    };
    // git holds leeward up once it has pushed.
    let shims = bed.folder("pull-restarted-shims");
    let pushed = shims.join("pushed");
    let real = bed.tool("git").arg("--exec-path").output().unwrap().stdout;
    let text = format!(
        "#!/bin/sh\n'{}/git' \"$@\"; code=$?\ncase \" $* \" in *' push '*) touch '{1}'\n\
         while [ -e '{1}' ]; do sleep 0.05; done;; esac\nexit $code\n",
        String::from_utf8(real).unwrap().trim(),
        pushed.display()
    );
    std::fs::write(shims.join("git"), text).unwrap();
    std::fs::set_permissions(shims.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let args = [&FAILOVER[..], &["--format=json"]].concat();
    let mut command = leeward(bed, &folder, Some(&token), &args);
    command.env("PATH", format!("{}:{}", shims.display(), crate::process::search_path()));
    let first = std::thread::scope(|scope| {
        let runs = scope.spawn(|| command.output().unwrap());
        until(Duration::from_mins(2), || if pushed.exists() { Ok(()) } else { Err("nothing is pushed".to_owned()) })
            .unwrap();
        forge.down();
        std::fs::remove_file(&pushed).unwrap();
        forge.up().unwrap();
        ended(&runs.join().unwrap())
    });
    // Whoever waits long enough opens it; whoever does not says so and keeps the branch.
    let (code, pushed) = (first.0, &first.1["proposal"]["pushed"]);
    assert!(code == Some(0) || code == Some(4) && pushed == true && first.2.contains("hint: "), "{first:?}");
    let again = ended(&leeward(bed, &folder, Some(&token), &args).output().unwrap());
    let want = if code == Some(0) { "none" } else { "created" };
    assert_eq!(operation(&again), (want, "open"));
    assert_eq!(again.1["proposal"]["commit"], first.1["proposal"]["commit"]);
    let found = forge.api("GET", &format!("{api}/pulls?state=all"), None).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1);
}

pub(crate) fn of_several_remotes_the_named_one_gets_it(bed: &Bed) {
    let (first, second) = (gitops(bed.gitea(), "pull-first"), bed.gitea().repository("pull-second").unwrap());
    let url = second.git(&["remote", "get-url", "origin"]).unwrap();
    first.git(&["remote", "add", "second", &url]).unwrap();
    first.git(&["push", "-q", "second", "main"]).unwrap();
    second.noticed().unwrap();
    first.git(&["fetch", "-q", "second"]).unwrap();
    let named = run(bed, &first, &["--remote", "second", "--base", "second/main"]);
    assert_eq!(operation(&named), ("created", "open"));
    assert_eq!((pulls(bed, &first).len(), pulls(bed, &second).len()), (0, 1));
    assert_eq!(first.git(&["ls-remote", "origin", BRANCH]).unwrap(), "");
    // Without a name it is the one that the branch follows, else `origin`.
    assert_eq!(operation(&run(bed, &first, &[])), ("created", "open"));
    assert_eq!((pulls(bed, &first).len(), pulls(bed, &second).len()), (1, 1));
}
