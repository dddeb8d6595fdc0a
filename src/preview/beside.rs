//! What is read beside the controller's own object: what Flux makes a root from, the project of an Application, the
//! settings of Argo CD. Asked by `root`, once the controller is known. Must never pass over a read that was needed and failed.

use super::ApplyMethod;
use super::argo_map::config_map;
use super::controller::RootController;
use super::owner::read;
use super::settings_flux::Source;
use crate::model::live::{Live, Trouble};
use crate::model::object::ObjectId;

/// Returns the object beside the controller's own that says what is applied, or when: what Flux makes a root from, the
/// project of an Application.
pub fn beside_wanted(controller: &RootController) -> Option<ObjectId> {
    controller.owner.as_ref()?;
    match controller.method {
        ApplyMethod::Flux => controller.flux.source.as_ref().and_then(Source::id),
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => Some(controller.argo.project_id()),
    }
}

/// Returns why what merging does is not known for sure: a read beside the controller's own object that was needed and failed.
pub(super) fn failure(controller: &RootController, live: &Live) -> Option<Trouble> {
    let is_argo = controller.method != ApplyMethod::Flux && controller.owner.is_some();
    let place = controller.argo.named.as_ref().map(|(_, namespace)| namespace.as_str());
    let map = (is_argo && controller.argo.respects_ignored()).then(|| config_map(place));
    let mut troubles = beside_wanted(controller).into_iter().chain(map).filter_map(|id| read(live, &id).err());
    troubles.find(|trouble| trouble.reason.is_failure())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::finding::Level;
    use crate::model::live::{Reading, Reason};
    use crate::model::object::Object;
    use crate::preview::tests::{application, applied, cluster, kustomization, live, options, root};
    use crate::preview::{RootPreview, controller, preview};

    /// Previews a change of a size of which one read beside the owner gave this trouble.
    fn seen(owner: &Value, unread: ObjectId, reason: Reason) -> RootPreview {
        let (before, after) = (cluster(3, &json!({})), cluster(4, &json!({})));
        let method = if owner["kind"] == "Kustomization" { ApplyMethod::Flux } else { ApplyMethod::ArgoCd };
        let mut live = live(&[applied(&before, method)], owner.clone());
        live.objects.insert(unread, Reading::Unread(Trouble::new(reason, "no").hint("mend")));
        let deployed = root(&[&before], &[&after]);
        let controller = controller(std::slice::from_ref(owner), &live, &deployed, None);
        preview(&deployed, &controller, &live, &options())
    }

    /// Returns how grave a finding is, with its hint.
    fn said(preview: &RootPreview, id: &str) -> Option<(Level, Option<String>)> {
        preview.findings.iter().find(|finding| finding.id == id).map(|finding| (finding.level, finding.hint.clone()))
    }

    #[test]
    fn a_needed_read_that_failed_is_a_failure_wherever_it_is() {
        let mut made = kustomization();
        made["spec"]["sourceRef"] = json!({"kind": "GitRepository", "name": "fleet"});
        let source = json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
            "metadata": {"name": "fleet", "namespace": "flux-system"}});
        let project = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
            "metadata": {"name": "default", "namespace": "argocd"}});
        let respecting = application(&["RespectIgnoreDifferences=true"]);
        for (owner, unread, finding) in [
            (&made, Object::new(source).id, "source-not-read"),
            (&application(&[]), Object::new(project).id, "windows-not-read"),
            (&respecting, config_map(None), "ignored-not-read"),
        ] {
            let mend = || Some("mend".to_owned());
            for reason in [Reason::Forbidden, Reason::TimedOut, Reason::CannotTell] {
                let preview = seen(owner, unread.clone(), reason);
                assert_eq!((preview.has_failure(), said(&preview, finding)), (true, Some((Level::Warn, mend()))));
            }
            let preview = seen(owner, unread, Reason::NotAsked);
            assert_eq!((preview.has_failure(), said(&preview, finding)), (false, Some((Level::Note, mend()))));
        }
    }

    #[test]
    fn ignored_differences_that_were_not_read_are_said_though_live_objects_tell_the_marks() {
        let preview = seen(&application(&[]), config_map(None), Reason::Forbidden);
        assert_eq!((preview.has_failure(), said(&preview, "tracking-assumed")), (false, None));
        let fact = |preview: &RootPreview| {
            let mut said = preview.findings.iter().filter(|finding| finding.id == "ignored-not-read");
            (said.next().unwrap().fact.clone(), said.count())
        };
        let start = "`argocd-cm` was not read (no): which differences it ignores for every Application is not known;";
        assert_eq!(fact(&preview), (format!("{start} the sync resets those fields all the same"), 0));
        let preview = seen(&application(&["RespectIgnoreDifferences=true"]), config_map(None), Reason::Forbidden);
        assert_eq!(fact(&preview), (format!("{start} the sync leaves those fields alone"), 0));
    }
}
