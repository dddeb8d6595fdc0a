//! A generated cluster: storages on the place that fails and elsewhere, schedules with assorted crons, binlogs or none.

use std::fmt::Write as _;

use crate::dice::Dice;

/// Crons as people write them.
const CRONS: [&str; 8] = [
    "0 0 * * *",
    "0 0 * * 6",
    "*/30 * * * *",
    "@daily",
    "30 5 1 * *",
    "15 3 * * 1-5",
    "CRON_TZ=Europe/Berlin 0 4 * * *",
    "@weekly",
];
/// Names of schedules.
const NAMES: [&str; 6] = ["daily", "weekly", "hourly-full", "sat", "m1", "before-release"];

/// What a cluster is made of.
pub(crate) struct Cluster {
    /// Its name in the base.
    pub(crate) name: String,
    /// Its storages.
    pub(crate) storages: Vec<&'static str>,
    /// The custom resource.
    pub(crate) text: String,
}

/// Makes a cluster.
pub(crate) fn cluster(dice: &mut Dice, name: &str, namespace: Option<&'static str>) -> Cluster {
    let others = ["minio-a-binlogs", "archive", "local", "azure"];
    let mut storages: Vec<&'static str> = others.into_iter().filter(|_| dice.one_in(2)).collect();
    storages.push("minio-a");
    dice.shuffle(&mut storages);
    let version = dice.pick(&["1.17.0", "1.18.0", "1.19.0", "1.19.1", "1.20.0"]);
    let mut text = format!(
        "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\nmetadata:\n  name: {name}\n{}spec:\n  \
         crVersion: {version}\n  pxc:\n    size: 3\n    image: pxc:8.0\n  haproxy:\n    size: 2\n  backup:\n    \
         image: backup:8.0\n",
        namespace.map(|namespace| format!("  namespace: {namespace}\n")).unwrap_or_default()
    );
    if dice.one_in(3) {
        text.push_str("    allowParallel: false\n");
    }
    text.push_str("    storages:\n");
    for storage in &storages {
        text.push_str(&entry(dice, storage, name));
    }
    text.push_str("    schedule:\n");
    let n_schedules = 2 + dice.roll(5);
    for name in &NAMES[..n_schedules] {
        let storage = if *name == NAMES[0] { "minio-a" } else { dice.pick(&storages) };
        text.push_str(&schedule(dice, name, storage));
    }
    text.push_str(&pitr(dice, &storages));
    Cluster { name: name.to_owned(), storages, text }
}

/// Returns an entry of `storages`.
fn entry(dice: &mut Dice, storage: &str, cluster: &str) -> String {
    let mut text = format!("      {storage}:\n");
    match storage {
        "local" => text.push_str(
            "        type: filesystem\n        volume:\n          persistentVolumeClaim:\n            accessModes: \
             [ReadWriteOnce]\n            resources: {requests: {storage: 6Gi}}\n",
        ),
        "azure" => {
            let _ = writeln!(text, "        type: azure\n        azure:\n          container: c-{cluster}");
            text.push_str("          credentialsSecret: azure-keys\n");
        }
        _ => {
            let _ = writeln!(text, "        type: s3\n        s3:\n          bucket: {storage}-{cluster}");
            let _ = writeln!(text, "          credentialsSecret: {storage}-keys");
            if storage == "archive" {
                text.push_str("          region: eu-central-1\n");
            } else {
                text.push_str(dice.pick(&["", "          region: us-east-1\n"]));
                text.push_str("          endpointUrl: https://minio.a.example:9000\n");
            }
            text.push_str(dice.pick(&["", "", "        verifyTLS: false\n", "        verifyTLS: true\n"]));
        }
    }
    text.push_str(dice.pick(&[
        "",
        "",
        "        nodeSelector: {disk: ssd}\n",
        "        annotations:\n          team: \"on\"\n        labels: {cost: \"0x10\"}\n",
        "        resources:\n          requests: {memory: 1G, cpu: 600m}\n        tolerations:\n        - {key: backup, operator: Exists}\n",
        "        containerOptions:\n          env:\n          - {name: VERIFY_TLS, value: \"1_000\"}\n",
    ]));
    text
}

/// Returns an entry of `schedule`.
fn schedule(dice: &mut Dice, name: &str, storage: &str) -> String {
    let cron = dice.pick(&CRONS);
    let retention = dice.pick(&[
        "",
        "      keep: 5\n",
        "      retention:\n        type: count\n        count: 7\n        deleteFromStorage: true\n",
        "      retention: {type: count, count: 3, deleteFromStorage: false}\n",
        "      retention: {count: 2}\n",
    ]);
    format!("    - name: {name}\n      schedule: \"{cron}\"\n      storageName: {storage}\n{retention}")
}

/// Returns `pitr`, where there is one.
fn pitr(dice: &mut Dice, storages: &[&'static str]) -> String {
    let on_s3: Vec<&str> = storages.iter().copied().filter(|storage| !matches!(*storage, "local" | "azure")).collect();
    let storage = dice.pick(&on_s3);
    let enabled = match dice.roll(4) {
        0 => return String::new(),
        1 => "false",
        _ => "true",
    };
    let more = dice.pick(&["", "      timeBetweenUploads: 60\n      timeoutSeconds: 3600\n"]);
    format!("    pitr:\n      enabled: {enabled}\n      storageName: {storage}\n{more}")
}
