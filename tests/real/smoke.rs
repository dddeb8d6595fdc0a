//! That the testbed itself works: the cluster and the forge each do their part of the story once.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

use std::time::Duration;

use serde_json::json;

use crate::bed::Bed;
use crate::gitops::config_map;
use crate::minio::{Drives, Setup, writable};
use crate::operator;
use crate::room::until;

pub(crate) fn the_api_server_takes_the_operators_definitions_and_a_cluster(bed: &Bed) {
    let cluster = bed.kubernetes();
    if !operator::defined(cluster, "the_api_server_takes_the_operators_definitions_and_a_cluster") {
        return;
    }
    cluster.namespace("takes-a-cluster").unwrap();
    let sample = operator::sample("takes-a-cluster");
    cluster.apply(&sample.to_string()).unwrap();
    let live = cluster.get(&["pxc", "db", "-n", "takes-a-cluster"]).unwrap();
    let mut defaulted = sample["spec"].clone();
    // The only default of the definition outside a list that this cluster meets.
    defaulted["backup"]["runningDeadlineSeconds"] = json!(1200);
    assert_eq!(live["spec"], defaulted);
    assert_eq!(live["metadata"]["managedFields"][0]["manager"], "kubectl");
    let output = bed.leeward(&bed.folder("takes-a-cluster")).arg("--version").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.starts_with(&format!("leeward {}\ncommit   ", env!("CARGO_PKG_VERSION"))), "{said}");
}

pub(crate) fn a_deleted_namespace_is_gone_with_what_was_in_it(bed: &Bed) {
    let cluster = bed.kubernetes();
    cluster.managed().unwrap();
    cluster.namespace("goes").unwrap();
    cluster.kubectl(&["create", "configmap", "inside", "-n", "goes"]).unwrap();
    cluster.kubectl(&["delete", "namespace", "goes", "--wait=false"]).unwrap();
    let gone = until(Duration::from_secs(30), || match cluster.get(&["namespace", "goes"]) {
        Err(why) if why.contains("NotFound") => Ok(why),
        other => Err(format!("{other:?}")),
    });
    assert!(gone.is_ok(), "{gone:?}");
}

pub(crate) fn the_forge_takes_a_push_and_merges_a_pull_request(bed: &Bed) {
    let repository = bed.gitea().repository("merges").unwrap();
    repository.push(&config_map("map", "x", "one"), "first").unwrap();
    repository.git(&["checkout", "-q", "-b", "change"]).unwrap();
    let head = repository.push(&config_map("map", "x", "two"), "second").unwrap();
    let number = repository.merge("change", "A change").unwrap();
    let pull = bed.gitea().api("GET", &format!("{}/pulls/{number}", repository.api_path()), None).unwrap();
    assert_eq!((&pull["merged"], &pull["head"]["sha"]), (&json!(true), &json!(head)));
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    assert_eq!(repository.git(&["diff", "--stat", "origin/main", "HEAD"]).unwrap(), "");
}

pub(crate) fn the_storage_keeps_what_a_key_may_put_and_has_it_after_a_restart(bed: &Bed) {
    let mut minio = bed.minio("smoke-minio", Setup::default());
    minio.bucket("pxc").unwrap();
    let own = json!({"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::pxc/c1/*"]});
    minio.policy("writes", &json!([own])).unwrap();
    minio.user("writer", "writers-secret", "writes").unwrap();
    minio.put("pxc", "c1/first", b"one").unwrap();
    let put = |key: &str, object: &str| {
        let mut mc = minio.client(key, "writers-secret").unwrap();
        mc.args(["pipe", object]).stdin(std::process::Stdio::null()).output().unwrap().status.success()
    };
    assert_eq!(
        (put("writer", "it/pxc/c1/second"), put("writer", "it/pxc/c2/third"), put("nobody", "it/pxc/c1/x")),
        (true, false, false)
    );
    minio.restart().unwrap();
    let objects = minio.objects("pxc", "c1/").unwrap();
    assert_eq!(objects, [("c1/first".to_owned(), 3), ("c1/second".to_owned(), 0)]);
    minio.remove("pxc", "c1/first").unwrap();
    assert_eq!(minio.objects("pxc", "").unwrap(), [("c1/second".to_owned(), 0)]);
}

pub(crate) fn the_storage_says_what_keeps_it_from_writing(bed: &Bed) {
    let of = |drives| Setup { drives, ..Setup::default() };
    let four = bed.minio("smoke-four", of(Drives::Four));
    four.bucket("pxc").unwrap();
    (1..=3).for_each(|number| std::fs::remove_dir_all(four.drive(number)).unwrap());
    writable(&four, false).unwrap();
    assert!(four.put("pxc", "x", b"one").is_err());
    let waiting = bed.minio("smoke-waiting", of(Drives::Missing));
    assert!(writable(&waiting, false).is_ok() && waiting.bucket("pxc").is_err());
    let small = bed.minio("smoke-small", of(Drives::Small));
    small.bucket("pxc").unwrap();
    let why = small.put("pxc", "large", &vec![0; 96 << 20]).unwrap_err();
    assert!(why.contains("free drive threshold") || why.contains("no space left"), "{why}");
}
