//! Who builds a root: the built-in builder, and for what it does not support the program, `kustomize` or `kubectl kustomize`.
//!
//! `builtin` asks the room `kustomize`; `binary` exports what the root needs and runs the program (`program` finds it,
//! `export` writes the files, `extent` leaves fields of the root out for probes, `run` keeps the program off the network
//! and within its time); `compare` holds the two against each other. Must never take one result for the other in silence:
//! [`Builder::describe`] says who built.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::failure::{Failure, Kind, kind_of, outside, refused};
use crate::kustomize::files::Files;
use crate::kustomize::restrict::Restrictor;
use crate::kustomize::{BuildError, Cache};
use crate::model::path::RepoPath;

mod binary;
mod built;
mod builtin;
mod compare;
mod export;
mod extent;
mod folder;
mod message;
mod output;
mod program;
mod run;

pub use crate::kustomize::Extent;
pub use built::{Built, BuiltObject};
pub use folder::Folder;

use binary::Binary;
use built::Task;

/// How long one build may take unless told otherwise.
const DEADLINE: Duration = Duration::from_mins(1);
/// What a person does where the program is needed and is not there.
const INSTALL: &str = "install `kustomize` or `kubectl`";

/// Who builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The built-in builder; the program for what that does not support.
    #[default]
    Auto,
    /// The built-in builder alone.
    Builtin,
    /// The program alone.
    Binary,
    /// Both, and any difference is a failure.
    Verify,
}

/// Builds roots; remembers what it parsed, and who built.
pub struct Builder {
    /// Who is to build.
    choice: Choice,
    /// The folders in which the program is looked for.
    path: Option<OsString>,
    /// How long one run of the program may take.
    deadline: Duration,
    /// Where the files that are built lie for a person too.
    checkout: Option<String>,
    /// The program, once it was looked for.
    binary: OnceCell<Option<Binary>>,
    /// What was parsed in this run, by blob.
    cache: Arc<Cache>,
    /// Who built so far.
    used: RefCell<BTreeSet<String>>,
}

impl Builder {
    /// Returns a builder that looks for the program, where it needs one, in the folders of a `PATH`.
    pub fn new(choice: Choice, path: Option<&OsStr>) -> Self {
        Self {
            choice,
            path: path.map(OsStr::to_owned),
            deadline: DEADLINE,
            checkout: None,
            binary: OnceCell::new(),
            cache: Arc::default(),
            used: RefCell::default(),
        }
    }

    /// Returns the builder with another deadline for each run of the program.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Returns the builder for a folder that a person can type: hints name it.
    #[must_use]
    pub fn with_checkout(mut self, folder: String) -> Self {
        self.checkout = Some(folder);
        self
    }

    /// Returns a builder for another thread, which shares what is parsed.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            choice: self.choice,
            path: self.path.clone(),
            deadline: self.deadline,
            checkout: self.checkout.clone(),
            binary: OnceCell::new(),
            cache: Arc::clone(&self.cache),
            used: RefCell::default(),
        }
    }

    /// Takes in who built for a twin.
    pub fn take_in(&self, twin: Self) {
        self.used.borrow_mut().extend(twin.used.into_inner());
        if let Some(binary) = twin.binary.into_inner() {
            // Where both looked for the program, both found the same.
            let _known = self.binary.set(binary);
        }
    }

    /// Returns who built so far, with versions, and why where it was not the built-in builder.
    pub fn describe(&self) -> String {
        self.used.borrow().iter().cloned().collect::<Vec<_>>().join(", ")
    }

    /// Returns what a person has to know of who built: every use of the program in place of the built-in builder, and
    /// of one whose output leeward does not know.
    pub fn notes(&self) -> Vec<String> {
        let is_foreign = self.foreign().is_some();
        let is_noted = |who: &&String| *who != builtin::NAME && (self.choice != Choice::Verify || is_foreign);
        self.used.borrow().iter().filter(is_noted).map(|who| format!("built by {who}")).collect()
    }

    /// Returns the program where it built and leeward does not know the output of its version.
    pub fn foreign(&self) -> Option<String> {
        let has_built = self.used.borrow().iter().any(|who| who != builtin::NAME);
        self.binary.get()?.as_ref().filter(|binary| has_built && !binary.is_known()).map(Binary::describe)
    }

    /// Builds a root of a tree.
    ///
    /// # Errors
    /// Refuses what kustomize does not build; fails when the program is needed and is not there, or does not end in time.
    pub fn build(
        &self,
        files: &dyn Files,
        root: &RepoPath,
        restrictor: Restrictor,
        extent: Extent,
    ) -> anyhow::Result<Built> {
        let task = Task { files, root, restrictor, extent };
        let built = match self.choice {
            Choice::Auto => self.auto(&task),
            Choice::Builtin => self.builtin(&task)?.map_err(|error| builtin::refusal(&error).into()),
            Choice::Binary => self.binary(&task, "")?.map_err(Into::into),
            Choice::Verify => self.verify(&task),
        };
        built.with_context(|| format!("failed to build `{root}`"))
    }

    /// Builds with the built-in builder, else with the program.
    fn auto(&self, task: &Task) -> anyhow::Result<Built> {
        match self.builtin(task)? {
            Ok(built) => Ok(built),
            Err(error @ BuildError::Unsupported { .. }) => {
                let why = builtin::refusal(&error);
                if self.program().is_none() {
                    return Err(why.hint(INSTALL).into());
                }
                self.binary(task, &format!(", since {}", why.fact))?.map_err(Into::into)
            }
            Err(error) => Err(builtin::refusal(&error).into()),
        }
    }

    /// Builds with both and compares.
    fn verify(&self, task: &Task) -> anyhow::Result<Built> {
        let ours = self.builtin(task)?.map_err(|error| (builtin::refusal(&error), error));
        if let Err((mut refusal, BuildError::Unsupported { .. })) = ours {
            refusal.fact += ", so there is nothing to compare";
            return Err(refusal.into());
        }
        let theirs = match (self.binary(task, ""), &ours) {
            // What cannot even be exported is refused by both.
            (Err(error), Err((refusal, _))) if kind_of(&error) == Kind::Refused => return Err(refusal.clone().into()),
            (theirs, _) => theirs?,
        };
        let difference = match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => match compare::difference(&ours, &theirs, task.extent) {
                None => return Ok(ours),
                Some(difference) => difference,
            },
            (Err((refusal, _)), Err(_)) => return Err(refusal.into()),
            (Err((refusal, _)), Ok(_)) => format!("only the built-in one refuses, {}", refusal.fact),
            (Ok(_), Err(refusal)) => format!("only the program refuses, {}", refusal.fact),
        };
        Err(refused(format!("the two builders differ: {difference}")).hint("--builder binary").into())
    }

    /// Builds with the built-in builder.
    fn builtin(&self, task: &Task) -> anyhow::Result<Result<Built, BuildError>> {
        let built = builtin::build(task, &self.cache)?;
        if built.is_ok() {
            self.used.borrow_mut().insert(builtin::NAME.to_owned());
        }
        Ok(built)
    }

    /// Builds with the program.
    fn binary(&self, task: &Task, why: &str) -> anyhow::Result<Result<Built, Failure>> {
        let missing = || outside("no `kustomize` and no `kubectl` program in `PATH`").hint(INSTALL);
        let binary = self.program().ok_or_else(missing)?;
        let built = binary.build(task)?;
        if built.is_ok() {
            self.used.borrow_mut().insert(format!("{}{why}", binary.describe()));
        }
        Ok(built.map_err(|failure| match &self.checkout {
            Some(folder) => failure.hint(format!("{} {folder}", binary.name())),
            None => failure,
        }))
    }

    /// Returns the program, looked for once.
    fn program(&self) -> Option<&Binary> {
        self.binary.get_or_init(|| Binary::find(self.path.as_deref(), self.deadline)).as_ref()
    }
}
