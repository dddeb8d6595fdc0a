//! Settings of the controller's object that change objects after the build and are not modelled: which objects they can
//! touch, and what to say of them. Must err on the side of "may touch it".

use serde_json::Value;

use super::ApplyMethod;
use super::controller::RootController;
use super::selector::Match;
use super::settings::Transforming;
use crate::model::finding::Finding;
use crate::model::object::ObjectId;

/// Returns what the controller of a root does to objects after the build.
fn settings(controller: &RootController) -> &[Transforming] {
    match controller.method {
        ApplyMethod::Flux => &controller.flux.not_modelled,
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => &controller.argo.not_modelled,
    }
}

/// Returns the settings that may touch an object, for people.
pub(super) fn touching(id: &ObjectId, value: &Value, controller: &RootController) -> Option<String> {
    let touches = |one: &&Transforming| {
        let is_image = one.field.ends_with(".images");
        one.target.matches(id) != Match::No && (!is_image || has_containers(value))
    };
    let mut fields: Vec<String> =
        settings(controller).iter().filter(touches).map(|one| format!("`{}`", one.field)).collect();
    if controller.method == ApplyMethod::Flux
        && controller.flux.decryption.is_some()
        && value.get("sops").is_some_and(Value::is_object)
    {
        fields.push("`spec.decryption`".to_owned());
    }
    (!fields.is_empty()).then(|| fields.join(", "))
}

/// Returns whether an object has containers, whose images a build can change.
fn has_containers(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            (matches!(key.as_str(), "containers" | "initContainers") && value.is_array()) || has_containers(value)
        }),
        Value::Array(items) => items.iter().any(has_containers),
        _ => false,
    }
}

/// Returns what the approver has to know of them.
pub(super) fn findings(controller: &RootController) -> Vec<Finding> {
    let finding = |one: &Transforming| {
        let fact = format!("`{}` changes objects after the build, which is not modelled", one.field);
        Finding::warn("not-modelled", fact)
    };
    settings(controller).iter().map(finding).collect()
}

/// Returns whether settings change names, so that an inventory cannot be held against Git.
pub(super) fn renames(controller: &RootController) -> bool {
    settings(controller).iter().any(|one| !one.field.contains(".images"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::live::Reason;
    use crate::preview::tests::{applied, kustomization, live, options, previewed, root};
    use crate::preview::{Action, ApplyMethod};

    #[test]
    fn what_flux_decrypts_cannot_be_told() {
        let thing = |size: u8, is_encrypted: bool| {
            let mut thing = json!({"apiVersion": "example.org/v1", "kind": "Thing",
                "metadata": {"name": "x", "namespace": "pxc"}, "spec": {"size": size}});
            if is_encrypted {
                thing["sops"] = json!({"mac": "ENC[a]"});
            }
            thing
        };
        for (decrypts, is_encrypted) in [(true, true), (true, false), (false, true)] {
            let mut owner = kustomization();
            if decrypts {
                owner["spec"]["decryption"] = json!({"provider": "sops"});
            }
            let (before, after) = (thing(1, is_encrypted), thing(2, is_encrypted));
            let live = live(&[applied(&before, ApplyMethod::Flux)], owner);
            let preview = previewed(&root(&[&before], &[&after]), &live, ApplyMethod::Flux, &options());
            let object = &preview.objects[0];
            let expected = if decrypts && is_encrypted {
                (Action::CannotTell, Some(Reason::NotModelled))
            } else {
                (Action::Change, None)
            };
            assert_eq!((object.action, object.trouble.as_ref().map(|trouble| trouble.reason)), expected);
        }
    }
}
