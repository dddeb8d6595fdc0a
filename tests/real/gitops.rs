//! That Flux and Argo CD do to the cluster what a later test holds a prediction against: commits, edits by hand, healing.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

use std::time::Duration;

use serde_json::json;

use crate::argo::{Mode, Sync};
use crate::bed::Bed;
use crate::gitea::Tree;
use crate::operator;
use crate::room::until;

/// Returns the files of a folder that makes one `ConfigMap` in a namespace.
pub(crate) fn config_map(folder: &str, namespace: &str, value: &str) -> Tree {
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "from-git", "namespace": namespace},
        "data": {"key": value},
    });
    let list = json!({"resources": ["map.yaml"]});
    [("map.yaml", map), ("kustomization.yaml", list)]
        .map(|(name, text)| (format!("{folder}/{name}"), text.to_string()))
        .into()
}

/// Returns what the cluster holds under the key of the `ConfigMap` of a namespace.
fn live_value(bed: &Bed, namespace: &str) -> String {
    bed.kubernetes().get(&["configmap", "from-git", "-n", namespace]).unwrap()["data"]["key"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub(crate) fn flux_applies_each_folder_and_says_which_it_refuses(bed: &Bed) {
    let (cluster, flux) = (bed.kubernetes(), bed.flux());
    let repository = bed.gitea().repository("flux").unwrap();
    let folders = ["flux-a", "flux-b", "flux-broken"];
    for folder in folders {
        cluster.namespace(folder).unwrap();
    }
    let mut files: Tree = folders.iter().flat_map(|folder| config_map(folder, folder, "one")).collect();
    files.insert("flux-broken/map.yaml".to_owned(), "kind: ConfigMap\n".to_owned());
    let first = repository.push(&files, "before").unwrap();
    flux.follow(&repository, &folders, &json!({})).unwrap();
    let applied = flux.settle(&repository, &first).unwrap();
    let refused = applied["flux-broken"].as_ref().unwrap_err();
    assert!(refused.contains("kustomize build failed"), "{refused}");
    assert_eq!((&applied["flux-a"], &applied["flux-b"]), (&Ok(()), &Ok(())));
    cluster.kubectl(&["patch", "configmap", "from-git", "-n", "flux-a", "-p", r#"{"data":{"key":"hand"}}"#]).unwrap();
    flux.settle(&repository, &first).unwrap();
    assert_eq!(live_value(bed, "flux-a"), "one");
    let second = repository.push(&config_map("flux-b", "flux-b", "two"), "after").unwrap();
    flux.settle(&repository, &second).unwrap();
    assert_eq!((live_value(bed, "flux-a"), live_value(bed, "flux-b")), ("one".to_owned(), "two".to_owned()));
}

pub(crate) fn argo_cd_syncs_both_ways_and_heals_where_it_is_told_to(bed: &Bed) {
    let (cluster, argo) = (bed.kubernetes(), bed.argo());
    let repository = bed.gitea().repository("argo").unwrap();
    let folders = ["argo-client", "argo-server", "argo-healed"];
    for folder in folders {
        cluster.namespace(folder).unwrap();
    }
    let files: Tree = folders.iter().flat_map(|folder| config_map(folder, folder, "one")).collect();
    let first = repository.push(&files, "before").unwrap();
    argo.follow(&repository, &folders[..1], (Mode::ClientSide, Sync::Asked), &json!({})).unwrap();
    argo.follow(&repository, &folders[1..2], (Mode::ServerSide, Sync::Asked), &json!({})).unwrap();
    argo.follow(&repository, &folders[2..], (Mode::ClientSide, Sync::SelfHealed), &json!({})).unwrap();
    let synced = argo.sync(&repository, &first).unwrap();
    assert_eq!(synced, folders.map(|folder| (folder.to_owned(), Ok(()))).into());
    let second = repository.push(&config_map("argo-server", "argo-server", "two"), "after").unwrap();
    let compared = argo.compare(&repository).unwrap();
    let words = folders.map(|folder| compared[folder].as_str());
    assert_eq!(words, ["Synced", "OutOfSync", "Synced"]);
    argo.sync(&repository, &second).unwrap();
    let values = folders.map(|folder| live_value(bed, folder));
    assert_eq!(values, ["one", "two", "one"]);
    for folder in [folders[0], folders[2]] {
        cluster.kubectl(&["patch", "configmap", "from-git", "-n", folder, "-p", r#"{"data":{"key":"hand"}}"#]).unwrap();
    }
    let healed = until(Duration::from_secs(30), || match live_value(bed, folders[2]).as_str() {
        "one" => Ok(()),
        other => Err(other.to_owned()),
    });
    assert_eq!((healed, live_value(bed, folders[0]).as_str()), (Ok(()), "hand"));
}

pub(crate) fn argo_cd_shows_what_a_changed_checkout_would_change(bed: &Bed) {
    let (cluster, argo) = (bed.kubernetes(), bed.argo());
    let repository = bed.gitea().repository("differs").unwrap();
    cluster.namespace("differs").unwrap();
    let first = repository.push(&config_map("differs", "differs", "one"), "before").unwrap();
    argo.follow(&repository, &["differs"], (Mode::ClientSide, Sync::Asked), &json!({})).unwrap();
    argo.sync(&repository, &first).unwrap();
    assert_eq!(argo.diff(&repository, "differs", repository.folder()).unwrap(), "");
    std::fs::write(
        repository.folder().join("differs/map.yaml"),
        config_map("differs", "differs", "two")["differs/map.yaml"].as_bytes(),
    )
    .unwrap();
    let difference = argo.diff(&repository, "differs", repository.folder()).unwrap();
    let changed: Vec<&str> = difference.lines().filter(|line| line.starts_with(['<', '>'])).collect();
    assert_eq!(changed, ["<   key: one", ">   key: two"]);
}

pub(crate) fn an_added_storage_goes_with_flux_and_stays_with_argo_cd(bed: &Bed) {
    let cluster = bed.kubernetes();
    if !operator::defined(cluster, "an_added_storage_goes_with_flux_and_stays_with_argo_cd") {
        return;
    }
    let repository = bed.gitea().repository("added").unwrap();
    let folders = ["added-flux", "added-client", "added-server"];
    let files = |size: u8| -> Tree {
        let of = |folder: &str| {
            let mut sample = operator::sample(folder);
            sample["spec"]["pxc"]["size"] = json!(size);
            let list = json!({"resources": ["db.yaml"]});
            [("db.yaml", sample), ("kustomization.yaml", list)]
                .map(|(name, text)| (format!("{folder}/{name}"), text.to_string()))
        };
        folders.into_iter().flat_map(of).collect()
    };
    for folder in folders {
        cluster.namespace(folder).unwrap();
    }
    let before = repository.push(&files(3), "before").unwrap();
    bed.flux().follow(&repository, &folders[..1], &json!({})).unwrap();
    bed.argo().follow(&repository, &folders[1..2], (Mode::ClientSide, Sync::Asked), &json!({})).unwrap();
    bed.argo().follow(&repository, &folders[2..], (Mode::ServerSide, Sync::Asked), &json!({})).unwrap();
    bed.flux().settle(&repository, &before).unwrap();
    bed.argo().sync(&repository, &before).unwrap();
    let added = json!({"spec": {"backup": {"storages": {"second": operator::storage("http://second")}}}}).to_string();
    for folder in folders {
        cluster.kubectl(&["patch", "pxc", "db", "-n", folder, "--type=merge", "-p", &added]).unwrap();
    }
    let after = repository.push(&files(5), "after").unwrap();
    bed.flux().settle(&repository, &after).unwrap();
    bed.argo().sync(&repository, &after).unwrap();
    let stays = folders.map(|folder| {
        let live = cluster.get(&["pxc", "db", "-n", folder]).unwrap();
        assert_eq!(live["spec"]["pxc"]["size"], 5);
        live["spec"]["backup"]["storages"].get("second").is_some()
    });
    assert_eq!(stays, [false, true, true]);
}
