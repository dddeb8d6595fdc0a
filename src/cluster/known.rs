//! Where the kinds live that most repositories hold: what `discovery` would learn, without a request. A place known by
//! heart is a guess until the server answers there; `read` asks the server itself where the answer can mean that the
//! guess is wrong. Must never hold a kind of a definition that is not namespaced: nothing tells it from one that is.

use crate::model::live::Scope;

/// How a kind is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    /// Its name in paths.
    pub(super) plural: String,
    /// Where its objects live.
    pub(super) scope: Scope,
}

/// Kinds of one API version, with their names in paths.
type Kinds = &'static [(&'static str, &'static str)];

/// Kinds in namespaces: group, version, kinds.
const NAMESPACED: [(&str, &str, Kinds); 14] = [
    (
        "",
        "v1",
        &[
            ("ConfigMap", "configmaps"),
            ("Event", "events"),
            ("LimitRange", "limitranges"),
            ("PersistentVolumeClaim", "persistentvolumeclaims"),
            ("Pod", "pods"),
            ("ResourceQuota", "resourcequotas"),
            ("Secret", "secrets"),
            ("Service", "services"),
            ("ServiceAccount", "serviceaccounts"),
        ],
    ),
    ("apps", "v1", &[("DaemonSet", "daemonsets"), ("Deployment", "deployments"), ("StatefulSet", "statefulsets")]),
    ("batch", "v1", &[("CronJob", "cronjobs"), ("Job", "jobs")]),
    ("coordination.k8s.io", "v1", &[("Lease", "leases")]),
    ("networking.k8s.io", "v1", &[("Ingress", "ingresses"), ("NetworkPolicy", "networkpolicies")]),
    ("policy", "v1", &[("PodDisruptionBudget", "poddisruptionbudgets")]),
    ("rbac.authorization.k8s.io", "v1", &[("Role", "roles"), ("RoleBinding", "rolebindings")]),
    (
        "pxc.percona.com",
        "v1",
        &[
            ("PerconaXtraDBCluster", "perconaxtradbclusters"),
            ("PerconaXtraDBClusterBackup", "perconaxtradbclusterbackups"),
            ("PerconaXtraDBClusterRestore", "perconaxtradbclusterrestores"),
        ],
    ),
    ("kustomize.toolkit.fluxcd.io", "v1", &[("Kustomization", "kustomizations")]),
    ("source.toolkit.fluxcd.io", "v1", &[("GitRepository", "gitrepositories")]),
    ("argoproj.io", "v1alpha1", &[("Application", "applications")]),
    ("external-secrets.io", "v1", &[("ExternalSecret", "externalsecrets"), ("SecretStore", "secretstores")]),
    ("external-secrets.io", "v1beta1", &[("ExternalSecret", "externalsecrets"), ("SecretStore", "secretstores")]),
    ("bitnami.com", "v1alpha1", &[("SealedSecret", "sealedsecrets")]),
];

/// Kinds of Kubernetes itself beside namespaces: group, version, kinds.
const CLUSTER: [(&str, &str, Kinds); 3] = [
    ("", "v1", &[("Namespace", "namespaces"), ("PersistentVolume", "persistentvolumes")]),
    (
        "rbac.authorization.k8s.io",
        "v1",
        &[("ClusterRole", "clusterroles"), ("ClusterRoleBinding", "clusterrolebindings")],
    ),
    ("storage.k8s.io", "v1", &[("StorageClass", "storageclasses")]),
];

/// Returns how a kind is served, where that is known by heart.
pub(super) fn resource(group: &str, version: &str, kind: &str) -> Option<Resource> {
    let find = |tables: &[(&str, &str, Kinds)]| {
        let mut kinds = tables.iter().filter(|table| (table.0, table.1) == (group, version)).flat_map(|table| table.2);
        kinds.find(|known| known.0 == kind).map(|known| known.1.to_owned())
    };
    let of = |scope: Scope| move |plural: String| Resource { plural, scope };
    find(&NAMESPACED).map(of(Scope::Namespaced)).or_else(|| find(&CLUSTER).map(of(Scope::Cluster)))
}
