//! Random Kubernetes objects, as YAML text.
#![expect(clippy::format_push_string, reason = "text is built piece by piece, speed does not matter")]

use crate::random::Random;
use crate::yaml::Writer;

/// What is known of an object that was written.
#[derive(Clone)]
pub(crate) struct Known {
    /// Its `apiVersion`.
    pub(crate) api_version: &'static str,
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// Its namespace.
    pub(crate) namespace: Option<&'static str>,
}

/// Kinds and versions.
const KINDS: [(&str, &str); 24] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("batch/v1", "CronJob"),
    ("networking.k8s.io/v1", "Ingress"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("example.com/v1", "Foo"),
    ("example.com/v1", "Foo"),
    ("v1", "Namespace"),
    ("v1", "PersistentVolumeClaim"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("v1", "Pod"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ("apps/v1", "DaemonSet"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
];

/// Object names.
pub(crate) const NAMES: [&str; 9] = ["app", "web", "db", "cfg", "x1", "default", "api", "a-b", "z.y"];

/// Writes an object.
pub(crate) fn object(random: &mut Random) -> (Known, String) {
    let (api_version, kind) = KINDS[random.below(KINDS.len())];
    let name = random.pick(&NAMES).to_owned();
    let namespace = match random.below(6) {
        0 => Some("ns-a"),
        1 => Some("default"),
        _ => None,
    };
    let mut out = format!("apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: {name}\n");
    if let Some(namespace) = namespace {
        out.push_str(&format!("  namespace: {namespace}\n"));
    }
    out.push_str(&metadata(random));
    out.push_str(&body(random, kind));
    (Known { api_version, kind, name, namespace }, out)
}

/// Labels and annotations.
fn metadata(random: &mut Random) -> String {
    let mut out = String::new();
    let mut writer = Writer { random, anchors: Vec::new() };
    for field in ["labels", "annotations"] {
        match writer.random.below(7) {
            0 | 1 => {
                out.push_str(&format!("  {field}:\n"));
                for key in ["app", "tier", "example.com/z"] {
                    if writer.random.one_in(2) {
                        let value = if field == "labels" { "l1".to_owned() } else { writer.scalar() };
                        out.push_str(&format!("    {key}: {value}\n"));
                    }
                }
                out.push_str("    last: v\n");
            }
            2 => out.push_str(&format!("  {field}: {}\n", writer.random.pick(&["{}", "null", "~", ""]))),
            _ => {}
        }
    }
    out
}

/// A pod spec at an indentation.
pub(crate) fn pod(random: &mut Random, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = format!("{pad}containers:\n");
    for at in 0..=random.below(3) {
        let name = if random.one_in(12) { "c0".to_owned() } else { format!("c{at}") };
        let image =
            random.pick(&["nginx", "nginx:1.2", "reg.io:5000/a/b:v1", "redis@sha256:abc", "busybox:1@sha256:ff"]);
        out.push_str(&format!("{pad}- name: {name}\n{pad}  image: {image}\n"));
        if random.one_in(2) {
            out.push_str(&format!("{pad}  ports:\n"));
            for _ in 0..=random.below(2) {
                let port = random.pick(&["80", "8080", "\"8080\"", "443"]);
                out.push_str(&format!("{pad}  - containerPort: {port}\n"));
                if random.one_in(2) {
                    out.push_str(&format!("{pad}    protocol: {}\n", random.pick(&["TCP", "UDP"])));
                }
                if random.one_in(3) {
                    out.push_str(&format!("{pad}    name: p{}\n", random.below(3)));
                }
            }
        }
        if random.one_in(2) {
            out.push_str(&format!(
                "{pad}  env:\n{pad}  - name: A\n{pad}    value: {}\n",
                random.pick(&["x", "\"1\"", "'yes'", "null"])
            ));
            let reference = random.pick(&["configMapKeyRef", "secretKeyRef"]);
            let name = random.pick(&NAMES);
            out.push_str(&format!("{pad}  - name: B\n{pad}    valueFrom: {{{reference}: {{name: {name}, key: k}}}}\n"));
        }
        if random.one_in(4) {
            out.push_str(&format!("{pad}  args: [\"-a\", b, {}]\n", random.pick(&["1", "true", "\"on\""])));
        }
    }
    if random.one_in(3) {
        let name = random.pick(&NAMES);
        out.push_str(&format!(
            "{pad}volumes:\n{pad}- name: v1\n{pad}  configMap: {{name: {name}}}\n{pad}- {{name: v2, emptyDir: {{}}}}\n"
        ));
    }
    if random.one_in(3) {
        out.push_str(&format!("{pad}serviceAccountName: {}\n", random.pick(&NAMES)));
    }
    if random.one_in(4) {
        out.push_str(&format!(
            "{pad}affinity:\n{pad}  podAntiAffinity:\n{pad}    requiredDuringSchedulingIgnoredDuringExecution:\n{pad}    - labelSelector:\n{pad}        matchLabels:\n{pad}          app: l1\n{pad}      topologyKey: k\n"
        ));
    }
    out
}

/// Everything below `metadata`.
fn body(random: &mut Random, kind: &str) -> String {
    let name = random.pick(&NAMES);
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            let replicas = if random.one_in(2) { format!("  replicas: {}\n", random.pick(&["1", "\"2\"", "null", "3"])) } else { String::new() };
            let selector = if random.one_in(3) { "  selector: {matchLabels: {app: l1}}\n" } else { "" };
            let labels = if random.one_in(2) { "    metadata:\n      labels: {app: l1}\n" } else { "" };
            format!("spec:\n{replicas}{selector}  template:\n{labels}    spec:\n{}", pod(random, 6))
        }
        "CronJob" => format!("spec:\n  schedule: \"* * * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n{}", pod(random, 10)),
        "Pod" => format!("spec:\n{}", pod(random, 2)),
        "Service" => {
            let protocol = if random.one_in(2) { ", protocol: UDP" } else { "" };
            format!("spec:\n  selector: {{app: l1}}\n  ports:\n  - {{port: 80, targetPort: 8080{protocol}}}\n  - port: 443\n    name: https\n")
        }
        "RoleBinding" | "ClusterRoleBinding" => {
            let namespace = random.pick(&["", "  namespace: ns-a\n", "  namespace: default\n"]);
            let role = random.pick(&["Role", "ClusterRole"]);
            format!("roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {role}\n  name: {name}\nsubjects:\n- kind: ServiceAccount\n  name: {}\n{namespace}", random.pick(&NAMES))
        }
        "Role" | "ClusterRole" => format!("rules:\n- apiGroups: ['']\n  resources: [configmaps]\n  resourceNames: [{name}, other]\n  verbs: [get]\n"),
        "Ingress" => format!("spec:\n  tls:\n  - secretName: {name}\n  rules:\n  - http:\n      paths:\n      - path: /\n        backend: {{service: {{name: {name}, port: {{number: 80}}}}}}\n"),
        "HorizontalPodAutoscaler" => format!("spec:\n  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {name}}}\n  maxReplicas: 3\n"),
        "PersistentVolumeClaim" => format!("spec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: {name}\n"),
        "NetworkPolicy" => "spec:\n  podSelector: {matchLabels: {app: l1}}\n  ingress:\n  - from:\n    - podSelector: {}\n".to_owned(),
        "ValidatingWebhookConfiguration" => format!("webhooks:\n- name: w.example.com\n  clientConfig:\n    service: {{name: {name}, namespace: default}}\n"),
        "CustomResourceDefinition" => "spec:\n  group: example.com\n  conversion: {webhook: {clientConfig: {service: {name: web, namespace: n}}}}\n".to_owned(),
        "Namespace" | "ServiceAccount" => String::new(),
        "ConfigMap" | "Secret" => {
            let mut writer = Writer { random, anchors: Vec::new() };
            let mut out = "data:\n".to_owned();
            for at in 0..=writer.random.below(4) {
                out.push_str(&format!("  k{at}:{}", writer.value(2, 0)));
            }
            out
        }
        _ => {
            let mut writer = Writer { random, anchors: Vec::new() };
            format!("spec:{}", writer.block_map(2, 4, false))
        }
    }
}
