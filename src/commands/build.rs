//! `build`: a root as text, as `kustomize build` prints it. Writes nothing.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use super::Answer;
use crate::build::{Builder, Choice, Extent, Folder};
use crate::cli::{BuildArgs, BuilderArg, BuilderArgs, LoadRestrictor};
use crate::failure::refused;
use crate::git::Repository;
use crate::kustomize::restrict::Restrictor;
use crate::model::path::RepoPath;

/// Runs the verb.
pub(super) fn run(args: &BuildArgs) -> anyhow::Result<Answer> {
    let (builder, restrictor) = (builder(&args.builder), restrictor(args.load_restrictor));
    let built = match &args.base {
        Some(rev) => {
            let repository = Repository::open(&args.repo)?;
            let base = repository.base(Some(rev))?;
            let tree = repository.tree(&base.commit)?;
            let root = RepoPath::parse(&args.dir.to_string_lossy())?;
            builder.build(&tree, &root, restrictor, Extent::Whole)?
        }
        None => builder.build(&Folder, &on_machine(&args.dir)?, restrictor, Extent::Whole)?,
    };
    Ok(Answer::done(built.text))
}

/// Returns the path of a folder below the top of the machine.
fn on_machine(dir: &Path) -> anyhow::Result<RepoPath> {
    let context = || format!("failed to build `{}`", dir.display());
    let real = dir.canonicalize().map_err(|error| refused(error.kind().to_string()).hint("leeward build DIR"));
    let real = real.with_context(context)?;
    RepoPath::parse(real.to_string_lossy().trim_start_matches('/')).with_context(context)
}

/// Returns the builder that flags ask for.
#[expect(clippy::disallowed_methods, reason = "PATH is where programs are; it is no setting of leeward")]
pub(super) fn builder(args: &BuilderArgs) -> Builder {
    let choice = match args.builder {
        BuilderArg::Auto => Choice::Auto,
        BuilderArg::Builtin => Choice::Builtin,
        BuilderArg::Binary => Choice::Binary,
        BuilderArg::Verify => Choice::Verify,
    };
    Builder::new(choice, std::env::var_os("PATH").as_deref()).with_deadline(Duration::from_secs(args.timeout))
}

/// Returns the restrictor that a flag asks for.
pub(super) fn restrictor(restrictor: LoadRestrictor) -> Restrictor {
    match restrictor {
        LoadRestrictor::RootOnly => Restrictor::RootOnly,
        LoadRestrictor::None => Restrictor::None,
    }
}
