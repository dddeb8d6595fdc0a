//! Second: whether the controller applied a revision that has the change. One file a controller says how that is told.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::argo::Argo;
use super::flux::Flux;
use super::revision::Carries;
use super::verdict::{Check, CheckName};
use crate::model::live::Trouble;
use crate::model::shell::kubectl;

/// What applies the root, as far as it was read.
#[derive(Debug, Clone, Copy)]
pub enum Applier<'a> {
    /// Flux.
    Flux(Flux<'a>),
    /// Argo CD.
    Argo(Argo<'a>),
    /// Its object is not on this cluster: its name.
    Absent(&'a str),
    /// Its object on this cluster is not the one that Git means: its name. It applies another folder, or to another cluster.
    Elsewhere(&'a str),
    /// Its object was not read: its name, and why.
    Unread(&'a str, &'a Trouble),
    /// Neither Git nor the live cluster names one.
    Nobody,
}

impl Applier<'_> {
    /// Returns the commits that it names, for Git to say what they carry.
    pub fn commits(&self) -> Vec<String> {
        match self {
            Self::Flux(flux) => flux.commits(),
            Self::Argo(argo) => argo.commits(),
            Self::Absent(_) | Self::Elsewhere(_) | Self::Unread(..) | Self::Nobody => Vec::new(),
        }
    }

    /// Returns when it last applied anything, as far as it says.
    pub fn applied_at(&self) -> Option<Timestamp> {
        match self {
            Self::Flux(flux) => flux.applied_at(),
            Self::Argo(argo) => argo.applied_at(),
            Self::Absent(_) | Self::Elsewhere(_) | Self::Unread(..) | Self::Nobody => None,
        }
    }
}

/// Returns whether a revision with the change is applied; `carries` is what Git says of the commits that are named.
pub fn applied(applier: &Applier<'_>, carries: &BTreeMap<String, Carries>) -> Check {
    let of = |id: &str| carries.get(id).copied().unwrap_or(Carries::Unknown);
    match applier {
        Applier::Flux(flux) => flux.check(&of),
        Applier::Argo(argo) => argo.check(&of),
        Applier::Absent(name) => {
            let fact = format!("`{name}`, which applies the root by Git, is not on this cluster");
            Check::failed(CheckName::Applied, fact).hint("--context NAME")
        }
        Applier::Elsewhere(name) => {
            let fact = format!(
                "`{name}` is on this cluster, and applies another folder there, or to another cluster, than Git says"
            );
            described(name).into_iter().fold(Check::failed(CheckName::Applied, fact), Check::hint)
        }
        Applier::Unread(name, trouble) => Check::unread(CheckName::Applied, &format!("`{name}`"), trouble),
        Applier::Nobody => {
            let fact = "no object of Flux or Argo CD is known that applies the root";
            Check::cannot_tell(CheckName::Applied, fact).hint("kubectl get kustomizations,applications -A")
        }
    }
}

/// Returns the command that shows an object that is called `KIND NAMESPACE/NAME`.
fn described(name: &str) -> Option<String> {
    let (kind, place) = name.split_once(' ')?;
    let (namespace, name) = place.split_once('/')?;
    kubectl("describe", (kind, name, Some(namespace)))
}
