//! A repository whose base is a sample of the operator, under an overlay that gives it what an incident needs: two storages
//! on the endpoint that fails, a healthy one, three schedules of which two write to the failing one, binlogs.

use std::path::Path;

use crate::data::sample;
use crate::manifest::{BACKUP, CONFIG, CREDENTIALS, FLEET, KUSTOMIZATION};
use crate::world::World;

/// The root.
pub(crate) const ROOT: &str = "clusters/prod/pxc";
/// The host of the endpoint that fails.
pub(crate) const FAILED: &str = "https://minio.a.example:9000";

/// When the weekly schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crons {
    /// At the minute of the daily one.
    Meet,
    /// Half an hour after it.
    Apart,
}

/// Whether binlogs are collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pitr {
    /// To a storage on the endpoint that fails.
    On,
    /// Not at all.
    Off,
}

/// What the healthy storage is, which is given to the cluster in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Archive {
    /// A server with an endpoint.
    Server,
    /// Amazon, which needs none.
    Amazon,
    /// Amazon with keys from the node's role.
    Role,
}

/// How many backups a schedule keeps, in which words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// `keep`, all that 1.17 knows.
    Keep,
    /// `retention`.
    Retention,
}

/// What `spec.crVersion` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CrVersion {
    /// What the sample says.
    Sample,
    /// Nothing.
    Unset,
    /// This.
    Is(&'static str),
}

/// What a repository is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estate {
    /// The version of the sample.
    pub(crate) sample: &'static str,
    /// The version of the API group that the sample is written in.
    pub(crate) api: &'static str,
    /// `spec.crVersion`.
    pub(crate) cr_version: CrVersion,
    /// `operatorVersion` of leeward.yaml.
    pub(crate) operator: Option<&'static str>,
    /// When schedules run.
    pub(crate) crons: Crons,
    /// Whether binlogs are collected.
    pub(crate) pitr: Pitr,
    /// What the healthy storage is.
    pub(crate) archive: Archive,
    /// How retention is written.
    pub(crate) keeps: Keeps,
    /// `--activation` of every run.
    pub(crate) activation: &'static str,
    /// Whether the target has a CA of its own.
    pub(crate) has_ca: bool,
}

impl Estate {
    /// Returns the plain estate of a sample, with what its version knows.
    pub(crate) fn of(sample: &'static str) -> Self {
        Self {
            sample,
            api: "v1",
            cr_version: CrVersion::Sample,
            operator: None,
            crons: Crons::Meet,
            pitr: Pitr::On,
            archive: Archive::Server,
            activation: "auto",
            keeps: if sample == "1.17.0" { Keeps::Keep } else { Keeps::Retention },
            has_ca: !["1.17.0", "1.18.0"].contains(&sample),
        }
    }

    /// Returns the repository, committed.
    pub(crate) fn world(&self, files: &Path) -> World {
        let world = World::empty();
        let sample =
            sample(files, self.sample).replace("pxc.percona.com/v1\n", &format!("pxc.percona.com/{}\n", self.api));
        world.write("base/pxc/cr.yaml", &sample);
        world.write("base/pxc/kustomization.yaml", "resources:\n- cr.yaml\n");
        world.write(&format!("{ROOT}/kustomization.yaml"), KUSTOMIZATION);
        world.write("fleet/pxc/kustomization.yaml", FLEET);
        world.write("fleet/pxc/credentials.yaml", CREDENTIALS);
        world.write("fleet/pxc/backup.yaml", &self.backup());
        world.write("leeward.yaml", &self.config());
        world.commit("first");
        world
    }

    /// Returns the patch that gives the sample its storages and schedules.
    fn backup(&self) -> String {
        let retention = |count: u32, delete: bool| match self.keeps {
            Keeps::Keep => format!("keep: {count}"),
            Keeps::Retention => format!("retention: {{type: count, count: {count}, deleteFromStorage: {delete}}}"),
        };
        let cr_version = match self.cr_version {
            CrVersion::Sample => String::new(),
            CrVersion::Unset => "  crVersion: null\n".to_owned(),
            CrVersion::Is(version) => format!("  crVersion: {version}\n"),
        };
        let archive = match self.archive {
            Archive::Server => "endpointUrl: https://s3.archive.example, credentialsSecret: archive-credentials, ",
            Archive::Amazon => "credentialsSecret: archive-credentials, ",
            Archive::Role => "",
        };
        let text = BACKUP
            .replace("ARCHIVE, ", archive)
            .replace("API", self.api)
            .replace("  CR_VERSION\n", &cr_version)
            .replace("FAILED", FAILED)
            .replace("WEEKLY", if self.crons == Crons::Meet { "0 0 * * 6" } else { "30 0 * * 6" })
            .replace("ENABLED", if self.pitr == Pitr::On { "true" } else { "false" });
        text.replace("KEEPS_7", &retention(7, true))
            .replace("KEEPS_4", &retention(4, false))
            .replace("KEEPS_12", &retention(12, true))
    }

    /// Returns leeward.yaml.
    fn config(&self) -> String {
        let operator = self.operator.map(|version| format!("    operatorVersion: {version}\n")).unwrap_or_default();
        let ca = if self.has_ca { "    ca: {secret: minio-b-ca, key: ca.crt}\n" } else { "" };
        CONFIG.replace("    CA\n", ca).replace("    OPERATOR\n", &operator)
    }
}
