//! The builder that is a program, on an exported tree of only what the root needs.
//! Must never run on the user's work tree, and never let the program fetch.

use std::ffi::OsStr;
use std::time::Duration;

use anyhow::Context as _;

use super::export::Export;
use super::program::Program;
use super::{Built, Extent, Task, extent, message, output, run};
use crate::failure::refused;
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

    /// Returns who builds, with the version: `kubectl kustomize v5.5.0`.
    pub(super) fn describe(&self) -> String {
        self.program.describe()
    }

    /// Exports, runs the program, reads what it printed.
    pub(super) fn build(&self, task: &Task) -> anyhow::Result<Built> {
        let export = Export::of(task.files, task.root)?;
        if task.extent != Extent::Whole {
            export.rewrite(|kustomization| extent::narrow(kustomization, task.extent))?;
        }
        let mut command = self.program.command();
        command.arg(export.root()).arg("--load-restrictor").arg(flag(task.restrictor)).current_dir(export.top());
        let ended = run::run(command, export.home(), self.deadline)
            .with_context(|| format!("failed to run `{}`", self.program.name()))?;
        if !ended.is_success {
            return Err(refused(message::fact(&export.in_repository(ended.errors.trim())))
                .hint(self.program.hint(task.root))
                .into());
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
