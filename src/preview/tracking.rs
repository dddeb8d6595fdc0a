//! How Argo CD marks its objects, by annotation or by label, as `argocd-cm` says or as a live object shows. Read by
//! `settings_argo`, obeyed by `desired` and `prune`.

use serde_json::Value;

use super::strip::{annotation, label};

/// The annotation that names the Application of an object.
pub(super) const TRACKING_ID: &str = "argocd.argoproj.io/tracking-id";
/// The label that names it, where `argocd-cm` names no other.
pub(super) const INSTANCE: &str = "app.kubernetes.io/instance";

/// How Argo CD marks its objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tracking {
    /// By annotation.
    pub(super) by_annotation: bool,
    /// By this label.
    pub(super) by_label: Option<String>,
}

impl Tracking {
    /// Returns how `argocd-cm` says objects are marked; by annotation, where it says nothing.
    pub(super) fn of(map: Option<&Value>) -> Self {
        let data = |key: &str| map?.get("data")?.get(key)?.as_str().filter(|text| !text.is_empty());
        let label = data("application.instanceLabelKey").unwrap_or(INSTANCE).to_owned();
        match data("application.resourceTrackingMethod") {
            Some("label") => Self { by_annotation: false, by_label: Some(label) },
            Some("annotation+label") => Self { by_annotation: true, by_label: Some(label) },
            _ => Self { by_annotation: true, by_label: None },
        }
    }

    /// Returns how a live object says that an Application marked it.
    pub(super) fn seen(live: &Value, name: &str) -> Option<Self> {
        let by_annotation = annotation(live, TRACKING_ID).is_some_and(|said| is_of(said, name));
        let by_label = (label(live, INSTANCE) == Some(name)).then(|| INSTANCE.to_owned());
        (by_annotation || by_label.is_some()).then_some(Self { by_annotation, by_label })
    }
}

/// Returns whether a tracking id names an Application.
pub(super) fn is_of(said: &str, name: &str) -> bool {
    said.split(':').next().is_some_and(|app| app == name || app.split_once('_').is_some_and(|(_, app)| app == name))
}
