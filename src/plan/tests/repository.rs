//! The repository: Secrets under the names written, controllers that change the build, versions.

use super::fixture::{Case, rules};
use crate::model::path::RepoPath;
use crate::model::version::{Rules, Version};
use crate::plan::Subject;
use crate::survey::{Controller, Owner, Substitutes, Transform, TransformEffect};

/// A case that Flux deploys, in a way of its own.
fn deployed(change: impl FnOnce(&mut Owner)) -> Case {
    let mut owner = Owner {
        controller: Controller::Flux,
        object: "Kustomization flux-system/pxc".to_owned(),
        file: RepoPath::parse("flux/pxc.yaml").unwrap(),
        manifest: serde_json::Value::Null,
        namespace: None,
        substitutes: None,
        transforms: Vec::new(),
        suspended: None,
    };
    change(&mut owner);
    Case::failover().know(|subject| subject.owners.push(owner))
}

#[test]
fn says_what_is_known_of_the_secret() {
    Case::failover()
        .says("secret-declared", "note: Secret `b-keys` is declared to exist, not checked (no cluster given)");
    let produced = |subject: &mut Subject| subject.secrets.extend(["b-keys".to_owned()]);
    Case::failover().know(produced).says("secret-declared", "");
    Case::listed().says(
        "secret-unknown",
        "warn: Secret `archive-keys` of the listed storage is neither in Git nor declared\n  \
        hint: declare the place as a target in leeward.yaml",
    );
}

#[test]
fn refuses_a_secret_that_is_built_under_another_name() {
    let renamed = ("b-keys".to_owned(), "prod-b-keys".to_owned());
    Case::failover().know(|subject| subject.renamed_secrets.push(renamed)).says(
        "secret-renamed",
        "refuse: Secret `b-keys` is built as `prod-b-keys`, which the cluster would not find\n  \
        hint: credentialsSecret: prod-b-keys",
    );
}

#[test]
fn warns_about_a_secret_in_another_namespace() {
    let there = ("b-keys".to_owned(), "vault".to_owned());
    Case::failover().know(|subject| subject.foreign_secrets.push(there)).says(
        "secret-elsewhere",
        "warn: Secret `b-keys` is built in namespace `vault`, not in the cluster's\n  hint: namespace: pxc-a",
    );
}

#[test]
fn judges_what_the_controller_does_after_the_build() {
    for (effect, text) in [
        (
            TransformEffect::BackupBlock,
            "refuse: `spec.patches[0]` of Flux `Kustomization flux-system/pxc` in \
                `flux/pxc.yaml` changes the backup block after the build\n  \
                hint: move the patch into the repository",
        ),
        (
            TransformEffect::Names,
            "refuse: `spec.patches[0]` of Flux `Kustomization flux-system/pxc` in \
                `flux/pxc.yaml` renames objects after the build\n  \
                hint: move the prefix or suffix into the kustomization",
        ),
        (
            TransformEffect::Other,
            "warn: `spec.patches[0]` of Flux `Kustomization flux-system/pxc` in `flux/pxc.yaml` \
                changes the build, what is proven here is the build alone",
        ),
    ] {
        let transform = Transform { field: "spec.patches[0]".to_owned(), effect };
        deployed(|owner| owner.transforms.push(transform)).says("controller-transform", text);
    }
}

#[test]
fn warns_about_a_controller_that_waits() {
    deployed(|owner| owner.suspended = Some("spec.suspend: true".to_owned())).says(
        "controller-suspended",
        "warn: Flux `Kustomization flux-system/pxc` does not apply a merged change by itself: spec.suspend: true",
    );
}

#[test]
fn refuses_a_variable_in_what_is_written_alone() {
    let substitutes = |owner: &mut Owner| owner.substitutes = Some(Substitutes::default());
    let copied = "storages: {minio-a: {nodeSelector: {zone: '${ZONE}'}}}";
    deployed(substitutes).base(copied).says(
        "substitution",
        "refuse: a written value has `${ZONE}` in it, which Flux `Kustomization flux-system/pxc` \
        replaces\n  \
        hint: kustomize.toolkit.fluxcd.io/substitute: disabled",
    );
    let kept = "schedule: [{name: daily, schedule: '${CRON}', storageName: minio-a}]";
    deployed(substitutes).base(kept).says("substitution", "");
    let name = "schedule: [{name: '${NAME}', schedule: 0 0 * * *, storageName: minio-a}]";
    deployed(substitutes).base(name).says(
        "substitution",
        "refuse: a written value has `${NAME}` in it, which Flux `Kustomization flux-system/pxc` \
        replaces\n  \
        hint: kustomize.toolkit.fluxcd.io/substitute: disabled",
    );
    Case::failover().base(copied).says("substitution", "");
}

#[test]
fn says_by_which_rules_it_planned() {
    let version = |text: &str| Some(Version::parse(text).unwrap());
    let by = |rules: Rules| Case::failover().know(|subject| subject.rules = rules);
    by(Rules::new(None, None).unwrap()).says(
        "version-assumed",
        "warn: neither operator version nor crVersion is known, the rules of 1.20.0 were used\n  \
        hint: --operator-version VERSION",
    );
    by(Rules::new(None, version("1.19.0")).unwrap()).says(
        "version-assumed",
        "note: the operator is taken to be 1.19.0, as crVersion says\n  hint: --operator-version VERSION",
    );
    by(Rules::new(version("1.19.0"), None).unwrap())
        .says("version-assumed", "note: crVersion is unset and taken to be 1.19.0, the operator's");
    by(rules("1.21.0"))
        .says("version-newer", "warn: operator 1.21.0 is newer than the rules known here, those of 1.20 were used");
    by(rules("1.20.0")).says("version-assumed", "");
}
