//! The builder that is a program, on an exported tree of only what the root needs.
//! Must never run on the user's work tree, and never let the program fetch.

use std::ffi::OsStr;
use std::time::Duration;

use anyhow::Context as _;

use super::built::{Built, Task};
use super::export::Export;
use super::program::Program;
use super::{Extent, extent, message, output, run};
use crate::failure::{Failure, refused};
use crate::kustomize::restrict::Restrictor;

/// A program that builds kustomizations.
#[derive(Debug)]
pub(super) struct Binary {
    /// The program.
    program: Program,
    /// How long one run may take.
    deadline: Duration,
}

impl Binary {
    /// Finds `kustomize`, else `kubectl`, in the folders of a `PATH`; `None` where neither is there.
    pub(super) fn find(path: Option<&OsStr>, deadline: Duration) -> Option<Self> {
        Program::find(path).map(|program| Self { program, deadline })
    }

    /// Returns what a person types before a folder to build it.
    pub(super) fn name(&self) -> &'static str {
        self.program.name()
    }

    /// Returns who builds, with the version: `kubectl kustomize v5.5.0`.
    pub(super) fn describe(&self) -> String {
        self.program.describe()
    }

    /// Returns whether its output is that of the built-in builder.
    pub(super) fn is_known(&self) -> bool {
        self.program.is_known()
    }

    /// Exports, runs the program, reads what it printed; the inner failure is the program's refusal.
    pub(super) fn build(&self, task: &Task) -> anyhow::Result<Result<Built, Failure>> {
        let export = Export::of(task.files, task.root)?;
        if task.extent != Extent::Whole {
            export.rewrite(|kustomization| extent::narrow(kustomization, task.extent))?;
        }
        let mut command = self.program.command();
        command.arg(export.root()).arg("--load-restrictor").arg(flag(task.restrictor)).current_dir(export.top());
        let ended = run::run(command, export.home(), self.deadline)
            .with_context(|| format!("failed to run `{}`", self.program.name()))?;
        if !ended.is_success {
            return Ok(Err(refused(message::fact(&export.in_repository(ended.errors.trim())))));
        }
        output::read(ended.output).map(Ok)
    }
}

/// Returns the value of `--load-restrictor`.
fn flag(restrictor: Restrictor) -> &'static str {
    match restrictor {
        Restrictor::RootOnly => "LoadRestrictionsRootOnly",
        Restrictor::None => "LoadRestrictionsNone",
    }
}
