//! How the API server is reached: from `--kubeconfig`, `$KUBECONFIG`, `~/.kube/config` or the pod's service account, to
//! a client. Must never fall through from a broken kubeconfig to another way in, and never name a credential.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::Context as _;
use kube::client::ClientBuilder;
use kube::config::KubeConfigOptions;
use kube::{Client, Config};
use secrecy::ExposeSecret as _;
use tokio::runtime::Runtime;

use super::kubeconfig::{self, Chosen};
use super::{fault, proxy};
use crate::failure::{outside, refused};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Set in every pod.
const IN_POD: &str = "KUBERNETES_SERVICE_HOST";

/// Which API server, as whom, for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The kubeconfig; else `$KUBECONFIG`, `~/.kube/config`, the pod.
    pub kubeconfig: Option<PathBuf>,
    /// The context; else the current one.
    pub context: Option<String>,
    /// Where namespaced objects are looked for when neither they nor their reader say it.
    pub namespace: Option<String>,
    /// How long everything may take, from the connection on.
    pub deadline: Duration,
    /// How long one request may take, its repetitions included.
    pub request_timeout: Duration,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            kubeconfig: None,
            context: None,
            namespace: None,
            deadline: Duration::from_mins(1),
            request_timeout: Duration::from_secs(15),
        }
    }
}

impl Access {
    /// Returns whether anything leads to an API server: a kubeconfig that is named or lies where it usually does, or a pod.
    pub fn is_there(&self) -> bool {
        source(self).is_ok()
    }
}

/// A client and what to call it.
pub(super) struct Link {
    /// The client.
    pub(super) client: Client,
    /// Scheme, host and port.
    pub(super) server: String,
    /// Context and server, for people.
    pub(super) described: String,
}

/// What the settings of a connection come from.
enum Source {
    /// One kubeconfig.
    File(PathBuf),
    /// The list of `$KUBECONFIG`.
    List(Vec<PathBuf>),
    /// The pod's service account.
    Pod,
}

/// Returns the client for an access.
pub(super) fn link(access: &Access, runtime: &Runtime) -> anyhow::Result<Link> {
    let (mut config, named, plugin) = match source(access)? {
        Source::Pod => (pod()?, "the cluster this runs in".to_owned(), None),
        Source::File(path) => chosen(&kubeconfig::file(&path)?, access, runtime)?,
        Source::List(paths) => chosen(&kubeconfig::list(&paths)?, access, runtime)?,
    };
    let uri = &config.cluster_url;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(refused(format!("the server of {named} is no URL with a scheme and a host"))
            .hint("server: https://HOST:PORT")
            .into());
    };
    let server = format!("{scheme}://{host}{}", uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default());
    config.connect_timeout = Some(CONNECT.min(access.request_timeout));
    config.read_timeout = None;
    config.default_retry = false;
    let client = client(config, plugin.as_deref(), access, runtime)?;
    Ok(Link { client, described: format!("{named} at `{server}`"), server })
}

/// Returns where the settings are.
#[expect(clippy::disallowed_methods, reason = "the variables of kubectl and of pods, which clap does not know")]
fn source(access: &Access) -> anyhow::Result<Source> {
    if let Some(path) = &access.kubeconfig {
        return Ok(Source::File(path.clone()));
    }
    let listed = std::env::var_os("KUBECONFIG").unwrap_or_default();
    let listed: Vec<PathBuf> = std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
    let usual = std::env::home_dir().map(|home| home.join(".kube/config"));
    match (listed.len(), usual.filter(|path| path.exists())) {
        (0, Some(path)) => Ok(Source::File(path)),
        (0, None) if std::env::var_os(IN_POD).is_some() => Ok(Source::Pod),
        (0, None) => {
            Err(refused("no kubeconfig is there, and this is no pod").hint("--kubeconfig FILE, or --live PATH").into())
        }
        (1, _) => Ok(Source::File(listed[0].clone())),
        _ => Ok(Source::List(listed)),
    }
}

/// Returns the settings of a pod.
fn pod() -> anyhow::Result<Config> {
    let no_pod = |error: kube::config::InClusterError| {
        refused(format!("no service account of a pod can be used: {error}")).hint("--kubeconfig FILE")
    };
    Config::incluster().map_err(no_pod).context("failed to use the service account of the pod")
}

/// Returns the settings of the context that a kubeconfig gives, what to call it, and its credential plugin.
fn chosen(chosen: &Chosen, access: &Access, runtime: &Runtime) -> anyhow::Result<(Config, String, Option<String>)> {
    let (context, plugin) = chosen.context(access.context.as_deref())?;
    let failed = || format!("failed to use context `{context}` of kubeconfig {}", chosen.named);
    let options = KubeConfigOptions { context: Some(context.clone()), ..KubeConfigOptions::default() };
    let config = runtime.block_on(Config::from_custom_kubeconfig(chosen.content.clone(), &options));
    let mut config = config.map_err(|error| fault::kubeconfig(&error)).with_context(failed)?;
    if !chosen.has_proxy(&context) {
        config.proxy_url = proxy::of_environment(&config.cluster_url).with_context(failed)?;
    }
    plain_token(&mut config).with_context(failed)?;
    Ok((config, format!("context `{context}`"), plugin))
}

/// Takes the line end off a token, with which kube would not send it, and refuses one that kube would panic over.
fn plain_token(config: &mut Config) -> anyhow::Result<()> {
    let token = match (&config.auth_info.token, &config.auth_info.token_file) {
        (Some(token), _) => token.expose_secret().to_owned(),
        (None, Some(path)) => {
            std::fs::read_to_string(path).map_err(|error| fault::unreadable("tokenFile", Path::new(path), &error))?
        }
        (None, None) => return Ok(()),
    };
    if token.trim() != token {
        config.auth_info.token = Some(token.trim().to_owned().into());
    }
    if http::HeaderValue::from_str(token.trim()).is_err() {
        return Err(fault::unsendable().into());
    }
    Ok(())
}

/// Makes the client, which runs the credential plugin of the context, if it has one, within the time of the run.
fn client(config: Config, plugin: Option<&str>, access: &Access, runtime: &Runtime) -> anyhow::Result<Client> {
    let (sender, receiver) = mpsc::channel();
    let handle = runtime.handle().clone();
    // kube runs the plugin while it makes the client and waits without end; the thread ends with the program.
    std::thread::spawn(move || {
        let _context = handle.enter();
        let client = ClientBuilder::try_from(config).map(ClientBuilder::build);
        // Nobody listens any more when the time was over.
        drop(sender.send(client));
    });
    match receiver.recv_timeout(access.deadline) {
        Ok(client) => client.map_err(|error| fault::client(&error, plugin).into()),
        // kube panicked: over a token of the plugin that no header can hold.
        Err(RecvTimeoutError::Disconnected) => Err(fault::unsendable().into()),
        Err(RecvTimeoutError::Timeout) => {
            let named = plugin.map(|plugin| format!("`{plugin}` ")).unwrap_or_default();
            let fact = format!("credential plugin {named}gave no credentials in {} s", access.deadline.as_secs_f64());
            Err(outside(fact).hint("--timeout").into())
        }
    }
}
