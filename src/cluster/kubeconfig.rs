//! The kubeconfig: which files it comes from, which context is chosen, and whether what the context names is there.
//! Must never quote a line of it: a line can hold a token; nor leave a forge's token to the programs that it names.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kube::config::{AuthInfo, Kubeconfig, KubeconfigError};

use super::fault;
use crate::failure::{Failure, refused};
use crate::model::secret::FORGE_TOKENS;

/// A kubeconfig that was read.
pub(super) struct Chosen {
    /// What it says.
    pub(super) content: Kubeconfig,
    /// The files, for people.
    pub(super) named: String,
}

/// Reads one file.
pub(super) fn file(path: &Path) -> anyhow::Result<Chosen> {
    let named = format!("`{}`", path.display());
    let content = read(path).with_context(|| format!("failed to read kubeconfig {named}"))?;
    Ok(Chosen { content, named })
}

/// Reads the files of a list as kubectl does: what is not there is left out, the first word stands.
pub(super) fn list(paths: &[PathBuf]) -> anyhow::Result<Chosen> {
    let there: Vec<&PathBuf> = paths.iter().filter(|path| path.exists()).collect();
    let names =
        |paths: &[&PathBuf]| paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
    if there.is_empty() {
        let fact = format!("none of {} is there", names(&paths.iter().collect::<Vec<_>>()));
        return Err(refused(fact).hint("--kubeconfig FILE").into());
    }
    let mut content = Kubeconfig::default();
    for path in &there {
        let failed = || format!("failed to read kubeconfig `{}`", path.display());
        let next = read(path).with_context(failed)?;
        content = content.merge(next).map_err(|error| refused(error.to_string())).with_context(failed)?;
    }
    Ok(Chosen { content, named: names(&there) })
}

/// Reads a file.
fn read(path: &Path) -> Result<Kubeconfig, Failure> {
    let mut content = Kubeconfig::read_from(path).map_err(|error| match error {
        KubeconfigError::ReadConfig(error, _) if error.kind() == std::io::ErrorKind::NotFound => {
            refused("no such file").hint("--kubeconfig FILE")
        }
        KubeconfigError::ReadConfig(error, _) => refused(fault::io(&error)).hint("--kubeconfig FILE"),
        error => fault::kubeconfig(&error),
    })?;
    content.auth_infos.iter_mut().filter_map(|user| user.auth_info.as_mut()).for_each(shield);
    Ok(content)
}

/// Keeps the tokens of forges from the programs that give a user's credentials, but for one that the kubeconfig sets itself.
fn shield(user: &mut AuthInfo) {
    if let Some(exec) = &mut user.exec {
        let own: Vec<&String> = exec.env.iter().flatten().filter_map(|variable| variable.get("name")).collect();
        let dropped = FORGE_TOKENS.into_iter().filter(|name| !own.iter().any(|own| *own == name));
        exec.drop_env.get_or_insert_default().extend(dropped.map(str::to_owned));
    }
    if let Some(provider) = &mut user.auth_provider {
        let dropped = provider.config.entry("cmd-drop-env".to_owned()).or_default();
        dropped.extend(FORGE_TOKENS.iter().flat_map(|name| [" ", name]));
    }
}

impl Chosen {
    /// Returns the context to use, by its name or the current one, and its credential plugin; all it names is there.
    pub(super) fn context(&self, wanted: Option<&str>) -> anyhow::Result<(String, Option<String>)> {
        self.find(wanted).with_context(|| format!("failed to use kubeconfig {}", self.named))
    }

    /// Returns the context and its plugin.
    fn find(&self, wanted: Option<&str>) -> Result<(String, Option<String>), Failure> {
        let current = self.content.current_context.as_deref().filter(|name| !name.is_empty());
        let Some(name) = wanted.or(current) else {
            return Err(self.other_context("it names no current context"));
        };
        let found = self.content.contexts.iter().find(|context| context.name == name);
        let Some(context) = found.and_then(|context| context.context.as_ref()) else {
            return Err(self.other_context(&format!("it holds no context `{name}`")));
        };
        let cluster = self.content.clusters.iter().find(|cluster| cluster.name == context.cluster);
        let Some(cluster) = cluster.and_then(|cluster| cluster.cluster.as_ref()) else {
            let fact = format!("context `{name}` names cluster `{}`, which it does not hold", context.cluster);
            return Err(self.other_context(&fact));
        };
        if cluster.server.as_deref().unwrap_or_default().is_empty() {
            return Err(
                refused(format!("cluster `{}` has no `server`", context.cluster)).hint("server: https://HOST:PORT")
            );
        }
        let Some(user) = context.user.as_deref().filter(|user| !user.is_empty()) else {
            return Ok((name.to_owned(), None));
        };
        let found = self.content.auth_infos.iter().find(|known| known.name == user);
        let Some(found) = found else {
            return Err(self.other_context(&format!("context `{name}` names user `{user}`, whom it does not hold")));
        };
        let plugin = found.auth_info.as_ref().and_then(|user| user.exec.as_ref()?.command.clone());
        Ok((name.to_owned(), plugin))
    }

    /// Returns that another context is needed, with those that there are.
    fn other_context(&self, fact: &str) -> Failure {
        let names: Vec<&str> = self.content.contexts.iter().map(|context| context.name.as_str()).collect();
        match names.as_slice() {
            [] => refused(format!("{fact}; it holds no context at all")).hint("--kubeconfig FILE"),
            names => {
                refused(format!("{fact}; it holds `{}`", names.join("`, `"))).hint(format!("--context {}", names[0]))
            }
        }
    }

    /// Returns whether the cluster of a context says which proxy leads to it.
    pub(super) fn has_proxy(&self, context: &str) -> bool {
        let context = self.content.contexts.iter().find(|known| known.name == context);
        let cluster = context.and_then(|known| Some(known.context.as_ref()?.cluster.as_str()));
        let cluster = self.content.clusters.iter().find(|known| Some(known.name.as_str()) == cluster);
        let proxy = cluster.and_then(|known| known.cluster.as_ref()?.proxy_url.as_deref());
        proxy.is_some_and(|proxy| !proxy.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_program_of_a_user_gets_a_forge_s_token_that_the_kubeconfig_does_not_set() {
        let keep = tempfile::tempdir().unwrap();
        let path = keep.path().join("kubeconfig");
        let exec =
            "{apiVersion: client.authentication.k8s.io/v1, command: glab, env: [{name: GITLAB_TOKEN, value: own}]}";
        let provider = "{name: gcp, config: {cmd-path: gcloud, cmd-drop-env: PYTHONPATH}}";
        let users = format!("[{{name: a, user: {{exec: {exec}}}}}, {{name: b, user: {{auth-provider: {provider}}}}}]");
        std::fs::write(&path, format!("users: {users}\n")).unwrap();
        let users: Vec<AuthInfo> =
            file(&path).unwrap().content.auth_infos.into_iter().filter_map(|user| user.auth_info).collect();
        let others: Vec<&str> = FORGE_TOKENS.into_iter().filter(|name| *name != "GITLAB_TOKEN").collect();
        assert_eq!(users[0].exec.as_ref().unwrap().drop_env.as_ref().unwrap(), &others);
        let dropped = users[1].auth_provider.as_ref().unwrap().config["cmd-drop-env"].clone();
        assert_eq!(dropped, format!("PYTHONPATH {}", FORGE_TOKENS.join(" ")));
    }
}
