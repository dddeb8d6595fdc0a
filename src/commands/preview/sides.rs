//! Git before and Git after: the roots whose files differ between the two revisions, and what each builds to.
//! A root that builds on one side alone is withheld and named: it must never look like a mass creation or deletion.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::thread;

use super::changed::Changed;
use super::owners;
use super::revisions::Revisions;
use super::side::Side;
use super::touched::{is_touched, parsed, unread};
use crate::build::Builder;
use crate::cli::ChangeArgs;
use crate::failure::Failure;
use crate::git::{Base, Repository};
use crate::model::finding::Finding;
use crate::model::object::Object;
use crate::model::path::RepoPath;
use crate::model::shell::quoted;
use crate::preview::Deployed;
use crate::survey::{Owner, Root};

/// What changes between two revisions.
pub(super) struct Sides {
    /// The roots that change.
    pub(super) changed: Vec<Changed>,
    /// What the approver has to know of the whole run.
    pub(super) findings: Vec<Finding>,
    /// The first root that could not be built.
    pub(super) failure: Option<Failure>,
}

/// Two revisions, surveyed: which roots change, before anything is built.
pub(super) struct Surveyed<'a> {
    /// Where the revisions are.
    repository: &'a Repository,
    /// The same for another thread.
    twin: Repository,
    /// The two revisions.
    revisions: &'a Revisions,
    /// Git before and Git after.
    sides: (Side, Side),
    /// The roots that change, and what is said of others in their order.
    steps: Vec<Step>,
    /// What the approver has to know of the files.
    findings: Vec<Finding>,
    /// What is said of the files as a whole, after the roots.
    closing: Vec<Finding>,
}

/// One root of two revisions.
enum Step {
    /// It changes.
    Changes(RepoPath),
    /// Nobody knows.
    Unsure(Finding),
}

/// Returns which roots change between two revisions.
///
/// # Errors
/// Fails when a tree cannot be read.
pub(super) fn survey<'a>(
    repository: &'a Repository,
    revisions: &'a Revisions,
    args: &ChangeArgs,
) -> anyhow::Result<Surveyed<'a>> {
    let (twin, (before, after)) = beside(
        repository.twin()?,
        |twin| Side::of(twin, &revisions.base, args),
        || Side::of(repository, &revisions.head, args),
    );
    let (before, after) = (before?, after?);
    let paths = repository.changed_paths(&revisions.base.commit, &revisions.head.commit)?;
    let (paths, odd) = parsed(&paths);
    let (mut steps, mut read) = (Vec::new(), BTreeSet::new());
    let roots: BTreeSet<&RepoPath> = before.roots.keys().chain(after.roots.keys()).collect();
    for path in roots {
        let (old, new) = (before.inputs(path), after.inputs(path));
        let inputs = match (&old, &new) {
            (Ok(old), Ok(new)) => old.union(new).cloned().collect(),
            _ => BTreeSet::from([path.clone()]),
        };
        let is_touched = is_touched(&inputs, &paths) || before.roots.get(path) != after.roots.get(path);
        read.extend(inputs);
        if is_touched {
            steps.push(Step::Changes(path.clone()));
        } else {
            steps.extend(old.err().or(new.err()).map(|error| Step::Unsure(unsure(path, error))));
        }
    }
    let mut closing: Vec<Finding> = unread(&paths, &read).into_iter().collect();
    if let Some(moved) = &revisions.moved {
        closing.extend(overtaken(repository, revisions, moved, &read)?);
    }
    Ok(Surveyed {
        repository,
        twin,
        revisions,
        sides: (before, after),
        steps,
        findings: odd.into_iter().collect(),
        closing,
    })
}

impl Surveyed<'_> {
    /// Returns the controllers' objects that apply the roots that change, as Git names them.
    pub(super) fn owners(&self) -> impl Iterator<Item = &Owner> {
        changing(&self.steps).filter_map(|path| self.root(path)?.owner.as_ref())
    }

    /// Returns whether a root that changes can hold a cluster of the operator.
    pub(super) fn may_hold_clusters(&self) -> bool {
        let sides = [(&self.sides.1, &self.revisions.head), (&self.sides.0, &self.revisions.base)];
        sides.into_iter().any(|(side, revision)| side.names_cluster(self.repository, revision, changing(&self.steps)))
    }

    /// Returns a root as the head has it, else as the base had it.
    fn root(&self, path: &RepoPath) -> Option<&Root> {
        self.sides.1.roots.get(path).or_else(|| self.sides.0.roots.get(path))
    }

    /// Builds the roots that change, Git before on a thread of its own.
    ///
    /// # Errors
    /// Fails when a revision cannot be read any more.
    pub(super) fn build(self, builder: &Builder) -> anyhow::Result<Sides> {
        let Self { repository, twin, revisions, sides: (old, new), steps, findings, closing } = self;
        let paths: Vec<&RepoPath> = changing(&steps).collect();
        let second = builder.twin();
        let (_, (before, after)) = beside(
            twin,
            |twin| {
                let built = old.build(twin, &revisions.base, &paths, &second);
                (second, built)
            },
            || new.build(repository, &revisions.head, &paths, builder),
        );
        builder.take_in(before.0);
        let mut sides = Sides { changed: Vec::new(), findings, failure: None };
        let mut built = before.1?.into_iter().zip(after?);
        for step in steps {
            match step {
                Step::Changes(path) => {
                    let (before, after) = built.next().expect("every root that changes is built");
                    sides.add(&path, (&old, &new), before.and_then(|before| Ok((before, after?))));
                }
                Step::Unsure(finding) => sides.findings.push(finding),
            }
        }
        sides.findings.extend(closing);
        Ok(sides)
    }
}

/// Returns the roots that change.
fn changing(steps: &[Step]) -> impl Iterator<Item = &RepoPath> {
    steps.iter().filter_map(|step| match step {
        Step::Changes(path) => Some(path),
        Step::Unsure(_) => None,
    })
}

/// Does something with a repository on a thread of its own and something else here; returns the repository and both.
fn beside<T: Send, U>(
    twin: Repository,
    there: impl FnOnce(&Repository) -> T + Send,
    here: impl FnOnce() -> U,
) -> (Repository, (T, U)) {
    thread::scope(|scope| {
        let there = scope.spawn(move || {
            let done = there(&twin);
            (twin, done)
        });
        let done = here();
        let (twin, other) = there.join().unwrap_or_else(|panic| resume_unwind(panic));
        (twin, (other, done))
    })
}

/// Says that a root may change too: what it reads is not known.
fn unsure(path: &RepoPath, error: &anyhow::Error) -> Finding {
    let fact = format!(
        "`{path}` may change too and is not previewed: what it reads is not known: {}",
        crate::commands::causes(error).join(": ")
    );
    Finding::warn("root-unsure", fact)
}

/// Says that the base branch went on where the previewed roots read.
fn overtaken(
    repository: &Repository,
    revisions: &Revisions,
    tip: &Base,
    read: &BTreeSet<RepoPath>,
) -> anyhow::Result<Option<Finding>> {
    let since = repository.changed_paths(&revisions.base.commit, &tip.commit)?;
    let known: BTreeSet<RepoPath> = since.iter().filter_map(|path| RepoPath::parse(path).ok()).collect();
    // A name that cannot be followed may be one that is read.
    if known.len() == since.len() && !is_touched(read, &known) {
        return Ok(None);
    }
    let fact = format!(
        "`{}` went on since `{}` left it, in files that are deployed: what merging gives is not what is shown",
        tip.name, revisions.head.name
    );
    Ok(Some(Finding::warn("base-moved", fact).hint(format!("git merge {}", quoted(&tip.name)))))
}

impl Sides {
    /// Adds a root that changes.
    fn add(
        &mut self,
        path: &RepoPath,
        (before, after): (&Side, &Side),
        built: anyhow::Result<(Vec<Object>, Vec<Object>)>,
    ) {
        match built {
            Ok((old, new)) => {
                let (in_base, in_head) = (before.has(path), after.has(path));
                let deployed = Deployed { path: path.clone(), before: old, after: new, in_base, in_head };
                let root = after.roots.get(path).or_else(|| before.roots.get(path));
                let old = before.roots.get(path);
                self.findings.extend(owners::findings(path, (&before.roots, &after.roots)));
                self.changed.extend(
                    root.into_iter()
                        .flat_map(|root| Changed::each(root, (old, after.roots.contains_key(path)), &deployed)),
                );
            }
            Err(error) => self.withhold(path, &error),
        }
    }

    /// Says that a root cannot be built, and so not previewed.
    fn withhold(&mut self, path: &RepoPath, error: &anyhow::Error) {
        let causes = crate::commands::causes(error).join(": ");
        let hint = crate::failure::hint_of(error).map(str::to_owned);
        let mut finding = Finding::warn("root-unbuilt", format!("`{path}` is not previewed: {causes}"));
        finding.hint.clone_from(&hint);
        self.findings.push(finding);
        let kind = crate::failure::kind_of(error);
        self.failure.get_or_insert(Failure { kind, fact: format!("`{path}` could not be built: {causes}"), hint });
    }
}
