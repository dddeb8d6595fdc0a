//! `argocd-cm`, the settings of Argo CD as a whole, where they were not read: what is then not known of marks and ignored
//! differences. Asked by `controller`. Must never take settings that were not read for settings that say nothing (law 6).

use serde_json::Value;

use super::settings_argo::ArgoSettings;
use super::tracking::Tracking;
use crate::model::finding::Finding;
use crate::model::live::Trouble;
use crate::model::object::ObjectId;

/// Returns the identity of Argo CD's settings.
pub(super) fn config_map(namespace: Option<&str>) -> ObjectId {
    ObjectId::within(("", "v1", "ConfigMap"), (namespace.unwrap_or("argocd"), "argocd-cm"))
}

/// Takes how objects are marked from the live objects where `argocd-cm` was not read, and returns what is then not known.
pub(super) fn without_map<'a>(
    argo: &mut ArgoSettings,
    trouble: &Trouble,
    mut live: impl Iterator<Item = &'a Value>,
) -> Vec<Finding> {
    let Some((name, _)) = argo.named.as_ref() else { return Vec::new() };
    let seen = live.find_map(|value| Tracking::seen(value, name));
    let mut findings = vec![ignored(argo, trouble)];
    match seen {
        Some(seen) => argo.tracking = seen,
        None => findings.push(assumed(trouble)),
    }
    findings
}

/// Says that differences may be ignored which nobody read of.
fn ignored(argo: &ArgoSettings, trouble: &Trouble) -> Finding {
    let (is_failure, is_respected) = (trouble.reason.is_failure(), argo.respects_ignored());
    let so =
        if is_respected { "the sync leaves those fields alone" } else { "the sync resets those fields all the same" };
    let fact = format!(
        "`argocd-cm` was not read ({}): which differences it ignores for every Application is not known; {so}",
        trouble.fact
    );
    let finding = if is_failure && is_respected { Finding::warn } else { Finding::note };
    trouble.hint.iter().fold(finding("ignored-not-read", fact), Finding::hint)
}

/// Says that nothing tells how objects are marked.
fn assumed(trouble: &Trouble) -> Finding {
    let fact = format!(
        "`argocd-cm` was not read ({}), and no live object tells how Argo CD marks its objects: by annotation is assumed, \
         the default since Argo CD 3.0",
        trouble.fact
    );
    Finding::note("tracking-assumed", fact).hint("grant `get` on the ConfigMap `argocd-cm`")
}
