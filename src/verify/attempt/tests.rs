//! The choice of a test backup: what a rerun follows, awaits and makes.

use super::*;
use crate::model::backup::Backup;
use crate::model::version::Version;

/// Returns a Backup with a number, a stage and a state.
fn own(number: u32, of_stage: &str, state: &str) -> Value {
    json!({
        "metadata": {"name": format!("leeward-a-1122-{number}"), "creationTimestamp": "2026-11-22T10:30:00Z",
            "labels": {INCIDENT_LABEL: "a-1122", STAGE: of_stage}},
        "spec": {"pxcCluster": "c1", "storageName": "b"}, "status": {"state": state, "destination": "s3://dr/x"},
    })
}

/// Returns a Backup with a number and a state that was made for a change.
fn of_change(number: u32, change: &str, state: &str) -> Value {
    let mut own = own(number, "protect", state);
    own["metadata"]["labels"][CHANGE_LABEL] = change.into();
    own
}

/// Returns a scheduled Backup on a storage.
fn scheduled(name: &str, storage: &str, created: &str, state: &str) -> Value {
    json!({
        "metadata": {"name": name, "creationTimestamp": created},
        "spec": {"pxcCluster": "c1", "storageName": storage}, "status": {"state": state},
    })
}

/// What is chosen of some backups.
fn chosen(backups: &[Value], making: Making) -> Choice {
    with_attempt(|attempt| attempt.choose(backups, making))
}

/// Hands out what a test backup of a change of 10:00 is for.
fn with_attempt<T>(use_it: impl FnOnce(&Attempt<'_>) -> T) -> T {
    let storages = ["b".to_owned()];
    let home = Backup::read(&json!({"storages": {"b": {"type": "s3", "s3": {"bucket": "dr"}}}})).unwrap();
    let since = "2026-11-22T10:00:00Z".parse().ok();
    let proof = Proof { incident: "a-1122", cluster: "c1", storages: &storages, since, change: "0a", home: &home };
    use_it(&Attempt { stage: Stage::Protect, namespace: "pxc", proof, storage: "b" })
}

#[test]
fn a_rerun_finds_its_own_and_makes_another_one_only_after_a_failure() {
    let follow = |name: &str| Choice::Follow(name.to_owned());
    let make = |text: &str| Choice::Make(text.to_owned());
    assert_eq!(chosen(&[], Making::Asked), make("leeward-a-1122-1"));
    for state in ["", "Starting", "Running", "Succeeded"] {
        assert_eq!(chosen(&[own(1, "protect", state)], Making::Asked), follow("leeward-a-1122-1"), "{state}");
    }
    let failed = [own(1, "protect", "Failed"), own(10, "protect", "Failed"), own(9, "protect", "Succeeded")];
    assert_eq!(chosen(&failed, Making::Asked), make("leeward-a-1122-11"));
    assert_eq!(chosen(&failed, Making::NotAsked), follow("leeward-a-1122-10"));
    let other_stage = [own(3, "resume", "Succeeded")];
    assert_eq!(chosen(&other_stage, Making::Asked), make("leeward-a-1122-4"));
    let mut other_cluster = own(1, "protect", "Succeeded");
    other_cluster["spec"]["pxcCluster"] = "c2".into();
    assert_eq!(chosen(&[other_cluster], Making::Asked), make("leeward-a-1122-2"), "that name is taken");
    for (pointer, value) in [("/metadata/creationTimestamp", "2026-11-22T09:59:59Z"), ("/spec/storageName", "a")] {
        let mut stale = own(1, "protect", "Succeeded");
        *stale.pointer_mut(pointer).unwrap() = value.into();
        assert_eq!(chosen(&[stale.clone()], Making::Asked), make("leeward-a-1122-2"), "{pointer}");
        assert_eq!(chosen(&[stale], Making::NotAsked), Choice::None, "{pointer}");
    }
    let mut going = own(1, "protect", "Running");
    going["metadata"]["deletionTimestamp"] = "2026-11-22T10:00:00Z".into();
    assert_eq!(chosen(&[going], Making::Asked), make("leeward-a-1122-2"));
}

#[test]
fn its_own_of_this_change_is_followed_whatever_clocks_say() {
    let follow = |name: &str| Choice::Follow(name.to_owned());
    for state in ["", "Starting", "Running", "Succeeded"] {
        for created in ["2026-11-22T09:59:40Z", "2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z"] {
            let mut own = of_change(1, "0a", state);
            own["metadata"]["creationTimestamp"] = created.into();
            for making in [Making::Asked, Making::NotAsked] {
                assert_eq!(chosen(&[own.clone()], making), follow("leeward-a-1122-1"), "{state} {created}");
            }
        }
    }
    let both = [of_change(1, "0a", "Running"), of_change(2, "0a", "Failed")];
    assert_eq!(chosen(&both, Making::Asked), follow("leeward-a-1122-1"), "none is made beside it");
}

#[test]
fn none_is_made_beside_its_own_of_another_state_of_the_change() {
    let awaited = |earlier: &str, next: &str| Choice::Await { earlier: earlier.to_owned(), next: next.to_owned() };
    let mut unlabelled = own(1, "protect", "Running");
    unlabelled["metadata"]["creationTimestamp"] = "2026-11-22T09:59:40Z".into();
    for earlier in [of_change(1, "0b", "Running"), unlabelled] {
        let wait = awaited("leeward-a-1122-1", "leeward-a-1122-2");
        assert_eq!(chosen(std::slice::from_ref(&earlier), Making::Asked), wait);
        assert_eq!(chosen(std::slice::from_ref(&earlier), Making::NotAsked), Choice::None);
        let both = [earlier.clone(), of_change(2, "0a", "Failed")];
        assert_eq!(chosen(&both, Making::Asked), awaited("leeward-a-1122-1", "leeward-a-1122-3"));
        let both = [earlier, of_change(2, "0a", "Running")];
        assert_eq!(chosen(&both, Making::Asked), Choice::Follow("leeward-a-1122-2".to_owned()));
    }
    for over in ["Succeeded", "Failed"] {
        let make = Choice::Make("leeward-a-1122-2".to_owned());
        assert_eq!(chosen(&[of_change(1, "0b", over)], Making::Asked), make, "{over}");
    }
}

#[test]
fn one_that_lies_elsewhere_or_goes_is_made_anew_and_told_of_where_none_is_asked_for() {
    let mut elsewhere = of_change(1, "0a", "Succeeded");
    elsewhere["status"]["destination"] = "s3://old/x".into();
    let mut going = of_change(1, "0a", "Succeeded");
    going["metadata"]["deletionTimestamp"] = "2026-11-22T11:00:00Z".into();
    for lost in [&elsewhere, &going] {
        assert_eq!(chosen(std::slice::from_ref(lost), Making::Asked), Choice::Make("leeward-a-1122-2".to_owned()));
        assert_eq!(chosen(std::slice::from_ref(lost), Making::NotAsked), Choice::Follow("leeward-a-1122-1".to_owned()));
    }
    let other = scheduled("daily", "b", "2026-11-22T11:00:00Z", "Succeeded");
    assert_eq!(chosen(&[going, other], Making::NotAsked), Choice::Follow("daily".to_owned()));
}

#[test]
fn a_scheduled_one_counts_where_it_lies_on_the_new_storage_and_is_not_older() {
    let all = [
        scheduled("before", "b", "2026-11-22T09:00:00Z", "Succeeded"),
        scheduled("elsewhere", "a", "2026-11-22T12:00:00Z", "Succeeded"),
        scheduled("done", "b", "2026-11-22T11:00:00Z", "Succeeded"),
        scheduled("runs", "b", "2026-11-22T12:00:00Z", "Running"),
    ];
    assert_eq!(chosen(&all, Making::NotAsked), Choice::Follow("done".to_owned()));
    assert_eq!(chosen(&all[3..], Making::NotAsked), Choice::Follow("runs".to_owned()));
    assert_eq!(chosen(&all[..2], Making::NotAsked), Choice::None);
    assert_eq!(chosen(&all, Making::Asked), Choice::Make("leeward-a-1122-1".to_owned()));
}

#[test]
fn deadlines_follow_the_operator_and_no_finalizer_deletes_the_data() {
    let of = |version: &str| {
        let rules = Rules::new(Version::parse(version).ok(), None).unwrap();
        with_attempt(|attempt| attempt.object("leeward-a-1122-1", &rules))
    };
    let (id, new) = of("1.19.0");
    assert_eq!(id.to_string(), "PerconaXtraDBClusterBackup pxc/leeward-a-1122-1");
    let want = json!({
        "pxcCluster": "c1", "storageName": "b", "startingDeadlineSeconds": 300, "suspendedDeadlineSeconds": 1200,
        "runningDeadlineSeconds": 600, "activeDeadlineSeconds": 14400,
    });
    assert_eq!(new["spec"], want);
    assert_eq!(new["metadata"].get("finalizers"), None);
    let labels = json!({"leeward/incident": "a-1122", "leeward/stage": "protect", "leeward/change": "0a"});
    assert_eq!(new["metadata"]["labels"], labels);
    let (_, old) = of("1.18.0");
    assert_eq!(old["spec"].get("runningDeadlineSeconds"), None);
}
