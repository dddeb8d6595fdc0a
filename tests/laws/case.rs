//! One generated repository and what is asked of it: base, layers, roots, who deploys them, which clusters, which target.

use std::collections::BTreeMap;

use crate::cluster::{Cluster, cluster};
use crate::dice::Dice;
use crate::late::{Late, Winner};
use crate::spelling::{Field, kustomization};
use crate::world::World;

/// What a family of cases is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Odd layouts that a component line suits.
    Odd,
    /// Patches of the root that override a component.
    Late,
    /// Something that runs after every patch.
    Won,
}

/// A repository and a command.
pub(crate) struct Case {
    /// Every file.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The folder and the kustomization of each root.
    pub(crate) roots: Vec<(String, String)>,
    /// The command.
    pub(crate) args: Vec<String>,
    /// The one cluster that the command names, as root and built name; all where it says so.
    pub(crate) named: Option<(String, String)>,
    /// What wins, where something does.
    pub(crate) winner: Option<Winner>,
    /// Whether backups go to volumes.
    pub(crate) is_buffer: bool,
}

/// Where backups can go.
const TARGETS: &str = "version: 1\ntargets:\n  minio-b:\n    type: s3\n    endpoint: https://minio.b.example:9000\n    bucket: dr\n    \
                       prefix: all/pxc\n    credentialsSecret: minio-b-keys\n  nas:\n    type: filesystem\n    storageClass: nfs\n    \
                       size: 6Gi\n    quota: 30Ti\n";

/// A repository being made.
struct Draft {
    /// Its files.
    files: BTreeMap<String, Vec<u8>>,
    /// The clusters of the base.
    clusters: Vec<Cluster>,
    /// What the layer puts before names.
    prefix: &'static str,
    /// The folder that roots list.
    below: &'static str,
    /// Whether this repository says what deploys its roots; then it says so of each.
    has_owners: bool,
}

/// Makes the case of a seed.
pub(crate) fn case(seed: u64, family: Family) -> Case {
    let mut dice = Dice::new(seed);
    let mut draft = base(&mut dice);
    let winner = (family == Family::Won).then(|| Winner::any(&mut dice));
    let folders: Vec<&str> = match dice.roll(8) {
        0 => vec![""],
        1..=4 => vec!["clusters/prod-a/pxc"],
        5 | 6 => vec!["clusters/prod-a/pxc", "clusters/Prod_b"],
        _ => vec!["clusters/prod-a/pxc", "clusters/Prod_b", "c"],
    };
    let mut roots = Vec::new();
    let mut names = Vec::new();
    for folder in &folders {
        let late = match family {
            Family::Late => Some(dice.pick(&Late::OVERRIDING)),
            Family::Odd => dice.pick(&[None, None, Some(Late::Bystander), Some(Late::Remove)]),
            Family::Won => dice.pick(&[None, Some(Late::Storage)]),
        };
        let (kustomization, name) = root(&mut dice, &mut draft, folder, (late, winner));
        roots.push(((*folder).to_owned(), kustomization));
        names.push(name);
    }
    let is_one = (folders.len() == 1 && draft.clusters.len() == 1) || dice.one_in(2);
    let the_one = is_one.then(|| (folders[0].to_owned(), names[0].clone()));
    let has_archive = draft.clusters.iter().all(|cluster| cluster.storages.contains(&"archive"));
    let targets: &[&str] =
        if has_archive && folders.len() == 1 { &["archive", "minio-b", "nas"] } else { &["minio-b", "minio-b", "nas"] };
    let target = dice.pick(targets);
    draft.files.insert("leeward.yaml".to_owned(), TARGETS.as_bytes().to_vec());
    let args = args(&mut dice, the_one.as_ref(), target);
    Case { files: draft.files, roots, args, named: the_one, winner, is_buffer: target == "nas" }
}

/// Makes the base, and at times a layer above it.
fn base(dice: &mut Dice) -> Draft {
    let namespace = dice.pick(&[None, None, Some("pxc")]);
    let mut clusters = vec![cluster(dice, "cluster1", namespace)];
    if dice.one_in(3) {
        clusters.push(cluster(dice, "shop", namespace));
    }
    let mut files = BTreeMap::new();
    let mut items = Vec::new();
    for cluster in &clusters {
        files.insert(format!("base/pxc/{}.yaml", cluster.name), cluster.text.clone().into_bytes());
        items.push(vec![format!("{}.yaml", cluster.name)]);
    }
    files.insert("base/pxc/kustomization.yaml".to_owned(), kustomization(dice, vec![Field::list("resources", items)]));
    let has_owners = !dice.one_in(3);
    if dice.one_in(2) {
        return Draft { files, clusters, prefix: "", below: "base/pxc", has_owners };
    }
    let prefix = dice.pick(&["", "eu-"]);
    let mut fields = vec![Field::list("resources", vec![vec!["../../base/pxc".to_owned()]])];
    fields.push(Field::list("patches", vec![Late::Bystander.item()]));
    fields.extend((!prefix.is_empty()).then(|| Field::scalar("namePrefix", prefix)));
    files.insert("layers/eu/kustomization.yaml".to_owned(), kustomization(dice, fields));
    Draft { files, clusters, prefix, below: "layers/eu", has_owners }
}

/// Makes a root; returns its kustomization's path and the built name of its first cluster.
fn root(
    dice: &mut Dice,
    draft: &mut Draft,
    folder: &str,
    (late, winner): (Option<Late>, Option<Winner>),
) -> (String, String) {
    let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let up = "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count());
    let mut resources = vec![vec![format!("{up}{}", draft.below)]];
    let mut fields = Vec::new();
    let (prefix, suffix) = (dice.pick(&["", "", "a-"]), dice.pick(&["", "", "-x1"]));
    for (name, value) in [("namePrefix", prefix), ("nameSuffix", suffix), ("namespace", dice.pick(&["", "shop", "db"]))]
    {
        fields.extend((!value.is_empty()).then(|| Field::scalar(name, value)));
    }
    if dice.one_in(3) {
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: notes\ndata:\n  a: \"1\"\n";
        draft.files.insert(at("notes.yaml"), map.as_bytes().to_vec());
        resources.push(vec!["notes.yaml".to_owned()]);
    }
    if dice.one_in(3) {
        let more = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels:\n- pairs: {team: db}\n";
        draft.files.insert(at("more/kustomization.yaml"), more.as_bytes().to_vec());
        fields.push(Field::list("components", vec![vec!["more".to_owned()]]));
    }
    fields.extend(late.map(|late| Field::list("patches", vec![late.item()])));
    if let Some((field, file)) = winner.map(Winner::field) {
        fields.push(field);
        if let Some((name, text)) = file {
            draft.files.insert(at(name), text.as_bytes().to_vec());
            resources.extend((name == "settings.yaml").then(|| vec![name.to_owned()]));
        }
    }
    fields.push(Field::list("resources", resources));
    let path = at(dice.pick(&["kustomization.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"]));
    draft.files.insert(path.clone(), kustomization(dice, fields));
    if draft.has_owners {
        let (path, text) = owner(dice, folder);
        draft.files.insert(path, text.into_bytes());
    }
    (path, format!("{prefix}{}{}{suffix}", draft.prefix, draft.clusters[0].name))
}

/// Returns what deploys a root: an object of Flux or of Argo CD.
fn owner(dice: &mut Dice, folder: &str) -> (String, String) {
    let name = folder.replace(['/', '_'], "-").to_lowercase();
    let namespace = dice.pick(&["", "from-the-owner"]);
    let text = if dice.one_in(2) {
        let target = if namespace.is_empty() { String::new() } else { format!("  targetNamespace: {namespace}\n") };
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: f{name}\n  namespace: flux-system\n\
                 spec:\n  interval: 10m\n  path: ./{folder}\n  prune: true\n{target}  sourceRef:\n    kind: GitRepository\n    name: gitops\n"
        )
    } else {
        let path = if folder.is_empty() { "." } else { folder };
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: a{name}\n  namespace: argocd\nspec:\n  project: default\n  \
                 source:\n    repoURL: https://git.example/gitops.git\n    path: {path}\n    targetRevision: main\n  destination:\n    \
                 server: https://kubernetes.default.svc\n    namespace: {}\n",
            if namespace.is_empty() { "pxc" } else { namespace }
        )
    };
    (format!("owners/{}.yaml", if name.is_empty() { "top" } else { &name }), text)
}

/// Returns the command.
fn args(dice: &mut Dice, named: Option<&(String, String)>, target: &str) -> Vec<String> {
    let mut args: Vec<String> = ["propose", "--storage", "minio-a", "--to", target].map(str::to_owned).to_vec();
    match named {
        Some((root, name)) => {
            let root = if root.is_empty() { "." } else { root };
            args.extend(["--cluster".to_owned(), format!("{root}:{name}")]);
        }
        None => args.push("--all".to_owned()),
    }
    if dice.one_in(3) {
        args.extend(["--reason", "disk full: \"/data\" # at 3:00"].map(str::to_owned));
    }
    args
}

impl Case {
    /// Returns a repository with the files, committed.
    pub(crate) fn world(&self) -> World {
        let world = World::empty();
        for (path, bytes) in &self.files {
            let path = world.repo().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        world.commit("first");
        world
    }

    /// Returns the command's words.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.args.iter().map(String::as_str).collect()
    }

    /// Returns the root that a file lies in, the deepest where they are nested.
    pub(crate) fn root_of(&self, path: &str) -> Option<&(String, String)> {
        let holds = |folder: &str| folder.is_empty() || path.starts_with(&format!("{folder}/"));
        self.roots.iter().filter(|(folder, _)| holds(folder)).max_by_key(|(folder, _)| folder.len())
    }
}
