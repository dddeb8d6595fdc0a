//! What a root's own kustomization does to a cluster after a component: patches that a recovery has to come after, and
//! fields that nothing can come after.

use crate::dice::Dice;
use crate::spelling::{Field, lines};

/// A schedule that only a root has.
const LATE_SCHEDULE: &str =
    "name: late\nschedule: \"10 1 * * *\"\nstorageName: minio-a\nretention: {type: count, count: 3}";

/// What a root does late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Late {
    /// Nothing that matters: a patch of something else.
    Bystander,
    /// Sets the storage of a schedule.
    Storage,
    /// Puts a schedule before the others.
    Insert,
    /// Takes the last schedules away.
    Remove,
    /// Gives another list of schedules.
    Replace,
    /// Moves the first schedule to the end.
    Reorder,
    /// Sets where binlogs go, and turns them on.
    Binlogs,
}

/// What nothing can come after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Winner {
    /// `replacements`.
    Replacements,
    /// `patchesJson6902`.
    Json6902,
    /// `transformers`.
    Transformers,
}

impl Late {
    /// Every one that a component cannot come after.
    pub(crate) const OVERRIDING: [Self; 5] = [Self::Storage, Self::Insert, Self::Replace, Self::Reorder, Self::Binlogs];

    /// Returns the item of `patches`.
    pub(crate) fn item(self) -> Vec<String> {
        let ops = match self {
            Self::Bystander => "- op: add\n  path: /metadata/labels\n  value: {tier: gold}".to_owned(),
            Self::Storage => "- op: replace\n  path: /spec/backup/schedule/0/storageName\n  value: minio-a".to_owned(),
            Self::Insert => {
                format!("- op: add\n  path: /spec/backup/schedule/0\n  value:\n{}", indented(LATE_SCHEDULE))
            }
            Self::Remove => "- op: remove\n  path: /spec/backup/schedule/1".to_owned(),
            Self::Reorder => "- op: move\n  from: /spec/backup/schedule/0\n  path: /spec/backup/schedule/1".to_owned(),
            Self::Binlogs => {
                "- op: add\n  path: /spec/backup/pitr\n  value: {enabled: true, storageName: minio-a}".to_owned()
            }
            Self::Replace => return replaced(),
        };
        let mut item = lines("target:\n  kind: PerconaXtraDBCluster\npatch: |-");
        item.extend(ops.lines().map(|line| format!("  {line}")));
        item
    }
}

/// Returns a patch that merges: it gives another list.
fn replaced() -> Vec<String> {
    let mut item = lines("target: {kind: PerconaXtraDBCluster}\npatch: |");
    let head = "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\nmetadata:\n  name: any\nspec:\n  backup:\n    schedule:";
    item.extend(head.lines().map(|line| format!("  {line}")));
    let other = LATE_SCHEDULE.replace("late", "later").replace("10 1", "50 2");
    for schedule in [LATE_SCHEDULE, &other] {
        let mut marks = std::iter::once("- ").chain(std::iter::repeat("  "));
        item.extend(schedule.lines().map(|line| format!("      {}{line}", marks.next().unwrap())));
    }
    item
}

/// Returns a text two levels deeper.
fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

impl Winner {
    /// Returns one of them.
    pub(crate) fn any(dice: &mut Dice) -> Self {
        dice.pick(&[Self::Replacements, Self::Json6902, Self::Transformers])
    }

    /// Returns the name of the field.
    pub(crate) fn field_name(self) -> &'static str {
        match self {
            Self::Replacements => "replacements",
            Self::Json6902 => "patchesJson6902",
            Self::Transformers => "transformers",
        }
    }

    /// Returns the field, and a file beside the kustomization that it needs (a resource where it is one).
    pub(crate) fn field(self) -> (Field, Option<(&'static str, &'static str)>) {
        let set = "- {op: replace, path: /spec/backup/schedule/0/storageName, value: minio-a}";
        match self {
            Self::Replacements => {
                let item = "source: {kind: ConfigMap, name: settings, fieldPath: data.storage}\ntargets:\n- select: \
                            {kind: PerconaXtraDBCluster}\n  fieldPaths: [spec.backup.schedule.0.storageName]";
                let settings =
                    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  storage: minio-a\n";
                (Field::list("replacements", vec![lines(item)]), Some(("settings.yaml", settings)))
            }
            Self::Json6902 => {
                let item = format!(
                    "target: {{group: pxc.percona.com, version: v1, kind: PerconaXtraDBCluster, name: cluster1}}\npatch: |-\n  {set}"
                );
                (Field::list("patchesJson6902", vec![lines(&item)]), None)
            }
            Self::Transformers => {
                let file = "apiVersion: builtin\nkind: PatchTransformer\nmetadata:\n  name: late\ntarget:\n  kind: PerconaXtraDBCluster\n\
                            patch: '[{\"op\": \"replace\", \"path\": \"/spec/backup/schedule/0/storageName\", \"value\": \"minio-a\"}]'\n";
                (Field::list("transformers", vec![vec!["late.yaml".to_owned()]]), Some(("late.yaml", file)))
            }
        }
    }
}
