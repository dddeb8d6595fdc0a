//! What a proposal may change in the files, by the bytes of both commits: folders of overlays, and lines put into a
//! kustomization, which come out again without a trace (law 2). And what a run may change in the repository.

use std::collections::BTreeMap;
use std::path::PathBuf;

use leeward::render::edit::take_back;

use crate::world::World;

/// A commit of leeward and where it started.
pub(crate) struct Proposal<'a> {
    /// The repository.
    pub(crate) world: &'a World,
    /// The commit it started from.
    pub(crate) base: &'a str,
    /// The commit.
    pub(crate) tip: &'a str,
    /// The incident.
    pub(crate) incident: &'a str,
}

/// How an overlay was activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rung {
    /// By a line of `components`.
    Component,
    /// By an item of `patches`.
    Append,
}

impl Proposal<'_> {
    /// Returns the changed paths.
    pub(crate) fn paths(&self) -> Vec<String> {
        let paths = self.world.git(&["diff", "--name-only", "--no-renames", self.base, self.tip]);
        paths.lines().map(str::to_owned).collect()
    }

    /// Checks the edit of a root's kustomization and returns how the overlays there were activated.
    pub(crate) fn check_edit(&self, root: &str, kustomization: &str) -> Vec<Rung> {
        let (before, after) = (self.bytes(self.base, kustomization), self.bytes(self.tip, kustomization));
        assert!(is_subsequence(&before, &after), "{kustomization}: bytes of the user are gone");
        let folder = if root.is_empty() { "recovery/".to_owned() } else { format!("{root}/recovery/") };
        let files = self.world.git(&["ls-tree", "-r", "--name-only", self.tip, "--", &folder]);
        let ours = files.lines().filter_map(|path| path.strip_suffix("/incident.yaml"));
        let ours = ours.filter(|folder| {
            folder.contains(&format!("/recovery/{}", self.incident))
                || folder.starts_with(&format!("recovery/{}", self.incident))
        });
        let items: Vec<&str> = ours.map(|folder| folder.strip_prefix(root).unwrap().trim_start_matches('/')).collect();
        assert!(!items.is_empty(), "no overlay in `{root}`:\n{files}");
        let (forth, _) = taken_back(&after, items.iter());
        let (back, rungs) = taken_back(&after, items.iter().rev());
        for taken in [forth, back] {
            assert_eq!(
                String::from_utf8_lossy(&taken),
                String::from_utf8_lossy(&before),
                "{kustomization}: taken back"
            );
            assert!(taken == before);
        }
        rungs
    }

    /// Returns a file of a revision.
    fn bytes(&self, revision: &str, path: &str) -> Vec<u8> {
        let object = format!("{revision}:{path}");
        self.world
            .command("git")
            .current_dir(self.world.repo())
            .args(["cat-file", "blob", &object])
            .output()
            .unwrap()
            .stdout
    }
}

/// Takes overlays out of a kustomization.
fn taken_back<'a>(file: &[u8], items: impl Iterator<Item = &'a &'a str>) -> (Vec<u8>, Vec<Rung>) {
    let (mut file, mut rungs) = (file.to_vec(), Vec::new());
    for item in items {
        let (taken, rung) = match take_back(&file, item).unwrap() {
            Some(taken) => (taken, Rung::Component),
            None => (take_back(&file, &format!("{item}/backup-patch.yaml")).unwrap().unwrap(), Rung::Append),
        };
        file = taken;
        rungs.push(rung);
    }
    (file, rungs)
}

/// Returns whether `short` is what is left of `long` without some bytes.
fn is_subsequence(short: &[u8], long: &[u8]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|byte| rest.any(|other| other == byte))
}

/// Returns everything of a repository but its objects, the branches of leeward, and their logs.
pub(crate) fn untouchable(world: &World) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = world.snapshot();
    let git = world.repo().join(".git");
    let ours = [git.join("refs/heads/leeward"), git.join("logs/refs/heads/leeward")];
    files.retain(|path, _| !ours.iter().any(|folder| path.starts_with(folder)));
    files
}

/// Returns the branches of leeward with their commits.
pub(crate) fn branches(world: &World) -> Vec<(String, String)> {
    let text = world.git(&["for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/leeward"]);
    text.lines().filter_map(|line| line.split_once(' ')).map(|(name, id)| (name.to_owned(), id.to_owned())).collect()
}
