//! The files of an estate as a team would have written them; words in capitals are replaced by [`crate::estate`].

/// The root's kustomization.
pub(crate) const KUSTOMIZATION: &str = "\
# Production.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: pxc
resources:
- ../../../fleet/pxc
";

/// The overlay that gives the sample what an incident needs.
pub(crate) const FLEET: &str = "\
resources:
- ../../base/pxc
- credentials.yaml
patches:
- path: backup.yaml
  target:
    kind: PerconaXtraDBCluster
";

/// Where the keys of the failing endpoint come from.
pub(crate) const CREDENTIALS: &str = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: minio-a-credentials
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  dataFrom:
  - extract: {key: minio-a}
";

/// The patch, with words in capitals to be replaced.
pub(crate) const BACKUP: &str = r#"apiVersion: pxc.percona.com/API
kind: PerconaXtraDBCluster
metadata:
  name: cluster1
spec:
  CR_VERSION
  backup:
    storages:
      minio-a:
        type: s3
        verifyTLS: true
        nodeSelector: {workload: backup}
        tolerations:
        - {key: backup, operator: Equal, value: "true", effect: NoSchedule}
        topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
                - {key: backupWorker, operator: In, values: ["True"]}
        resources: {requests: {memory: 1G, cpu: 600m}, limits: {cpu: 2}}
        annotations: {team: "on"}
        labels: {backupWorker: "True"}
        schedulerName: default-scheduler
        priorityClassName: high-priority
        runtimeClassName: runc
        podSecurityContext: {fsGroup: 1001, supplementalGroups: [1001, 1002]}
        containerSecurityContext: {privileged: false}
        containerOptions:
          env:
          - {name: VERIFY_TLS, value: "true"}
          args: {xtrabackup: ["--parallel=4"], xbcloud: ["--max-retries=3"], xbstream: ["--verbose"]}
        s3: {bucket: pxc-a/cluster1, region: us-east-1, endpointUrl: "FAILED", credentialsSecret: minio-a-credentials}
      minio-a-binlogs:
        type: s3
        verifyTLS: true
        s3: {bucket: pxc-a/cluster1-binlogs, region: us-east-1, endpointUrl: "FAILED", credentialsSecret: minio-a-credentials}
      archive:
        type: s3
        s3: {ARCHIVE, bucket: pxc-archive/cluster1, region: eu-central-1}
    schedule:
    - {name: daily, schedule: 0 0 * * *, storageName: minio-a, KEEPS_7}
    - {name: weekly, schedule: WEEKLY, storageName: minio-a, KEEPS_4}
    - {name: monthly, schedule: 30 5 1 * *, storageName: archive, KEEPS_12}
    pitr:
      enabled: ENABLED
      storageName: minio-a-binlogs
"#;

/// leeward.yaml, with words in capitals to be replaced.
pub(crate) const CONFIG: &str = "\
version: 1
targets:
  minio-b:
    type: s3
    endpoint: https://minio.b.example:9000
    bucket: pxc-dr
    region: us-east-1
    credentialsSecret: minio-b-credentials
    CA
  nas:
    type: filesystem
    storageClass: nfs-backup
    size: 200Gi
    accessModes: [ReadWriteMany]
    quota: 3Ti
clusters:
  clusters/prod/pxc:pxc/cluster1:
    OPERATOR
    binlogsEmpty: true
";
