//! An object of the build → what the controller really sends: marked as its own, common metadata, variables filled in.
//! Used for Git before and Git after alike. Must never mark an object as a controller would not.

use serde_json::{Map, Value};

use super::controller::RootController;
use super::settings_flux::GROUP;
use super::strip::{annotation, fold_string_data, label};
use super::substitution::substitute;
use super::tracking::{TRACKING_ID, is_of};
use super::{ApplyMethod, Unsure, builtin};
use crate::model::object::ObjectId;

/// The kinds whose ports Flux completes.
const WITH_PORTS: [(&str, &str); 8] = [
    ("", "Pod"),
    ("", "Service"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("batch", "Job"),
    ("batch", "CronJob"),
];

/// What a controller sends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sent {
    /// The object.
    pub(super) value: Value,
    /// What is not known of it.
    pub(super) unsure: Vec<Unsure>,
}

/// Returns what the controller sends for an object; `live` tells how it is marked, where nothing else does.
pub(super) fn sent(value: &Value, id: &ObjectId, controller: &RootController, live: Option<&Value>) -> Sent {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut().filter(|_| id.kind != "CustomResourceDefinition") {
        fields.remove("status");
    }
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("creationTimestamp");
    }
    let unsure = match controller.method {
        ApplyMethod::Flux => flux(&mut value, id, controller, live),
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => {
            argo(&mut value, id, controller, live);
            Vec::new()
        }
    };
    Sent { value, unsure }
}

/// Makes what Flux sends.
fn flux(value: &mut Value, id: &ObjectId, controller: &RootController, live: Option<&Value>) -> Vec<Unsure> {
    let settings = &controller.flux;
    let unsure = settings.substitution.as_ref().map(|by| substitute(value, by)).unwrap_or_default();
    fold_string_data(value);
    builtin::written(id, value);
    if WITH_PORTS.contains(&(id.group.as_str(), id.kind.as_str())) {
        ports(value);
    }
    for (key, text) in &settings.labels {
        mark(value, "labels", key, text);
    }
    for (key, text) in &settings.annotations {
        mark(value, "annotations", key, text);
    }
    let (name, namespace) = (format!("{GROUP}/name"), format!("{GROUP}/namespace"));
    if let Some((own, place)) = &settings.named {
        mark(value, "labels", &name, own);
        mark(value, "labels", &namespace, place);
    } else if let Some(live) = live {
        for key in [name, namespace] {
            if let Some(text) = label(live, &key) {
                mark(value, "labels", &key, text);
            }
        }
    }
    unsure
}

/// Fills in the protocol of ports, as Flux does before it sends.
fn ports(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, below) in fields {
                if key == "ports" {
                    for port in below.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                        let is_port = port.contains_key("containerPort") || port.contains_key("port");
                        if is_port && !port.contains_key("protocol") {
                            port.insert("protocol".to_owned(), "TCP".into());
                        }
                    }
                }
                ports(below);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(ports),
        _ => {}
    }
}

/// Makes what Argo CD sends.
fn argo(value: &mut Value, id: &ObjectId, controller: &RootController, live: Option<&Value>) {
    let tracking = &controller.argo.tracking;
    let Some((name, _)) = &controller.argo.named else {
        if let Some(text) = live.and_then(|live| annotation(live, TRACKING_ID)) {
            mark(value, "annotations", TRACKING_ID, text);
        }
        return;
    };
    if tracking.by_annotation {
        let place = id.namespace.as_deref().or(controller.argo.namespace.as_deref()).unwrap_or_default();
        let text = format!("{name}:{}/{}:{place}/{}", id.group, id.kind, id.name);
        // What the live object says of itself is what Argo CD wrote there.
        let said = live.and_then(|live| annotation(live, TRACKING_ID)).filter(|said| is_of(said, name));
        mark(value, "annotations", TRACKING_ID, said.unwrap_or(&text));
    }
    if let Some(key) = &tracking.by_label {
        mark(value, "labels", key, name);
    }
}

/// Writes a label or an annotation.
fn mark(value: &mut Value, of: &str, key: &str, text: &str) {
    let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let marks = metadata.entry(of).or_insert_with(|| Value::Object(Map::new()));
    if marks.is_null() {
        *marks = Value::Object(Map::new());
    }
    if let Some(marks) = marks.as_object_mut() {
        marks.insert(key.to_owned(), text.into());
    }
}
