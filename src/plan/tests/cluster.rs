//! The running cluster: what Git says of it, and what only the cluster could tell.

use super::fixture::Case;

#[test]
fn says_what_was_not_checked() {
    Case::failover().says(
        "not-checked",
        "note: unfinished and terminating Backups on `minio-a`, restores and a paused cluster: not \
        checked, no cluster given",
    );
}

#[test]
fn warns_about_a_paused_cluster() {
    Case::failover().know(|subject| subject.bare.is_paused = true).says(
        "cluster-paused",
        "warn: `spec.pause` is true: no backup runs until the cluster does\n  hint: pause: false",
    );
}

#[test]
fn names_the_check_and_the_cure_for_a_held_lease() {
    Case::failover().base("allowParallel: false").says(
        "backup-lease",
        "warn: `allowParallel: false`: an unfinished Backup on `minio-a` holds every later one\n  \
        hint: kubectl -n pxc-a get pxc-backup; kubectl -n pxc-a patch job xb-BACKUP --type merge \
        -p '{\"spec\":{\"activeDeadlineSeconds\":1}}'",
    );
    Case::rotate(None).base("allowParallel: false").says("backup-lease", "");
}

#[test]
fn says_what_git_does_not_rotate() {
    Case::rotate(None).says(
        "secret-content",
        "warn: Secret `a-keys` must hold the new keys before this is merged, and the old keys must \
        still work until then",
    );
    Case::rotate(Some("a-keys")).says(
        "secret-content",
        "warn: Secret `a-keys` must hold the new keys before this is merged, and the old keys must \
        still work until then",
    );
    Case::rotate(Some("a-keys-2")).says(
        "old-secret",
        "warn: Secret `a-keys` has to stay, with working keys, while any Backup names it (new: `a-keys-2`)",
    );
}

#[test]
fn names_the_secrets_that_the_base_names() {
    let stays = |old: &str| {
        format!("warn: Secret `{old}` has to stay, with working keys, while any Backup names it (new: `a-keys-3`)")
    };
    let merged = Case::rotate(Some("a-keys-2")).merged();
    let again = merged.ask(|request| request.new_secret = Some("a-keys-3".to_owned()));
    again.says("old-secret", &format!("{}\n{}", stays("a-keys-2"), stays("a-keys")));
}
