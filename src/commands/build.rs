//! `build`: a root as text, as `kustomize build` prints it. Writes nothing.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use super::Answer;
use crate::build::{Builder, Choice, Extent, Folder};
use crate::cli::{BuildArgs, BuilderArg, BuilderArgs, LoadRestrictor};
use crate::failure::{Failure, hint_of, kind_of, refused};
use crate::git::Repository;
use crate::kustomize::restrict::Restrictor;
use crate::model::path::RepoPath;

/// Runs the verb.
pub(super) fn run(args: &BuildArgs) -> anyhow::Result<Answer> {
    match &args.base {
        Some(rev) => of_revision(args, rev),
        None => of_folder(args),
    }
}

/// Builds from a revision of the repository.
fn of_revision(args: &BuildArgs, rev: &str) -> anyhow::Result<Answer> {
    let builder = builder(&args.builder);
    let repository = Repository::open(&args.repo)?;
    let base = repository.base(Some(rev))?;
    let tree = repository.tree(&base.commit)?;
    let root = RepoPath::parse(text(&args.dir)?).with_context(|| failed(&args.dir))?;
    let built = builder.build(&tree, &root, restrictor(args.load_restrictor), Extent::Whole)?;
    Ok(Answer { notes: builder.notes(), ..Answer::done(built.text) })
}

/// Builds from a folder of the machine.
fn of_folder(args: &BuildArgs) -> anyhow::Result<Answer> {
    let root = on_machine(&args.dir).with_context(|| failed(&args.dir))?;
    let builder = builder(&args.builder).with_checkout(format!("/{root}"));
    let built = builder.build(&Folder, &root, restrictor(args.load_restrictor), Extent::Whole);
    let built = built.map_err(|error| absolute(&error, &root))?;
    let notes = builder.notes().iter().map(|note| with_slash(note, &root)).collect();
    Ok(Answer { notes, ..Answer::done(built.text) })
}

/// Returns the operation that failed, for a folder as typed.
fn failed(dir: &Path) -> String {
    format!("failed to build `{}`", dir.display())
}

/// Returns the path of a folder below the top of the machine.
fn on_machine(dir: &Path) -> anyhow::Result<RepoPath> {
    let real = dir.canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound => refused("no such folder").hint(format!("ls {}", there(dir).display())),
        ErrorKind::NotADirectory => refused("a file is no folder").hint(format!("ls {}", there(dir).display())),
        kind => refused(kind.to_string()),
    })?;
    if !real.is_dir() {
        return Err(refused("it is no folder").hint(format!("leeward build {}", there(dir).display())).into());
    }
    Ok(RepoPath::parse(text(&real)?.trim_start_matches('/'))?)
}

/// Returns the nearest folder around a path that is there.
fn there(path: &Path) -> &Path {
    path.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(Path::new("."))
}

/// Returns a path as text.
fn text(path: &Path) -> anyhow::Result<&str> {
    let odd = || refused(format!("path `{}` is not UTF-8", path.as_os_str().as_encoded_bytes().escape_ascii()));
    Ok(path.to_str().ok_or_else(odd)?)
}

/// Returns an error whose paths can be typed.
fn absolute(error: &anyhow::Error, root: &RepoPath) -> anyhow::Error {
    let mut causes: Vec<String> = error.chain().map(|cause| with_slash(&cause.to_string(), root)).collect();
    let fact = causes.pop().unwrap_or_default();
    let failure = Failure { kind: kind_of(error), fact, hint: hint_of(error).map(str::to_owned) };
    causes.into_iter().rev().fold(failure.into(), anyhow::Error::context)
}

/// Gives the paths in a text, which lie below the top of the machine, the slash before: those that begin as the root's.
fn with_slash(text: &str, root: &RepoPath) -> String {
    let names: Vec<&str> = root.as_str().split('/').collect();
    let start = match names.as_slice() {
        [first, second, _, ..] => format!("{first}/{second}/"),
        [first, _] => format!("{first}/"),
        _ => root.to_string(),
    };
    let mut shown = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        let is_inside = shown.ends_with(|c: char| c.is_alphanumeric() || "/._-".contains(c));
        if !is_inside && !root.as_str().is_empty() && text[index..].starts_with(&start) {
            shown.push('/');
        }
        shown.push(c);
    }
    shown
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_machine_begin_with_a_slash() {
        for (root, text, want) in [
            ("tmp/x", "failed to build `tmp/x`", "failed to build `/tmp/x`"),
            ("tmp/x", "`tmp/base/a.yaml` is 'tmp/x/b'", "`/tmp/base/a.yaml` is '/tmp/x/b'"),
            (
                "home/u/r",
                "lstat home/u/s: home/v, ../home/u/s, /home/u/r",
                "lstat /home/u/s: home/v, ../home/u/s, /home/u/r",
            ),
            ("x", "failed to build `x`", "failed to build `/x`"),
            ("", "failed to build ``", "failed to build ``"),
        ] {
            assert_eq!(with_slash(text, &RepoPath::parse(root).unwrap()), want);
        }
    }
}
