//! The survey over small trees in memory.

mod closure;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::failure::{Kind as Failed, hint_of, kind_of};
use crate::kustomize::files::{Memory, ReadError};
use crate::kustomize::restrict::Restrictor;

/// A cluster.
const CR: &str = "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\nmetadata: {name: cluster1}\n";

/// A tree in memory with symbolic links and submodules.
#[derive(Default)]
struct Tree {
    /// The files.
    files: Memory,
    /// The links by path.
    links: BTreeMap<String, Entry>,
}

impl Files for Tree {
    fn entry(&self, path: &str) -> Result<Option<Entry>, ReadError> {
        let is_in_submodule =
            |(at, entry): (&String, &Entry)| *entry == Entry::Submodule && path.starts_with(&format!("{at}/"));
        match self.links.get(path) {
            Some(link) => Ok(Some(link.clone())),
            None if self.links.iter().any(is_in_submodule) => {
                Err(ReadError { path: path.to_owned(), reason: "in a submodule".to_owned() })
            }
            None => self.files.entry(path),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        self.files.read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Entry)>, ReadError> {
        self.files.list(path)
    }
}

impl Tree {
    /// A tree of files.
    fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        Self { files: Memory(files.collect()), links: BTreeMap::new() }
    }

    /// The tree with a link.
    fn link(mut self, path: &str, target: &str) -> Self {
        self.links.insert(path.to_owned(), Entry::Link { target: target.to_owned() });
        self
    }

    /// Every path.
    fn paths(&self) -> Vec<(String, Entry)> {
        let files = self.files.0.keys().map(|path| (path.clone(), Entry::File { id: None }));
        files.chain(self.links.clone()).collect()
    }

    /// The survey.
    fn survey(&self) -> Survey {
        survey(self, &self.paths()).unwrap()
    }

    /// The survey's error, as one line.
    fn error(&self) -> String {
        format!("{:#}", survey(self, &self.paths()).unwrap_err())
    }

    /// The closure of a root as text.
    fn closure(&self, root: &str) -> String {
        let needed = closure(self, &path(root)).unwrap();
        needed.iter().map(RepoPath::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The closure's error.
    fn refusal(&self, root: &str) -> String {
        let error = closure(self, &path(root)).unwrap_err();
        assert_eq!(kind_of(&error), Failed::Refused, "{error:#}");
        format!("{error:#}")
    }
}

/// A path.
fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

/// The paths of the roots, those without a kustomization in brackets.
fn roots(survey: &Survey) -> String {
    let name = |root: &Root| match root.kustomization {
        Some(_) => root.path.to_string(),
        None => format!("[{}]", root.path),
    };
    survey.roots.iter().map(name).collect::<Vec<_>>().join(" ")
}

/// The ids of the findings.
fn ids(survey: &Survey) -> Vec<&'static str> {
    survey.findings.iter().map(|finding| finding.id).collect()
}

/// A Flux Kustomization.
fn flux(name: &str, folder: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: \
         flux-system}}\nspec:\n  path: {folder}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{more}"
    )
}

/// An Argo CD Application with `source` fields.
fn argo(name: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  \
         destination: {{namespace: pxc}}\n  syncPolicy: {{automated: {{}}}}\n  source: {source}\n"
    )
}

#[test]
fn flux_deploys_the_overlay_and_the_base_is_no_root() {
    let more = "  targetNamespace: pxc\n  postBuild: {substitute: {size: '3'}, substituteFrom: [{kind: ConfigMap, \
                name: vars}]}\n  patches: [{patch: '- {op: remove, path: /spec/backup}', target: {kind: \
                PerconaXtraDBCluster}}]\n";
    let survey = Tree::of(&[
        ("clusters/prod/apps.yaml", &format!("# apps\n---\n{}", flux("pxc", "./apps/prod/", more))),
        ("apps/base/cr.yaml", CR),
        ("apps/base/kustomization.yaml", "resources: [cr.yaml]"),
        ("apps/prod/kustomization.yaml", "resources: [../base]"),
        ("apps/dev/kustomization.yaml", "resources: [../base]"),
        ("apps/other/kustomization.yaml", "resources: [deployment.yaml]"),
    ])
    .survey();
    assert_eq!(roots(&survey), "apps/prod");
    let ids: Vec<_> = survey.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["root-left-out"]);
    let root = &survey.roots[0];
    let owner = root.owner.clone().unwrap();
    assert_eq!(root.restrictor, Restrictor::None);
    assert_eq!((owner.object.as_str(), owner.namespace.as_deref()), ("Kustomization flux-system/pxc", Some("pxc")));
    let transforms: Vec<_> = owner.transforms.iter().map(|one| (one.field.as_str(), one.effect)).collect();
    assert_eq!(
        transforms,
        [("spec.patches[0]", TransformEffect::BackupBlock), ("spec.targetNamespace", TransformEffect::Other)]
    );
    let substitutes = owner.substitutes.unwrap();
    assert!(substitutes.names.contains("size") && substitutes.from == ["ConfigMap/vars"]);
}

#[test]
fn argo_applications_in_lists_with_several_sources_deploy_their_paths() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: argoproj.io/v1alpha1\n  kind: Application\n  \
                metadata: {name: a}\n  spec: {sources: [{chart: x}, {path: /a}, {path: b/, kustomize: {namePrefix: \
                x-}}]}\n";
    let survey = Tree::of(&[
        ("apps.yaml", list),
        ("base/cr.yaml", CR),
        ("base/kustomization.yaml", "resources: [cr.yaml]"),
        ("a/kustomization.yml", "Resources: [../base/]"),
        ("b/Kustomization", "bases: [../base]"),
    ])
    .survey();
    assert_eq!(roots(&survey), "a b");
    let owner = survey.roots[1].owner.clone().unwrap();
    assert_eq!(survey.roots[1].restrictor, Restrictor::RootOnly);
    assert_eq!(owner.object, "Application a");
    assert_eq!(owner.suspended.as_deref(), Some("spec.syncPolicy.automated is not set"));
    assert_eq!(owner.transforms[0].field, "spec.sources[2].kustomize.namePrefix");
    assert_eq!(owner.transforms[0].effect, TransformEffect::Names);
}

#[test]
fn an_app_of_apps_is_followed_to_the_folder_that_holds_the_cluster() {
    let survey = Tree::of(&[
        ("bootstrap/root.yaml", &argo("root", "{path: apps}")),
        ("apps/pxc.yaml", &argo("pxc", "{path: pxc}")),
        ("pxc/cr.yaml", CR),
        ("pxc/kustomization.yaml", "resources: [cr.yaml]"),
    ])
    .survey();
    assert_eq!(roots(&survey), "pxc");
    assert_eq!(survey.roots[0].owner.as_ref().unwrap().object, "Application argocd/pxc");
}

#[test]
fn without_an_owner_the_kustomizations_that_no_other_includes_are_taken_and_it_is_said() {
    let survey = Tree::of(&[
        ("base/cr.yaml", CR),
        ("base/kustomization.yaml", "resources: [cr.yaml]"),
        ("prod/kustomization.yaml", "resources: [../mid]"),
        ("mid/kustomization.yaml", "components: [../part]"),
        ("part/kustomization.yaml", "kind: Component\nresources: [../base]"),
        ("unused/kustomization.yaml", "kind: Component\nresources: [../base]"),
    ])
    .survey();
    assert_eq!(roots(&survey), "prod");
    assert_eq!(survey.by_nobody, [path("prod")]);
    assert_eq!(ids(&survey), ["root-unowned"]);
}

#[test]
fn a_plain_folder_lists_what_flux_applies_there() {
    let tree = Tree::of(&[
        ("flux.yaml", &flux("pxc", "./apps", "  suspend: true\n")),
        ("apps/pxc/cr.yaml", CR),
        ("apps/pxc/secret.yml", "kind: Secret"),
        ("apps/pxc/notes.txt", "x"),
        ("apps/pxc/values.json", "{}"),
        ("apps/web/kustomization.yaml", "resources: [a.yaml]"),
        ("apps/web/a.yaml", "kind: Service"),
        ("apps/.sops.yaml", "x: 1"),
    ]);
    let survey = tree.survey();
    assert_eq!(roots(&survey), "[apps]");
    let root = &survey.roots[0];
    assert_eq!(root.manifests, [path("apps/pxc/cr.yaml"), path("apps/pxc/secret.yml"), path("apps/web")]);
    assert_eq!(root.owner.as_ref().unwrap().suspended.as_deref(), Some("spec.suspend: true"));
    assert_eq!(root.refusal().unwrap().hint.as_deref(), Some("--create-kustomization"));
}

#[test]
fn a_kustomization_inside_a_folder_that_flux_generates_is_the_root() {
    let tree = Tree::of(&[
        ("flux.yaml", &flux("all", "./", "")),
        ("apps/pxc/cr.yaml", CR),
        ("apps/pxc/kustomization.yaml", "resources: [cr.yaml]"),
        ("apps/pxc/inner/kustomization.yaml", "resources: [../cr.yaml]"),
    ]);
    let survey = tree.survey();
    assert_eq!(roots(&survey), "apps/pxc");
    assert_eq!(survey.roots[0].restrictor, Restrictor::None);
    let root = named_root(&tree, &path("apps/pxc")).unwrap();
    assert_eq!(root.owner, None);
    assert_eq!(with_owner(&tree, &tree.paths(), root).unwrap(), survey.roots[0]);
}

#[test]
fn argo_reads_a_plain_directory_and_only_below_when_asked() {
    let files = |recurse: &str| {
        Tree::of(&[
            ("app.yaml", &argo("pxc", &format!("{{path: apps, directory: {{recurse: {recurse}}}}}"))),
            ("apps/cr.json", "{\"apiVersion\": \"pxc.percona.com/v1\", \"kind\": \"PerconaXtraDBCluster\"}"),
            ("apps/skip.yaml", "# +argocd:skip-file-rendering\n"),
            ("apps/below/secret.yaml", "kind: Secret"),
        ])
        .survey()
    };
    assert_eq!(files("false").roots[0].manifests, [path("apps/cr.json")]);
    assert_eq!(files("true").roots[0].manifests, [path("apps/below/secret.yaml"), path("apps/cr.json")]);
    assert!(!files("true").by_nobody.contains(&path("apps")));
}

#[test]
fn made_up_paths_are_not_guessed_but_named_where_they_may_matter() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {template: {spec: {source: {path: \
               '{{path}}'}}}}\n";
    let template = "apiVersion: argoproj.io/v1alpha1\nkind: Application\n{{- if x }}\nspec:\n{{ end }}\n";
    let rest = [("pxc/cr.yaml", CR), ("pxc/kustomization.yaml", "resources: [cr.yaml]")];
    let mut files = vec![("set.yaml", set), ("chart/app.yaml", template)];
    files.extend(rest);
    let survey = Tree::of(&files).survey();
    assert_eq!(ids(&survey), ["root-unowned", "owner-generated"]);
    assert!(survey.findings[1].fact.contains("`chart/app.yaml`, `set.yaml`"), "{}", survey.findings[1].fact);
    let owner = argo("pxc", "{path: pxc}");
    files.push(("owner.yaml", &owner));
    assert!(Tree::of(&files).survey().findings.is_empty());
}

#[test]
fn two_objects_on_one_folder_are_one_root_and_a_warning() {
    let survey = Tree::of(&[
        ("one.yaml", &argo("one", "{path: pxc}")),
        ("two.yaml", &flux("two", "pxc", "")),
        ("pxc/cr.yaml", CR),
        ("pxc/kustomization.yaml", "resources: [cr.yaml]"),
    ])
    .survey();
    assert_eq!(roots(&survey), "pxc");
    assert_eq!(ids(&survey), ["root-shared"]);
    assert_eq!(survey.roots[0].owners().count(), 2);
    assert_eq!(survey.roots[0].restrictor, Restrictor::None);
}

#[test]
fn broken_files_disturb_only_on_the_way() {
    let mut files = vec![
        ("pxc/cr.yaml", CR),
        ("pxc/kustomization.yaml", "resources: [cr.yaml]"),
        ("junk/kustomization.yaml", "resources: [\n- {"),
        ("junk/cr.yaml", "kind: PerconaXtraDBCluster\n  bad: ["),
        ("chart/templates/cr.yaml", "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\n{{- with .x }}\n"),
        ("flux/app.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\n x: ["),
        ("crd.yaml", "kind: CustomResourceDefinition\nspec: {names: {kind: PerconaXtraDBCluster}}"),
        ("backup.yaml", "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBClusterBackup\n"),
    ];
    let survey = Tree::of(&files).survey();
    assert_eq!(roots(&survey), "pxc");
    files.push(("prod/kustomization.yaml", "resources:\n- ../pxc\npatches: [\n"));
    let error = Tree::of(&files).error();
    assert!(error.contains("`prod/kustomization.yaml`") && error.contains("line "), "{error}");
    files.pop();
    files.push(("over/kustomization.yaml", "resources: [../junk2/cr.yaml]"));
    files.push(("junk2/cr.yaml", "a: 1\n---\nkind: PerconaXtraDBCluster\nbad: ["));
    let error = Tree::of(&files).error();
    assert!(error.contains("`junk2/cr.yaml`") && error.contains("line "), "{error}");
}

#[test]
fn two_kustomization_files_on_the_way_are_refused() {
    let tree = Tree::of(&[
        ("pxc/cr.yaml", CR),
        ("pxc/kustomization.yaml", "resources: [cr.yaml]"),
        ("pxc/Kustomization", "resources: [cr.yaml]"),
    ]);
    assert!(tree.error().contains("`pxc` holds more than one kustomization"), "{}", tree.error());
    let error = named_root(&tree, &path("pxc")).unwrap_err();
    assert_eq!((kind_of(&error), hint_of(&error)), (Failed::Refused, Some("git rm pxc/Kustomization")));
}

#[test]
fn kustomizations_that_include_each_other_are_refused() {
    let tree = Tree::of(&[
        ("a/cr.yaml", CR),
        ("a/kustomization.yaml", "resources: [cr.yaml, ../b]"),
        ("b/kustomization.yaml", "resources: [../a]"),
    ]);
    assert!(tree.error().ends_with("kustomizations include each other: `a`, `b`"), "{}", tree.error());
    assert_eq!(tree.refusal("a"), "kustomizations include each other: `a` → `b` → `a`");
}

#[test]
fn a_cluster_that_nothing_includes_is_a_plain_root_only_when_there_is_no_other() {
    let mut files = vec![("deploy/cr.yaml", CR)];
    let survey = Tree::of(&files).survey();
    assert_eq!((roots(&survey).as_str(), ids(&survey)), ("[deploy]", vec!["cluster-unreached"]));
    files.extend([("pxc/cr.yaml", CR), ("pxc/kustomization.yaml", "resources: [cr.yaml]")]);
    assert_eq!(roots(&Tree::of(&files).survey()), "pxc");
}

#[test]
fn components_of_the_controller_are_judged_by_what_they_hold() {
    let survey = Tree::of(&[
        ("flux.yaml", &flux("pxc", "pxc", "  components: [../labels, ../backup, ../missing]\n")),
        ("pxc/cr.yaml", CR),
        ("pxc/kustomization.yaml", "resources: [cr.yaml]"),
        ("labels/kustomization.yaml", "kind: Component\nlabels: [{pairs: {a: b}}]"),
        ("backup/kustomization.yaml", "kind: Component\npatches: [{path: p.yaml}]"),
        ("backup/p.yaml", "- {op: remove, path: /spec/backup/pitr}"),
    ])
    .survey();
    let effects: Vec<_> = survey.roots[0].owner.as_ref().unwrap().transforms.iter().map(|one| one.effect).collect();
    assert_eq!(effects, [TransformEffect::Other, TransformEffect::BackupBlock, TransformEffect::BackupBlock]);
}

#[test]
fn incidents_are_found_by_name_and_marker() {
    let survey = Tree::of(&[
        ("pxc/recovery/minio-a-1122/incident.yaml", "apiVersion: leeward/v1\nkind: Incident\n"),
        ("pxc/recovery/other/incident.yaml", "apiVersion: other/v1\n"),
        ("docs/incident.yaml", "apiVersion: leeward/v1\n"),
    ])
    .survey();
    assert_eq!(survey.incidents.len(), 1);
    assert_eq!(survey.incidents[0].root, path("pxc"));
}
