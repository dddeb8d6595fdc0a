//! The builder that is a program: `kustomize`, else `kubectl kustomize`, on an exported tree of only what the root needs.
//!
//! `program` finds it, `export` writes the files, `extent` leaves fields of the root out for probes, `run` keeps
//! the program off the network and within its time. Must never run it on the user's work tree, and never let it fetch.

use std::ffi::OsStr;
use std::time::Duration;

use anyhow::Context as _;

use crate::failure::refused;
use crate::kustomize::files::Files;
use crate::kustomize::restrict::Restrictor;
use crate::model::object::Object;
use crate::model::path::RepoPath;

mod export;
mod extent;
mod message;
mod output;
mod program;
mod run;

use export::Export;
use program::Program;

/// How long one build may take unless told otherwise.
const DEADLINE: Duration = Duration::from_mins(1);

/// Who builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The first that can.
    #[default]
    Auto,
    /// The program.
    Binary,
}

/// How much of a root is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything, as the controller builds it.
    Whole,
    /// The root's resources, generators and components alone: what a further component would see.
    Accumulated,
    /// The same and the root's own patches: what further patches of the root would see.
    Patched,
}

/// An object of a build with the text it was printed as.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltObject {
    /// The object.
    pub object: Object,
    /// Its YAML document, without the line that separates documents.
    pub text: String,
}

/// What a build gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The objects in the order they were printed.
    pub objects: Vec<BuiltObject>,
    /// Everything that was printed.
    pub text: String,
}

/// A program that builds kustomizations, found once.
#[derive(Debug)]
pub struct Builder {
    /// The program.
    program: Program,
    /// How long one build may take.
    deadline: Duration,
}

impl Builder {
    /// Finds `kustomize`, else `kubectl`, in the folders of a `PATH`.
    ///
    /// # Errors
    /// Fails when neither is there.
    pub fn find(path: Option<&OsStr>) -> anyhow::Result<Self> {
        Ok(Self { program: Program::find(path)?, deadline: DEADLINE })
    }

    /// Returns the builder with another deadline for each build.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns who builds, with the version: `kubectl kustomize v5.5.0`.
    pub fn describe(&self) -> String {
        self.program.describe()
    }

    /// Builds a root of a tree.
    ///
    /// # Errors
    /// Refuses what cannot be exported ([`crate::survey::closure`]) and what the program does not build; fails when the
    /// program cannot run or does not end in time.
    pub fn build(
        &self,
        files: &dyn Files,
        root: &RepoPath,
        restrictor: Restrictor,
        extent: Extent,
    ) -> anyhow::Result<Built> {
        self.run(files, root, restrictor, extent).with_context(|| format!("failed to build `{root}`"))
    }

    /// Exports, runs the program, reads what it printed.
    fn run(&self, files: &dyn Files, root: &RepoPath, restrictor: Restrictor, extent: Extent) -> anyhow::Result<Built> {
        let export = Export::of(files, root)?;
        if extent != Extent::Whole {
            export.rewrite(|kustomization| extent::narrow(kustomization, extent))?;
        }
        let mut command = self.program.command();
        command.arg(export.root()).arg("--load-restrictor").arg(flag(restrictor)).current_dir(export.top());
        let ended = run::run(command, export.home(), self.deadline)
            .with_context(|| format!("failed to run `{}`", self.program.name()))?;
        if !ended.is_success {
            let fact = message::fact(&export.in_repository(&ended.errors));
            return Err(refused(fact).hint(self.program.hint(root)).into());
        }
        output::read(ended.output)
    }
}

/// Returns the value of `--load-restrictor`.
fn flag(restrictor: Restrictor) -> &'static str {
    match restrictor {
        Restrictor::RootOnly => "LoadRestrictionsRootOnly",
        Restrictor::None => "LoadRestrictionsNone",
    }
}
