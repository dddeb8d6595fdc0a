//! A new repository with files, for the demo: made in a folder of its own, with one commit and its work tree.
//! Must never be used on a folder that holds anything.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use git2::{RepositoryInitOptions, Signature, Time};

use super::open::Repository;

impl Repository {
    /// Makes a repository with files on branch `main`, committed by `who` (name, address) at `now`.
    ///
    /// # Errors
    /// Fails where the folder cannot be written.
    pub fn create(
        dir: &Path,
        files: &BTreeMap<&str, &str>,
        who: (&str, &str),
        now: jiff::Timestamp,
    ) -> anyhow::Result<()> {
        let context = || format!("failed to make a repository in `{}`", dir.display());
        let made = git2::Repository::init_opts(dir, RepositoryInitOptions::new().initial_head("main"))
            .with_context(context)?;
        let mut config = made.config().with_context(context)?;
        config.set_str("user.name", who.0).and_then(|()| config.set_str("user.email", who.1)).with_context(context)?;
        let mut index = made.index().with_context(context)?;
        for (path, text) in files {
            let file = dir.join(path);
            std::fs::create_dir_all(file.parent().unwrap_or(dir)).with_context(context)?;
            std::fs::write(&file, text).with_context(context)?;
            index.add_path(Path::new(path)).with_context(context)?;
        }
        let tree = index.write().and_then(|()| index.write_tree()).with_context(context)?;
        let tree = made.find_tree(tree).with_context(context)?;
        let who = Signature::new(who.0, who.1, &Time::new(now.as_second(), 0)).with_context(context)?;
        made.commit(Some("HEAD"), &who, &who, "The GitOps repository of two clusters\n", &tree, &[])
            .with_context(context)?;
        Ok(())
    }
}
