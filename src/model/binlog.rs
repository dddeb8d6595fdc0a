//! How long the database keeps its binlogs, as far as the custom resource says it: `spec.pxc.configuration` and the
//! version in `spec.pxc.image`. Must never guess a setting that stands elsewhere: a default is told as a default.

use serde::Serialize;
use serde_json::Value;

/// The default of `MySQL` 8.0 and newer: 30 days.
const DEFAULT_SECONDS: u64 = 2_592_000;
/// The seconds of a day.
const DAY: u64 = 86_400;
/// The groups of an options file that the server reads; versions follow as `mysqld-8.0`.
const GROUPS: [&str; 2] = ["mysqld", "server"];

/// How long binlogs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BinlogExpiry {
    /// After how many seconds a binlog may be purged; `None`: never by age.
    pub seconds: Option<u64>,
    /// Where that is known from.
    pub from: ExpiryFrom,
}

/// Where the expiry of binlogs is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiryFrom {
    /// A person, who asked the server.
    Told,
    /// `spec.pxc.configuration`.
    Configuration,
    /// Nobody set it: what `MySQL` 8 does then.
    Default8,
    /// Nobody set it: what `MySQL` 5.7 does then.
    Default57,
}

/// What an options file says of binlogs.
#[derive(Default)]
struct Options {
    /// `binlog_expire_logs_seconds`.
    seconds: Option<u64>,
    /// `expire_logs_days`.
    days: Option<u64>,
    /// Whether `binlog_expire_logs_auto_purge` is off.
    is_kept: bool,
}

impl BinlogExpiry {
    /// Returns what a person was told by the server.
    pub fn told(seconds: u64) -> Self {
        Self { seconds: Some(seconds).filter(|seconds| *seconds > 0), from: ExpiryFrom::Told }
    }

    /// Reads it from a `PerconaXtraDBCluster`.
    pub fn read(object: &Value) -> Self {
        let pxc = &object["spec"]["pxc"];
        let options = options(pxc["configuration"].as_str().unwrap_or_default());
        let is_57 = is_57(pxc["image"].as_str().unwrap_or_default());
        let told = |seconds: u64| Self {
            seconds: Some(seconds).filter(|seconds| *seconds > 0 && !options.is_kept),
            from: ExpiryFrom::Configuration,
        };
        let days = options.days.map(|days| days.saturating_mul(DAY));
        match (options.seconds.filter(|_| !is_57), days) {
            // Of two that are set the one above 0 counts, seconds before days; 5.7 knows days alone.
            (Some(0), Some(days)) => told(days),
            (Some(seconds), _) => told(seconds),
            (None, Some(days)) if days > 0 || is_57 => told(days),
            _ if options.is_kept => Self { seconds: None, from: ExpiryFrom::Configuration },
            _ if is_57 => Self { seconds: None, from: ExpiryFrom::Default57 },
            _ => Self { seconds: Some(DEFAULT_SECONDS), from: ExpiryFrom::Default8 },
        }
    }
}

/// Returns whether an image is of `MySQL` 5.7.
fn is_57(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default();
    let tag = name.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'));
    tag.is_some_and(|tag| {
        tag.split(|c: char| !c.is_ascii_digit() && c != '.').any(|part| part == "5.7" || part.starts_with("5.7."))
    })
}

/// Reads the options of the server; of one that stands twice the later counts.
fn options(text: &str) -> Options {
    let mut options = Options::default();
    let mut is_server = false;
    for line in text.lines().map(str::trim) {
        if let Some(group) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            is_server = GROUPS.iter().any(|name| group == *name || group.starts_with("mysqld-"));
            continue;
        }
        if !is_server || line.starts_with(['#', ';', '!']) {
            continue;
        }
        let (name, value) = line.split_once('=').map_or((line, None), |(name, value)| (name, Some(plain(value))));
        let name = name.trim().replace('-', "_");
        match name.strip_prefix("loose_").unwrap_or(&name) {
            "binlog_expire_logs_seconds" => options.seconds = value.and_then(number).or(options.seconds),
            "expire_logs_days" => options.days = value.and_then(number).or(options.days),
            "binlog_expire_logs_auto_purge" => options.is_kept = value.is_some_and(is_off),
            "skip_binlog_expire_logs_auto_purge" | "disable_binlog_expire_logs_auto_purge" => options.is_kept = true,
            _ => {}
        }
    }
    options
}

/// Returns a value without its comment and quotes.
fn plain(value: &str) -> &str {
    let value = value.split(" #").next().unwrap_or_default().trim();
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    quoted.unwrap_or(value)
}

/// Returns a number, which may end in `K`, `M` or `G`.
fn number(value: &str) -> Option<u64> {
    let (digits, factor) = match value.chars().last()?.to_ascii_uppercase() {
        'K' => (&value[..value.len() - 1], 1 << 10),
        'M' => (&value[..value.len() - 1], 1 << 20),
        'G' => (&value[..value.len() - 1], 1 << 30),
        _ => (value, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

/// Returns whether a switch is off.
fn is_off(value: &str) -> bool {
    matches!(value.to_ascii_uppercase().as_str(), "OFF" | "0" | "FALSE")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns the expiry of a cluster of 8.0 with a configuration.
    fn of(configuration: &str) -> (Option<u64>, ExpiryFrom) {
        let image = "percona/percona-xtradb-cluster:8.0.42-33.1";
        let object = json!({"spec": {"pxc": {"image": image, "configuration": configuration}}});
        let BinlogExpiry { seconds, from } = BinlogExpiry::read(&object);
        (seconds, from)
    }

    #[test]
    fn reads_the_options_of_the_server_alone_and_the_last_of_each() {
        let told = |seconds| (Some(seconds), ExpiryFrom::Configuration);
        assert_eq!(of("[mysqld]\nbinlog_expire_logs_seconds=604800\n"), told(604_800));
        assert_eq!(of("[mysqld]\n binlog-expire-logs-seconds = \"1K\" # short\n"), told(1024));
        assert_eq!(of("[mysqld-8.0]\nloose-binlog_expire_logs_seconds = 5\nbinlog_expire_logs_seconds=7"), told(7));
        assert_eq!(of("[mysqld]\nexpire_logs_days=3\n"), told(259_200));
        assert_eq!(of("[mysqld]\nexpire_logs_days=3\nbinlog_expire_logs_seconds=60"), told(60));
        assert_eq!(of("[mysqld]\nexpire_logs_days=3\nbinlog_expire_logs_seconds=0"), told(259_200));
        let unset = (Some(2_592_000), ExpiryFrom::Default8);
        assert_eq!(of("[client]\nbinlog_expire_logs_seconds=5\n[mysqld]\n#binlog_expire_logs_seconds=6"), unset);
        assert_eq!(of("binlog_expire_logs_seconds=5"), unset);
        assert_eq!(of("[mysqld]\nbinlog_expire_logs_seconds=soon\nexpire_logs_days=0"), unset);
        assert_eq!(BinlogExpiry::read(&json!({})), BinlogExpiry { seconds: unset.0, from: unset.1 });
    }

    #[test]
    fn knows_when_binlogs_are_never_purged() {
        let never = (None, ExpiryFrom::Configuration);
        assert_eq!(of("[mysqld]\nbinlog_expire_logs_seconds=0"), never);
        assert_eq!(of("[mysqld]\nbinlog_expire_logs_auto_purge=off\n"), never);
        assert_eq!(of("[mysqld]\nskip-binlog-expire-logs-auto-purge\nbinlog_expire_logs_seconds=9"), never);
        assert_eq!(BinlogExpiry::told(0).seconds, None);
    }

    #[test]
    fn version_5_7_knows_days_alone_and_keeps_all_by_default() {
        let of = |image: &str, configuration: &str| {
            let found = BinlogExpiry::read(&json!({"spec": {"pxc": {"image": image, "configuration": configuration}}}));
            (found.seconds, found.from)
        };
        let image = "registry:5000/percona-xtradb-cluster:5.7.44-31.65";
        assert_eq!(of(image, ""), (None, ExpiryFrom::Default57));
        assert_eq!(of(image, "[mysqld]\nexpire_logs_days=2"), (Some(172_800), ExpiryFrom::Configuration));
        assert_eq!(of(image, "[mysqld]\nbinlog_expire_logs_seconds=9"), (None, ExpiryFrom::Default57));
        assert_eq!(of("p/operator:1.20.0-pxc5.7", ""), (None, ExpiryFrom::Default57));
        assert_eq!(of("registry:5.7/p", "").1, ExpiryFrom::Default8);
        assert_eq!(of("p@sha256:5.7", "").1, ExpiryFrom::Default8);
    }
}
