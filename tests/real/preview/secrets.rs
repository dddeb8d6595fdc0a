//! That no output of a preview holds a secret: not in plain, not in base64 at any alignment, not escaped, not in hex.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::change::{Change, root};
use super::stage::{Stage, becomes};
use crate::bed::Bed;
use crate::operator;

/// Where the secrets of this test are.
const PLACE: &str = "masked";
/// What must not be shown, by where it is: short enough for no line to break it.
const SECRETS: [&str; 8] = [
    "S3cr3t/stringData+\"old\"",
    "S3cr3t/stringData+\"new\"",
    "S3cr3t/data+&<old>",
    "S3cr3t/data+&<new>",
    "S3cr3t/template=old",
    "S3cr3t/template=new",
    "S3cr3tEnvironmentOld",
    "S3cr3tEnvironmentNew",
];

/// Returns the objects with the secrets of one side: 0 for Git before, 1 for Git after.
fn objects(side: usize) -> Vec<Value> {
    let secret = |at: usize| SECRETS[at * 2 + side];
    let meta = |name: &str| json!({"name": name, "namespace": PLACE});
    let mut cluster = operator::sample(PLACE);
    cluster["spec"]["backup"]["storages"]["minio"]["containerOptions"] =
        json!({"env": [{"name": "AWS_SECRET_ACCESS_KEY", "value": secret(3)}]});
    let template = json!({"data": {"password": secret(2)}, "type": "Opaque"});
    vec![
        cluster,
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": meta("keys"), "type": "Opaque", "stringData": {"AWS_SECRET_ACCESS_KEY": secret(0)},
            "data": {"CA": STANDARD.encode(secret(1))},
        }),
        json!({
            "apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": meta("keys"),
            "spec": {"refreshInterval": format!("{side}h"), "target": {"template": template}},
        }),
        json!({
            "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": meta("keys"),
            "spec": {"template": template, "encryptedData": {"a": format!("sealed{side}")}},
        }),
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("settings"),
            "data": {"password": secret(3), "token": secret(2)},
        }),
    ]
}

/// Returns the forms in which bytes could be shown.
fn forms(secret: &str) -> Vec<String> {
    let hex = secret.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let url = |safe: fn(u8) -> bool| -> String {
        let one = |byte: u8| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        secret.bytes().map(one).collect()
    };
    let quoted = Value::from(secret).to_string();
    let escaped = quoted.trim_matches('"').to_owned();
    let mut forms = vec![secret.to_owned(), hex.to_uppercase(), hex, escaped.replace('/', "\\/")];
    forms.extend([escaped.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"), escaped]);
    forms.extend([url(|byte| byte.is_ascii_alphanumeric()), url(|byte| byte.is_ascii_alphanumeric() || byte == b'/')]);
    for before in 0..3 {
        let padded = [&b"xxx"[..before], secret.as_bytes()].concat();
        let whole = padded.len() / 3 * 4;
        // The first characters depend on what stands before, the last ones on what follows.
        let text = STANDARD.encode(&padded)[..whole][if before == 0 { 0 } else { 4 }..].to_owned();
        forms.push(text.replace('+', "-").replace('/', "_"));
        forms.push(text);
    }
    forms
}

pub(crate) fn no_output_shows_a_secret_in_any_form(bed: &Bed) {
    let stage = bed.stage();
    if !operator::defined(&stage.cluster, "no_output_shows_a_secret_in_any_form") {
        return;
    }
    stage.cluster.namespace(PLACE).unwrap();
    let stream: Vec<String> = objects(0).iter().map(Value::to_string).collect();
    // Client-side: what was applied is in an annotation, too.
    stage.cluster.feed(&["apply", "-f", "-"], &stream.join("\n---\n")).unwrap();
    stage.cluster.apply(REFUSAL).unwrap();
    let change = Change::new(stage.folder("masked"), &root("masked", &objects(0)), &root("masked", &objects(1)));
    let refused = ["--format", "json", "--dry-run", "server", "--controller", "flux"];
    becomes(&true, || stage.preview(&change, &refused).answer.contains("refused with"));
    for controller in ["flux", "argocd", "argocd-ssa"] {
        for format in ["text", "markdown", "json"] {
            for secrets in ["none", "metadata", "keyed-digest"] {
                for dry_run in ["none", "server"] {
                    let args =
                        ["--controller", controller, "--format", format, "--secrets", secrets, "--dry-run", dry_run];
                    is_clean(stage, &change, &args);
                }
            }
        }
    }
}

/// A policy that repeats what it refuses.
const REFUSAL: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: repeats}
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: masked}}
    resourceRules:
      - {apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [externalsecrets, sealedsecrets, configmaps, secrets]}
  validations:
    - expression: "false"
      message: refused
      messageExpression: >-
        "refused with " + (object.kind == "ConfigMap" ? object.data.token : object.kind == "SealedSecret" ?
        object.spec.template.data.password : object.kind == "ExternalSecret" ? object.spec.target.template.data.password :
        string(object.data.AWS_SECRET_ACCESS_KEY))
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: repeats}
spec: {policyName: repeats, validationActions: [Deny]}
"#;

/// Asserts that a preview says something and shows no secret.
fn is_clean(stage: &Stage, change: &Change, args: &[&str]) {
    let said = stage.preview(change, args);
    let whole = said.whole();
    assert!([1, 4].contains(&said.code), "{args:?}: {whole}");
    // Lines are wrapped for people: what a line break parts is still shown.
    let joined: String = whole.split_whitespace().collect();
    for secret in SECRETS {
        for form in forms(secret) {
            assert!(!whole.contains(&form) && !joined.contains(&form), "{args:?} shows `{form}`: {whole}");
        }
    }
}
