//! Whom a line is about: hosts that it names, or a party that is known to be no storage; and whether these are places of the
//! cluster's storages. Comes before lines are weighed. Must never take a host for a stranger where no place is known.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;

use super::line::without_names;
use super::observed::Observed;
use super::origin::without_origin;
use super::table::party::{PARTIES, Party};
use crate::model::backup::Storage;
use crate::model::place::authority_of;

/// How many hosts of one line are kept.
const HOSTS: usize = 4;
/// What ends the names of Amazon's endpoints, which have several forms for one region.
const AMAZON: [&str; 2] = [".amazonaws.com", ".amazonaws.com.cn"];

/// Words of which a line has one that names a host beside its URLs: looked for first, since logs are long.
const CALLS: [&str; 5] = ["lookup ", "onnect to ", "dial tcp", "resolve host", "host='"];

/// URLs of what speaks HTTP.
static URL: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?i)https?://[^\s"'/\\<>,;)]+"#));
/// Hosts that clients name beside URLs: a name that is looked up, what curl, urllib3 and Go connect to.
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)\blookup ([a-z0-9][\w.-]*)",
        r"|connect to ([a-z][\w.-]*)(?:(?: port |:)(\d+))",
        r"|dial tcp ([a-z][\w.-]*):(\d+)",
        r"|resolve host:? '?([a-z0-9][\w.-]*\.[\w.-]+)",
        r"|\bhost='([^']+)'(?:, port=(\d+))?",
    ))
});
/// An address that Go connects to, where no name stands beside it.
static DIALLED: LazyLock<Regex> = LazyLock::new(|| regex(r"dial tcp (\[[0-9a-f:.]+\]|\d+\.\d+\.\d+\.\d+):(\d+)"));
/// The words of parties, looked for at once, and whose each is.
static WORDS: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| {
    let words = || PARTIES.iter().enumerate().flat_map(|(at, party)| party.words.iter().map(move |word| (at, *word)));
    // A full table costs more to build than the few lines that it is asked about.
    let kind = Some(AhoCorasickKind::NoncontiguousNFA);
    let automaton = AhoCorasick::builder().kind(kind).ascii_case_insensitive(true).build(words().map(|(_, word)| word));
    (automaton.expect("the table is small"), words().map(|(at, _)| at).collect())
});

/// Whom a line is about, as far as the line tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Whose {
    /// It does not say.
    #[default]
    Nobody,
    /// Who is at these hosts, each with its port where that is known.
    Hosts(Vec<String>),
    /// Who is at an address: of a name nobody tells, but a client keeps to the port of its endpoint.
    Address(String, String),
    /// A party that is no storage, at hosts where the line names some.
    Party(&'static Party, Vec<String>),
}

/// Whom a line is about, beside the storages of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearing {
    /// A storage, or nobody knows.
    Storage,
    /// A party that is no storage.
    Party(&'static Party),
    /// A host where no storage of the cluster is.
    Stranger,
}

impl Whose {
    /// Returns whom a line is about.
    pub(super) fn of(line: &str) -> Self {
        let is_one = |texts: &[&str]| texts.iter().any(|text| line.contains(text));
        let urls: Vec<String> = URL
            .find_iter(if is_one(&["://"]) { line } else { "" })
            .map(|found| authority_of(found.as_str().trim_end_matches([':', '.'])))
            .collect();
        let mut hosts: Vec<String> = urls.clone();
        for found in NAMES.captures_iter(if is_one(&CALLS) { line } else { "" }) {
            let mut parts =
                found.iter().skip(1).flatten().map(|part| part.as_str().trim_end_matches('.').to_lowercase());
            hosts.extend(parts.next().map(|host| parts.next().map_or(host.clone(), |port| format!("{host}:{port}"))));
        }
        let mut known = BTreeSet::new();
        hosts.retain(|host| !host.is_empty() && known.insert(bare(host).to_owned()));
        hosts.truncate(HOSTS);
        match party(line, &hosts, !urls.is_empty()) {
            Some(party) => Self::Party(party, hosts),
            None if hosts.is_empty() => DIALLED
                .captures(line)
                .map_or(Self::Nobody, |found| Self::Address(found[1].to_owned(), found[2].to_owned())),
            None => Self::Hosts(hosts),
        }
    }

    /// Returns the host that reports name: of a party the last one, which a client came to.
    pub(super) fn host(&self) -> Option<String> {
        match self {
            Self::Nobody => None,
            Self::Hosts(hosts) => hosts.first().cloned(),
            Self::Address(host, port) => Some(format!("{host}:{port}")),
            Self::Party(_, hosts) => hosts.last().cloned(),
        }
    }
}

/// Returns the party that is no storage of which a line speaks.
fn party(line: &str, hosts: &[String], has_url: bool) -> Option<&'static Party> {
    let (words, owners) = &*WORDS;
    // Only where a word stands somewhere is it asked whether a person chose it.
    let text = words.is_match(line).then(|| without_names(&without_origin(line)));
    let said = text.and_then(|text| words.find_iter(&text).map(|found| owners[found.pattern().as_usize()]).min());
    let is_at = |party: &Party| hosts.iter().any(|host| party.hosts.contains(&bare(host)));
    let is_called = |party: &Party| {
        let first = hosts.first().and_then(|host| bare(host).split('.').next()).unwrap_or_default();
        !has_url && party.endings.iter().any(|ending| first.ends_with(ending))
    };
    said.map(|at| &PARTIES[at]).or_else(|| PARTIES.iter().find(|party| is_at(party) || is_called(party)))
}

/// Where the storages of a cluster are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Places {
    /// Their hosts; empty where nobody knows.
    hosts: BTreeSet<String>,
    /// Their ports.
    ports: BTreeSet<String>,
}

impl Places {
    /// Returns the places that are known: those that somebody named, those of the cluster and of its Backups.
    pub(super) fn of(named: &[String], observed: Option<&Observed>) -> Self {
        let block = observed.and_then(|observed| observed.block.as_ref());
        let of_block = block.into_iter().flat_map(|block| block.storages.values()).map(Storage::endpoint);
        // What Backups wrote down was a place then, and tells nothing of those that cannot be read now.
        let backups = observed.into_iter().filter(|_| block.is_some()).flat_map(|observed| &observed.backups);
        let of_backups = backups.filter_map(|backup| backup.s3["endpointUrl"].as_str()).filter(|url| !url.is_empty());
        let of_backups = of_backups.map(authority_of);
        let all = named.iter().cloned().chain(of_block).chain(of_backups);
        let (mut hosts, mut ports) = (BTreeSet::new(), BTreeSet::new());
        for place in all {
            hosts.insert(bare(&place).to_owned());
            ports.extend(place.strip_prefix(bare(&place)).and_then(|port| port.strip_prefix(':')).map(str::to_owned));
        }
        Self { hosts, ports }
    }

    /// Returns whom a line is about.
    pub(super) fn bearing(&self, whose: &Whose) -> Bearing {
        let is_known = |hosts: &[String]| hosts.iter().any(|host| self.has(bare(host)));
        match whose {
            Whose::Party(party, hosts) if party.means.is_some() || !is_known(hosts) => Bearing::Party(party),
            Whose::Nobody | Whose::Party(..) => Bearing::Storage,
            _ if self.hosts.is_empty() => Bearing::Storage,
            Whose::Hosts(hosts) if is_known(hosts) => Bearing::Storage,
            Whose::Address(host, port) if self.has(host) || self.ports.contains(port) => Bearing::Storage,
            Whose::Hosts(_) | Whose::Address(..) => Bearing::Stranger,
        }
    }

    /// Returns whether a storage is at a host, or at one of which the other is a longer name: a bucket's own, or that of a
    /// Service without its namespace.
    fn has(&self, host: &str) -> bool {
        let is_amazon = |host: &str| AMAZON.iter().any(|end| host.ends_with(end));
        let is_longer = |long: &str, short: &str| {
            let ends = long.strip_suffix(short).is_some_and(|rest| rest.ends_with('.'));
            ends || long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'))
        };
        self.hosts.iter().any(|place| {
            place == host || is_longer(host, place) || is_longer(place, host) || (is_amazon(place) && is_amazon(host))
        })
    }
}

/// Returns a host without its port.
fn bare(place: &str) -> &str {
    match place.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => place,
    }
}

/// Returns a pattern of this room.
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whom a line is about where the storages are at two places.
    fn bearing(line: &str) -> Bearing {
        let named = ["minio.a.example:9000", "s3.eu-central-1.amazonaws.com:443", "minio:9000"].map(str::to_owned);
        Places::of(&named, None).bearing(&Whose::of(line))
    }

    /// Returns the name of the party that a line speaks of.
    fn party_of(line: &str) -> Option<&'static str> {
        match Whose::of(line) {
            Whose::Party(party, _) => Some(party.name),
            _ => None,
        }
    }

    #[test]
    fn a_storage_is_known_by_every_name_of_its_endpoint() {
        for line in [
            r#"Head "https://minio.a.example:9000/pxc/": dial tcp 10.0.0.1:9000: connection refused"#,
            r#"Put "https://pxc.MinIO.a.example:9000/x": dial tcp: lookup pxc.minio.a.example on 10.96.0.10:53: no such host"#,
            r#"Get "https://b.s3.amazonaws.com/": x509: certificate has expired"#,
            "dial tcp: lookup minio.storage.svc.cluster.local on 10.96.0.10:53: no such host",
            "HTTPConnectionPool(host='minio', port=9000): Max retries exceeded",
            "xbcloud: error: http request failed: Couldn't connect to server",
        ] {
            assert_eq!(bearing(line), Bearing::Storage, "{line}");
        }
    }

    #[test]
    fn a_host_of_nobody_is_a_stranger_only_where_places_are_known() {
        let line = "Could not connect to the endpoint URL: \"https://old.example:9000/b\"";
        assert_eq!(bearing(line), Bearing::Stranger);
        assert_eq!(Whose::of(line).host().as_deref(), Some("old.example:9000"));
        assert_eq!(Places::default().bearing(&Whose::of(line)), Bearing::Storage);
        assert_eq!(bearing("curl: (6) Could not resolve host: repo.example.org"), Bearing::Stranger);
        assert_eq!(bearing("Failed to connect to cache.corp port 6379: Connection refused"), Bearing::Stranger);
    }

    #[test]
    fn an_address_without_a_name_is_a_stranger_where_no_storage_has_its_port() {
        let to = |end: &str| bearing(&format!("new db connection: dial tcp {end}: connect: connection refused"));
        assert_eq!(["10.0.0.1:9000", "10.0.0.1:443"].map(to), [Bearing::Storage; 2]);
        assert_eq!(["10.0.0.1:5432", "[fd00::1]:8200"].map(to), [Bearing::Stranger; 2]);
    }

    #[test]
    fn parties_are_known_by_their_own_words_and_hosts() {
        for (line, name) in [
            (
                r#"Head "https://minio.a.example:9000/": proxyconnect tcp: dial tcp: lookup p.corp: no such host"#,
                "the proxy of the pod",
            ),
            ("Plugin keyring_vault reported: Failed to connect to v.corp port 8200", "the keyring of the database"),
            (r#"Get "http://169.254.169.254/latest/": connection refused"#, "the identity service of the node"),
            (r#"Post "https://check.percona.com/versions/v1/x": i/o timeout"#, "the version service of the operator"),
            ("Unable to connect to the server: dial tcp: lookup api.corp: no such host", "kubectl and its API server"),
            ("failed to get host: lookup cluster1-pxc.pxc.svc on 10.96.0.10:53: no such host", "the database"),
        ] {
            assert_eq!(party_of(line), Some(name), "{line}");
        }
        // Names that people chose are no words, and a storage may be called as databases are.
        assert_eq!(party_of(r#"Head "https://telemetry-pxc:9000/keyring_vault": connection refused"#), None);
        assert_eq!(party_of(r#"Head "https://minio-pxc:9000/": dial tcp: lookup minio-pxc: no such host"#), None);
    }

    #[test]
    fn every_party_is_known_by_something_in_lower_case_and_has_a_source() {
        for party in PARTIES {
            let texts = [party.words, party.hosts, party.endings].concat();
            assert!(!texts.is_empty() && !party.name.is_empty() && !party.source.is_empty(), "{party:?}");
            assert!(texts.iter().all(|text| !text.is_empty() && *text == text.to_lowercase()), "{party:?}");
        }
    }
}
