//! What only the API server knows, asked by a dry run: who owns a field, and what it fills in by itself. What it answers is
//! held against what is there once the same was applied for good.

use std::time::Duration;

use serde_json::{Value, json};

use super::change::{Change, applied, owners};
use super::stage::{Said, Stage};
use crate::bed::Bed;
use crate::room::until;

/// How long the API server may take to serve what it was told of.
const SETTLE: Duration = Duration::from_secs(30);
/// Where the server fills in what nobody wrote.
const FILLED: &str = "filled";

/// Returns a map whose word is this.
fn map(place: &str, word: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned", "namespace": place}, "data": {"word": word},
    })
}

/// Returns the preview of a change.
fn preview(stage: &Stage, change: &Change, (dry_run, format): (&str, &str)) -> Said {
    stage.preview(change, &["--dry-run", dry_run, "--format", format])
}

/// Returns the objects of a preview.
fn objects(said: &Said) -> Vec<Value> {
    let answer: Value = serde_json::from_str(&said.answer).unwrap_or_else(|_| panic!("{}", said.whole()));
    answer["roots"].as_array().unwrap().iter().flat_map(|root| root["objects"].as_array().unwrap().clone()).collect()
}

pub(crate) fn a_field_of_another_manager_is_taken_as_the_controller_takes_it(bed: &Bed) {
    let stage = bed.stage();
    let server_side = ["apply", "--server-side", "-f", "-", "--field-manager"];
    let cases = [
        ("flux", [&server_side[..], &["kustomize-controller"]].concat()),
        ("argocd-ssa", [&server_side[..], &["argocd-controller"]].concat()),
        ("argocd", vec!["apply", "-f", "-", "--field-manager", "argocd-controller"]),
    ];
    for (controller, apply) in cases {
        let place = format!("owned-{controller}");
        stage.cluster.namespace(&place).unwrap();
        stage.deploy(&owners(controller, &place));
        let [old, hand, new] = ["old", "hand", "new"].map(|word| map(&place, word));
        stage.cluster.feed(&apply, &old.to_string()).unwrap();
        let by_hand = [&server_side[..], &["hand", "--force-conflicts"]].concat();
        stage.cluster.feed(&by_hand, &hand.to_string()).unwrap();
        let tree = |object: &Value| applied(controller, &place, std::slice::from_ref(object));
        let change = Change::new(stage.folder(&place), &tree(&old), &tree(&new));
        let asked = preview(stage, &change, ("server", "text"));
        insta::assert_snapshot!(format!("owned_{controller}"), undated(&asked.whole()));
        let new = new.to_string();
        let taken = if controller == "argocd" {
            // A client-side apply asks nobody.
            stage.cluster.feed(&apply, &new)
        } else {
            let refused = stage.cluster.feed(&apply, &new).unwrap_err();
            assert!(refused.contains(r#"conflict with "hand""#), "{refused}");
            stage.cluster.feed(&[&apply[..], &["--force-conflicts"]].concat(), &new)
        };
        assert!(taken.is_ok(), "{taken:?}");
        let live = stage.cluster.get(&["configmap", "owned", "-n", &place]).unwrap();
        assert_eq!(live["data"], json!({"word": "new"}));
    }
}

/// Returns a text in which the day on which something was done by hand is `DAY`.
fn undated(text: &str) -> String {
    let mut parts = text.split("(hand, ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        all + "(hand, DAY" + part.trim_start_matches(|one: char| one.is_ascii_digit() || one == '-')
    })
}

/// Returns the metadata of an object that Flux marked.
fn meta(name: &str) -> Value {
    let labels = json!({"kustomize.toolkit.fluxcd.io/name": FILLED, "kustomize.toolkit.fluxcd.io/namespace": FILLED});
    json!({"name": name, "namespace": FILLED, "labels": labels})
}

/// Returns a service and an autoscaler, before and after: one that is reached through every node, and one that scales as
/// it is told in one way only.
fn changing(spec: &Value, behavior: &Value) -> [Value; 2] {
    let mut service = json!({"apiVersion": "v1", "kind": "Service", "metadata": meta("reached"), "spec": spec});
    service["spec"]["selector"] = json!({"app": "any"});
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "any"});
    let scaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta("scaler"),
        "spec": {"scaleTargetRef": target, "maxReplicas": 3, "behavior": behavior},
    });
    [service, scaler]
}

/// Returns what comes with the change: a pod in a namespace with limits, and a policy that says for which way it is.
fn additions() -> [Value; 2] {
    [
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": meta("limited"),
            "spec": {"automountServiceAccountToken": false, "containers": [{"name": "one", "image": "registry.example/one:1"}]},
        }),
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta("closed"), "spec": {"podSelector": {}},
        }),
    ]
}

pub(crate) fn what_only_the_server_fills_in_is_shown_as_a_difference_to_the_prediction(bed: &Bed) {
    let stage = bed.stage();
    stage.cluster.namespace(FILLED).unwrap();
    stage.cluster.apply(LIMITS).unwrap();
    let port = json!({"port": 3306, "protocol": "TCP", "targetPort": 3306});
    let (up, down) = (json!({"stabilizationWindowSeconds": 30}), json!({"stabilizationWindowSeconds": 60}));
    let before = changing(&json!({"ports": [port]}), &json!({"scaleUp": up}));
    let mut open = json!({"type": "NodePort", "ports": [port]});
    open["ports"][0]["nodePort"] = json!(30306);
    let after = [changing(&open, &json!({"scaleDown": down})), additions()].concat();
    stage.deploy(&owners("flux", FILLED));
    stage.deploy(&before);
    let change = Change::new(stage.folder(FILLED), &applied("flux", FILLED, &before), &applied("flux", FILLED, &after));
    // Who admits pods learns of limits and accounts a moment later.
    let settled = until(SETTLE, || {
        let said = preview(stage, &change, ("server", "json"));
        if said.code == 1 && said.answer.contains("limit-ranger") { Ok(said) } else { Err(said.whole()) }
    });
    let asked = settled.unwrap();
    insta::assert_snapshot!("filled_predicted", preview(stage, &change, ("none", "text")).whole());
    insta::assert_snapshot!("filled_asked", preview(stage, &change, ("server", "text")).whole());
    stage.deploy(&after);
    for object in objects(&asked) {
        let (kind, name) = (object["id"]["kind"].as_str().unwrap(), object["id"]["name"].as_str().unwrap());
        let differs = object["findings"].to_string().contains("prediction-differs");
        assert_eq!(differs, kind != "HorizontalPodAutoscaler", "{object}");
        let live = stage.cluster.get(&[kind, name, "-n", FILLED]).unwrap();
        for change in object["effective"].as_array().unwrap() {
            assert_eq!(live.pointer(change["pointer"].as_str().unwrap()), change.get("after"), "{kind}: {change}");
        }
    }
}

/// What containers get that say nothing, and the account that pods get.
const LIMITS: &str = "
apiVersion: v1
kind: LimitRange
metadata: {name: limits, namespace: filled}
spec: {limits: [{type: Container, default: {memory: 64Mi}, defaultRequest: {memory: 32Mi}}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: filled}
";
