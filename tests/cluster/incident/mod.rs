//! An incident as an API server shows it: a storage that does not answer, a failed backup with its pods and their logs, a
//! collector of binlogs that crashes, a backup that is being deleted. Tests change what they are about.

pub(crate) mod answer;

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::server::{Play, json};
use crate::setting::{Setting, status};

/// The instant of every run.
const NOW: &str = "2026-11-22T10:00:00Z";
/// What the backups of the incident log.
pub(crate) const LOG: &str = "\
+ aws s3 ls s3://pxc-a/
Could not connect to the endpoint URL: \"https://minio.a.example:9000/pxc-a?list-type=2\"
+ export AWS_SECRET_ACCESS_KEY=sesame-street
xbcloud: Probe failed. Please check your credentials and endpoint settings.
";
/// What the collector logs.
pub(crate) const COLLECTOR: &str = "2026/11/22 09:58:10 ERROR: new collector: new storage manager: failed to check if bucket exists: Head \"https://minio.a.example:9000/pxc-a/\": dial tcp 10.2.0.14:9000: connect: connection refused\n";
/// The failed backup.
pub(crate) const FAILED: &str = "cron-cluster1-minio-a-20261122300-372f8";

/// What an API server shows.
#[derive(Debug, Clone)]
pub(crate) struct Incident {
    /// The cluster; null: it is not there.
    pub(crate) cluster: Value,
    /// The Backups.
    pub(crate) backups: Vec<Value>,
    /// The Jobs.
    pub(crate) jobs: Vec<Value>,
    /// The pods of Jobs.
    pub(crate) pods: Vec<Value>,
    /// The pods of the collector.
    pub(crate) collectors: Vec<Value>,
    /// The pods of the operator, in a namespace of its own.
    pub(crate) operators: Vec<Value>,
    /// The warnings.
    pub(crate) events: Vec<Value>,
    /// The claims.
    pub(crate) claims: Vec<Value>,
    /// The lease.
    pub(crate) lease: Option<Value>,
    /// Logs: pod, container, text.
    pub(crate) logs: Vec<(String, String, String)>,
    /// Paths that are answered in another way.
    pub(crate) instead: Vec<(String, Play)>,
}

/// What a run of the program came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The exit code.
    pub(crate) code: i32,
    /// The answer.
    pub(crate) stdout: String,
    /// Everything else.
    pub(crate) stderr: String,
}

/// What asks for the Backups.
pub(crate) const BACKUPS: &str = "/apis/pxc.percona.com/v1/namespaces/pxc/perconaxtradbclusterbackups?limit=500";
/// What asks for the cluster.
pub(crate) const CLUSTER: &str = "/apis/pxc.percona.com/v1/namespaces/pxc/perconaxtradbclusters/cluster1";
/// What asks for the warnings.
pub(crate) const EVENTS: &str = "/api/v1/namespaces/pxc/events?limit=500&fieldSelector=type%21%3DNormal";
/// The Jobs.
const JOBS: &str = "/apis/batch/v1/namespaces/pxc/jobs?limit=500";
/// The pods.
const PODS: &str = "/api/v1/namespaces/pxc/pods?limit=500";
/// The labels of backups, of today and of long ago.
const OF_BACKUPS: [&str; 2] =
    ["&labelSelector=percona.com%2Fcluster%3Dcluster1", "&labelSelector=type%3Dxtrabackup%2Ccluster%3Dcluster1"];
/// The labels of the collector.
const OF_COLLECTOR: &str =
    "&labelSelector=app.kubernetes.io%2Fcomponent%3Dpitr%2Capp.kubernetes.io%2Finstance%3Dcluster1";
/// The labels of the operator.
const OF_OPERATOR: &str = "&labelSelector=app.kubernetes.io%2Fcomponent%3Doperator%2Capp.kubernetes.io%2Fname%20in%20%28percona-xtradb-cluster-operator%2Cpxc-operator%29";

/// Returns what asks for Jobs.
pub(crate) fn jobs() -> Vec<String> {
    OF_BACKUPS.iter().map(|labels| format!("{JOBS}{labels}")).collect()
}

/// Returns what asks for pods.
pub(crate) fn pods() -> Vec<String> {
    let all = OF_BACKUPS.into_iter().chain([OF_COLLECTOR, OF_OPERATOR]).map(|labels| format!("{PODS}{labels}"));
    all.chain([format!("/api/v1/pods?limit=500{OF_OPERATOR}")]).collect()
}

/// Returns a storage.
fn storage(host: &str, bucket: &str) -> Value {
    let url = format!("https://{host}:9000");
    json!({"type": "s3", "s3": {"bucket": bucket, "endpointUrl": url, "credentialsSecret": "keys", "region": "us-east-1"}})
}

/// Returns a Backup of the schedule `daily`.
pub(crate) fn backup(name: &str, storage: &str, created: &str, state: &str) -> Value {
    let mut status = json!({"state": state, "destination": format!("s3://pxc-a/{name}-full"), "storage_type": "s3"});
    if state == "Succeeded" {
        status["completed"] = created.replace(":00:", ":07:").into();
        status["latestRestorableTime"] = created.replace(":00:", ":30:").into();
    }
    json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
        "metadata": {"name": name, "namespace": "pxc", "uid": format!("uid-{name}"), "creationTimestamp": created,
            "finalizers": ["internal.percona.com/release-lock", "percona.com/delete-backup"],
            "labels": {"percona.com/backup-type": "cron", "percona.com/backup-ancestor": "1a2b3-daily"}},
        "spec": {"pxcCluster": "cluster1", "storageName": storage}, "status": status})
}

/// Returns a pod of a Backup.
pub(crate) fn pod(name: &str, backup: &str, created: &str, phase: &str, state: &Value) -> Value {
    let mut status = state.clone();
    status["name"] = "xtrabackup".into();
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "pxc", "creationTimestamp": created,
            "labels": {"percona.com/backup-name": backup, "percona.com/cluster": "cluster1"}},
        "spec": {"containers": [{"name": "xtrabackup", "env": [{"name": "X", "value": "sesame-street"}]}]},
        "status": {"phase": phase, "containerStatuses": [status]}})
}

/// Returns the state of a container that ended badly.
pub(crate) fn failed(at: &str) -> Value {
    json!({"restartCount": 0, "state": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": at}}})
}

/// Returns the Job of a Backup.
pub(crate) fn job(backup: &str, failure: Option<&str>) -> Value {
    let conditions: Vec<Value> =
        failure.iter().map(|reason| json!({"type": "Failed", "status": "True", "reason": reason})).collect();
    json!({"apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": format!("xb-{backup}"), "namespace": "pxc", "creationTimestamp": "2026-11-22T03:00:01Z",
            "labels": {"percona.com/backup-name": backup, "percona.com/cluster": "cluster1"}},
        "spec": {"backoffLimit": 1}, "status": {"failed": 2, "conditions": conditions}})
}

/// Returns the pod of the collector.
pub(crate) fn collector(state: &Value) -> Value {
    let mut status = state.clone();
    status["name"] = "pitr".into();
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "cluster1-pitr-7d9c-abcde", "namespace": "pxc", "creationTimestamp": "2026-11-01T00:00:00Z"},
        "status": {"phase": "Running", "containerStatuses": [status]}})
}

/// Returns a lease with a holder.
pub(crate) fn lease(holder: &str) -> Value {
    json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "pxc-cluster1-backup-lock", "namespace": "pxc"}, "spec": {"holderIdentity": holder}})
}

impl Incident {
    /// Returns the incident.
    pub(crate) fn new() -> Self {
        let pods = ["aaaaa", "bbbbb"].map(|end| format!("xb-{FAILED}-{end}"));
        let crashing = json!({"restartCount": 12,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=pitr"}},
            "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-22T09:58:10Z"}}});
        let mut going =
            backup("cron-cluster1-minio-a-20261115300-372f8", "minio-a", "2026-11-15T03:00:00Z", "Succeeded");
        going["metadata"]["deletionTimestamp"] = "2026-11-21T03:07:30Z".into();
        let logs = pods.iter().map(|pod| (pod.clone(), "xtrabackup".to_owned(), LOG.to_owned()));
        let collected = ("cluster1-pitr-7d9c-abcde".to_owned(), "pitr".to_owned(), COLLECTOR.to_owned());
        Self {
            cluster: json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
                "metadata": {"name": "cluster1", "namespace": "pxc", "generation": 4,
                    "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"password\":\"sesame-street\"}"}},
                "spec": {"crVersion": "1.20.0", "pxc": {"image": "percona/percona-xtradb-cluster:8.0.42-33.1"}, "backup": {
                    "storages": {"minio-a": storage("minio.a.example", "pxc-a"),
                        "minio-a-binlogs": storage("minio.a.example", "pxc-a/binlogs"),
                        "minio-b": storage("minio.b.example", "pxc-b")},
                    "schedule": [{"name": "daily", "schedule": "0 3 * * *", "storageName": "minio-a"}],
                    "pitr": {"enabled": true, "storageName": "minio-a-binlogs"}}},
                "status": {"state": "error", "observedGeneration": 4,
                    "message": ["reconcile binlog collector: exec binlog collector pod: container not found"]}}),
            backups: vec![
                going,
                backup("cron-cluster1-minio-a-20261121300-372f8", "minio-a", "2026-11-21T03:00:00Z", "Succeeded"),
                backup(FAILED, "minio-a", "2026-11-22T03:00:00Z", "Failed"),
            ],
            jobs: vec![job(FAILED, Some("BackoffLimitExceeded"))],
            pods: vec![
                pod(&pods[0], FAILED, "2026-11-22T03:00:02Z", "Failed", &failed("2026-11-22T03:01:02Z")),
                pod(&pods[1], FAILED, "2026-11-22T03:01:20Z", "Failed", &failed("2026-11-22T03:02:20Z")),
            ],
            collectors: vec![collector(&crashing)],
            operators: Vec::new(),
            events: Vec::new(),
            claims: Vec::new(),
            lease: None,
            logs: logs.chain([collected]).collect(),
            instead: Vec::new(),
        }
    }

    /// Answers a path in another way.
    pub(crate) fn but(mut self, path: &str, play: Play) -> Self {
        self.instead.push((path.to_owned(), play));
        self
    }

    /// Takes a right away: whoever asks for these paths may not.
    pub(crate) fn without(self, verb: &str, resource: &str, paths: &[String]) -> Self {
        let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
        let message = format!(
            "{plural} is forbidden: User \"system:serviceaccount:ops:leeward\" cannot {verb} resource \"{plural}\" in API group \"{group}\" in the namespace \"pxc\""
        );
        paths.iter().fold(self, |incident, path| incident.but(path, status(403, "Forbidden", &message, json!({}))))
    }

    /// Starts the server.
    pub(crate) fn setting(&self) -> Setting {
        Setting::of(self.script())
    }

    /// Returns what asks for each log.
    pub(crate) fn log_paths(&self) -> Vec<String> {
        let paths = self.logs.iter().flat_map(|(pod, container, _)| {
            let path = |namespace: &str, query: &str| {
                format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}{query}&tailLines=20000")
            };
            [path("pxc", ""), path("pxc", "&previous=true"), path("operators", "")]
        });
        paths.collect()
    }

    /// Returns the script of the server.
    fn script(&self) -> Vec<(String, Play)> {
        let mut script = self.instead.clone();
        script.extend(self.lists());
        script.push((CLUSTER.to_owned(), self.cluster()));
        let lease = self.lease.as_ref().map_or_else(
            || {
                let details =
                    json!({"name": "pxc-cluster1-backup-lock", "group": "coordination.k8s.io", "kind": "leases"});
                status(404, "NotFound", "x", details)
            },
            |lease| json(200, lease),
        );
        let path = "/apis/coordination.k8s.io/v1/namespaces/pxc/leases/pxc-cluster1-backup-lock";
        script.push((path.to_owned(), lease));
        for (number, path) in self.log_paths().into_iter().enumerate() {
            script.push((path, Play::Answer(200, "text/plain", "", self.logs[number / 3].2.clone())));
        }
        let kind = json!({"name": "jobs", "kind": "Job", "namespaced": true});
        let kinds = json!({"kind": "APIResourceList", "groupVersion": "batch/v1", "resources": [kind]});
        script.push(("/apis/batch/v1".to_owned(), json(200, &kinds)));
        script.extend(crate::setting::healthy());
        script
    }

    /// Returns what the server says of the cluster.
    fn cluster(&self) -> Play {
        if self.cluster.is_null() {
            let details = json!({"name": "cluster1", "group": "pxc.percona.com", "kind": "perconaxtradbclusters"});
            return status(404, "NotFound", "not found", details);
        }
        json(200, &self.cluster)
    }

    /// Returns the lists of the server.
    fn lists(&self) -> Vec<(String, Play)> {
        let list = |kind: &str, version: &str, items: &[Value]| {
            json(200, &json!({"kind": format!("{kind}List"), "apiVersion": version, "metadata": {}, "items": items}))
        };
        let pxc = "pxc.percona.com/v1";
        let mut clusters: Vec<Value> = vec![self.cluster.clone()];
        clusters.retain(|cluster| !cluster.is_null());
        let all = format!("/apis/{pxc}/perconaxtradbclusters?limit=500");
        let mut lists = vec![
            (all, list("PerconaXtraDBCluster", pxc, &clusters)),
            (BACKUPS.to_owned(), list("PerconaXtraDBClusterBackup", pxc, &self.backups)),
            (EVENTS.to_owned(), list("Event", "v1", &self.events)),
            (
                "/api/v1/namespaces/pxc/persistentvolumeclaims?limit=500".to_owned(),
                list("PersistentVolumeClaim", "v1", &self.claims),
            ),
        ];
        lists.extend(
            jobs().into_iter().zip([&self.jobs[..], &[]]).map(|(path, items)| (path, list("Job", "batch/v1", items))),
        );
        let of_pods = [&self.pods[..], &[], &self.collectors, &[], &self.operators];
        lists.extend(pods().into_iter().zip(of_pods).map(|(path, items)| (path, list("Pod", "v1", items))));
        lists
    }

    /// Runs `diagnose` on the cluster.
    pub(crate) fn diagnosed(&self, args: &[&str]) -> Run {
        let setting = self.setting();
        diagnose(&setting, &[&["--cluster", "pxc/cluster1"], args].concat())
    }
}

/// Runs `diagnose` with the kubeconfig of a server.
pub(crate) fn diagnose(setting: &Setting, args: &[&str]) -> Run {
    let kubeconfig = setting.kubeconfig();
    // What answers at the storages' names is not for these tests.
    let own = ["diagnose", "--no-probe", "--kubeconfig", kubeconfig.to_str().unwrap()];
    let run = leeward(setting, &[&own[..], args].concat());
    Run { stdout: setting.plain(&run.stdout), stderr: setting.plain(&run.stderr), ..run }
}

/// Runs the program in the folder of the kubeconfig.
pub(crate) fn leeward(setting: &Setting, args: &[&str]) -> Run {
    leeward_with(setting, args, &[])
}

/// Runs the program in the folder of the kubeconfig with variables.
pub(crate) fn leeward_with(setting: &Setting, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leeward"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LEEWARD_NOW", NOW).envs(variables.iter().copied());
    let output = command.current_dir(setting.folder()).args(args).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}
