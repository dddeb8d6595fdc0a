//! Objects that go from one Kustomization to another in one change: what `preview` says of both, held against whether the
//! real Flux kept the object or made it anew.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::flux::{follower, kustomization};
use crate::gitea::{Repository, Tree};
use crate::room::until;

/// What stands between the two, and what has to be said of each.
const CASES: [(&str, [&str; 2]); 6] = [
    ("kept", ["unchanged", "change"]),
    ("first", ["unchanged", "change"]),
    ("second", ["delete", "create"]),
    ("open", ["cannot-tell", "cannot-tell"]),
    ("half", ["cannot-tell", "cannot-tell"]),
    ("whole", ["unchanged", "change"]),
];

/// Returns the namespace of a case.
fn place(case: &str) -> String {
    format!("moved-{case}")
}

/// Returns the files of a folder: an object that stays, and perhaps the one that moves.
fn folder(case: &str, side: &str, moved: Option<&str>) -> Tree {
    let map = |name: &str, word: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": place(case)}, "data": {"word": word},
        })
    };
    let mut objects = vec![map(&format!("stays-{side}"), "old")];
    objects.extend(moved.map(|word| map("moved", word)));
    crate::preview::root(&format!("{case}/{side}"), &objects)
}

/// Returns what applies both folders of a case, or the one that holds the object.
fn owners(repository: &Repository<'_>, case: &str, is_after: bool) -> Vec<Value> {
    let [from, to] = ["from", "to"].map(|side| format!("{case}/{side}"));
    let (mut giver, mut taker) = (kustomization(repository, &from), kustomization(repository, &to));
    let waits = |folder: &str| json!([{"name": follower(&repository.name, folder)}]);
    match case {
        "kept" => giver["spec"]["prune"] = false.into(),
        "first" => giver["spec"]["dependsOn"] = waits(&to),
        "second" => taker["spec"]["dependsOn"] = waits(&from),
        "half" | "whole" => {
            let at = if is_after { &to } else { &from };
            giver["spec"]["path"] = format!("./{at}").into();
            return vec![giver];
        }
        _ => {}
    }
    vec![giver, taker]
}

/// Returns the files of all cases, and what applies them.
fn tree(repository: &Repository<'_>, is_after: bool) -> Tree {
    let mut tree = Tree::new();
    for (case, _) in CASES {
        let here = |is_here: bool, word| is_here.then_some(word);
        let is_whole = case == "whole";
        tree.extend(folder(case, "from", here(!is_after, "old")).into_iter().filter(|_| !is_whole || !is_after));
        tree.extend(folder(case, "to", here(is_after, "new")).into_iter().filter(|_| !is_whole || is_after));
        for (at, owner) in owners(repository, case, is_after).iter().enumerate() {
            tree.insert(format!("owners/{case}-{at}.json"), owner.to_string());
        }
    }
    tree
}

/// Returns what is said of the object that moves, where it leaves and where it comes.
fn said(bed: &Bed, repository: &Repository<'_>) -> BTreeMap<String, Vec<String>> {
    let output =
        bed.leeward(repository.folder()).args(["preview", "--head", "change", "--format", "json"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let answer: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {output:?}")).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for root in answer["roots"].as_array().unwrap() {
        let objects = root["objects"].as_array().unwrap().iter();
        let case = root["path"].as_str().unwrap().split('/').next().unwrap();
        let actions = objects.filter(|object| object["id"]["name"] == "moved").map(|object| &object["action"]);
        said.entry(case.to_owned()).or_default().extend(actions.map(|action| action.as_str().unwrap().to_owned()));
    }
    said
}

/// Returns the identity and the word of the object that moves.
fn live(bed: &Bed, case: &str) -> (String, String) {
    let found = bed.kubernetes().get(&["configmap", "moved", "-n", &place(case)]).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&found["metadata"]["uid"]), text(&found["data"]["word"]))
}

/// Waits until all are through with a revision; one that waits for another is only after that is.
fn settle(bed: &Bed, repository: &Repository<'_>, revision: &str) {
    let all = until(Duration::from_mins(3), || {
        let applied = bed.flux().settle(repository, revision)?;
        if applied.values().all(Result::is_ok) { Ok(()) } else { Err(format!("{applied:?}")) }
    });
    assert_eq!(all, Ok(()));
}

pub(crate) fn flux_hands_over_or_makes_anew_as_the_preview_says(bed: &Bed) {
    let (cluster, flux) = (bed.kubernetes(), bed.flux());
    for (case, _) in CASES {
        cluster.namespace(&place(case)).unwrap();
    }
    let repository = bed.gitea().repository("moved").unwrap();
    let all = |is_after| CASES.iter().flat_map(|(case, _)| owners(&repository, case, is_after)).collect::<Vec<_>>();
    let first = repository.push(&tree(&repository, false), "before").unwrap();
    flux.follow_as(&repository, &all(false)).unwrap();
    settle(bed, &repository, &first);
    let before: Vec<_> = CASES.iter().map(|(case, _)| live(bed, case)).collect();
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    repository.git(&["remote", "set-head", "origin", "main"]).unwrap();
    repository.git(&["checkout", "-q", "-b", "change"]).unwrap();
    repository.git(&["rm", "-q", "-r", "whole/from"]).unwrap();
    repository.push(&tree(&repository, true), "after").unwrap();
    // The folder that loses the object sorts before the one that gets it.
    let wanted: BTreeMap<String, Vec<String>> =
        CASES.map(|(case, actions)| (case.to_owned(), actions.map(str::to_owned).to_vec())).into();
    assert_eq!(said(bed, &repository), wanted);
    repository.merge("change", "after").unwrap();
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    flux.follow_as(&repository, &all(true)).unwrap();
    settle(bed, &repository, &repository.git(&["rev-parse", "origin/main"]).unwrap());
    for ((case, actions), (uid, _)) in CASES.iter().zip(before) {
        let (now, word) = live(bed, case);
        assert_eq!(word, "new", "{case}");
        match actions {
            ["delete", _] => assert_ne!(now, uid, "{case}: it was handed over"),
            ["unchanged", _] => assert_eq!(now, uid, "{case}: it was made anew"),
            _ => {}
        }
    }
}
