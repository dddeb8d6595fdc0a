//! That the operator's world works: the real operator brings a cluster to `ready`, turns a Backup into a Job, and takes
//! from the Job how it ended.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

use serde_json::{Value, json};

use crate::bed::Bed;
use crate::operator::storage;
use crate::percona::End;

fn block(storages: &Value) -> Value {
    json!({"image": "percona/percona-xtrabackup:8.0.35-34.1", "storages": storages, "backoffLimit": 1})
}

pub(crate) fn the_operator_turns_a_backup_into_a_job_and_takes_its_end(bed: &Bed) {
    let percona = bed.percona();
    let namespace = percona.ready(&block(&json!({"minio": storage("http://127.0.0.1:1")}))).unwrap();
    let keys = ["create", "secret", "generic", "keys", "-n", &namespace];
    let keys = [&keys[..], &["--from-literal=AWS_ACCESS_KEY_ID=a", "--from-literal=AWS_SECRET_ACCESS_KEY=b"]].concat();
    percona.cluster.kubectl(&keys).unwrap();
    percona.back_up(&namespace, "one", "minio").unwrap();
    let pod = percona.pod_of(&namespace, "one").unwrap();
    let variables = pod["spec"]["containers"][0]["env"].as_array().unwrap();
    let of = |name: &str| variables.iter().find(|variable| variable["name"] == name).cloned().unwrap_or_default();
    assert_eq!(of("ENDPOINT")["value"], "http://127.0.0.1:1");
    assert_eq!(of("ACCESS_KEY_ID")["valueFrom"]["secretKeyRef"]["name"], "keys");
    percona.logged(&pod, "line one\nline two").unwrap();
    let name = pod["metadata"]["name"].as_str().unwrap();
    let logs = crate::room::until(crate::percona::START, || percona.cluster.kubectl(&["logs", "-n", &namespace, name]));
    assert_eq!(logs.unwrap(), "line one\nline two\n");
    percona.end(&pod, End::Succeeded).unwrap();
    percona.backup(&namespace, "one", "Succeeded").unwrap();
    percona.back_up(&namespace, "two", "minio").unwrap();
    for _ in 0..2 {
        percona.end(&percona.pod_of(&namespace, "two").unwrap(), End::Failed).unwrap();
    }
    percona.backup(&namespace, "two", "Failed").unwrap();
}
