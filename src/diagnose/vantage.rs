//! Two places to look from: the pods, whose logs were kept, and this machine, which probed. Comes after the logs are judged:
//! what each probe alone says, and where logs and probe do not fit together, which is a result of its own. What a probe did
//! not try must never speak against the logs.

use super::cause::{Cause, Side};
use super::confidence::Confidence;
use super::evidence::{Heard, Log};
use super::judge::judged;
use super::party::Places;
use super::probe::{is_probe, probed, proofs};
use super::signature::{Proof, Says};
use super::suspect::Suspect;

/// What a probe found of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceSeen {
    /// The storage, where the probe was of one.
    pub storage: Option<String>,
    /// What its probe alone says.
    pub cause: Cause,
    /// How sure.
    pub confidence: Confidence,
    /// Whether an answer was an error, or did not come.
    pub has_errors: bool,
    /// Whether a server of S3 answers there.
    pub answers: bool,
    /// Its steps in order.
    pub summary: String,
}

/// That logs and probe do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// How.
    pub kind: Mismatch,
    /// What the logs say.
    pub logs: Cause,
    /// What the probe says.
    pub probe: Cause,
}

/// How logs and probe do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// The logs blame the storage for what the probe saw working.
    OnlyTheLogs,
    /// The logs blame nothing, the probe does.
    OnlyTheProbe,
    /// Each blames something else.
    Different,
}

impl Contradiction {
    /// Returns what that means, in a sentence.
    pub fn says(&self) -> String {
        let (logs, probe) = (self.logs.name(), self.probe.name());
        match self.kind {
            Mismatch::OnlyTheLogs => format!(
                "the logs say {logs}, which did not happen to the probe from here: it has healed since, or only the cluster has it"
            ),
            Mismatch::OnlyTheProbe => format!(
                "only the probe from here says {probe}: it broke since, or the pods have another way to the storage"
            ),
            Mismatch::Different => format!(
                "the logs say {logs}, the probe from here says {probe}: one came after the other, or the pods have another way"
            ),
        }
    }
}

/// Returns what each probe found, judged by itself.
pub(super) fn places(logs: &[Log]) -> Vec<PlaceSeen> {
    let probes = logs.iter().filter(|log| is_probe(&log.name));
    let seen = |log: &Log| {
        let leading = judged(&[Heard { log, is_past: false }], &Places::default()).leading;
        PlaceSeen {
            storage: probed(&log.name).map(str::to_owned),
            cause: leading.cause,
            confidence: leading.confidence,
            has_errors: log.says(Says::Failed),
            answers: !proofs(log).is_empty(),
            summary: log.summary.clone(),
        }
    };
    probes.map(seen).collect()
}

/// Returns where logs and probe of the failed storage do not fit together.
pub(super) fn contradiction(heard: &[Heard<'_>], known: &Places) -> Option<Contradiction> {
    let (probes, logs): (Vec<Heard<'_>>, Vec<Heard<'_>>) =
        heard.iter().copied().partition(|heard| is_probe(&heard.log.name));
    if probes.is_empty() || logs.iter().all(|heard| heard.log.sightings.is_empty()) {
        return None;
    }
    let proofs: Vec<Proof> = probes.iter().flat_map(|heard| proofs(heard.log)).collect();
    let (logs, probe) = (judged(&logs, known).leading, judged(&probes, known).leading);
    let is_blamed = |suspect: &Suspect| suspect.cause.side() != Side::None && suspect.confidence > Confidence::Possible;
    let kind = match (is_blamed(&logs), is_blamed(&probe)) {
        (true, false) if proofs.iter().any(|proof| refutes(*proof, &logs)) => Mismatch::OnlyTheLogs,
        (false, true) if logs.cause == Cause::Healthy => Mismatch::OnlyTheProbe,
        (true, true) if logs.cause != probe.cause => Mismatch::Different,
        _ => return None,
    };
    Some(Contradiction { kind, logs: logs.cause, probe: probe.cause })
}

/// Returns whether a proof speaks against a cause that logs name.
fn refutes(proof: Proof, logs: &Suspect) -> bool {
    let only_reads =
        || logs.operations.iter().all(|operation| operation.starts_with("Head") || operation.starts_with("List"));
    match logs.cause {
        Cause::EndpointUnreachable
        | Cause::DnsFailure
        | Cause::TlsUnknownCa
        | Cause::TlsExpired
        | Cause::TlsNameMismatch
        | Cause::TlsPlainHttp => true,
        Cause::AccessKeyUnknown
        | Cause::SecretKeyWrong
        | Cause::TokenExpired
        | Cause::ClockSkew
        | Cause::BucketMissing
        | Cause::RegionMismatch
        | Cause::ServerStarting
        | Cause::QuorumLost => proof >= Proof::Rights,
        Cause::AccessDenied => {
            proof == Proof::Write || (proof == Proof::Rights && only_reads() && !logs.operations.is_empty())
        }
        Cause::StorageFull | Cause::QuotaExceeded => proof == Proof::Write,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Evidence, PROBE, Scanner, diagnose, probe_of};
    use super::*;

    /// A probe that was refused.
    const REFUSED: &str = "connection: http://minio:9000 (10.0.0.1): Connection refused (os error 111)\nprobe: summary connection refused\n";
    /// A probe that went well.
    const FINE: &str = "probe: the endpoint answers\nprobe: every step was answered as it should be; no write was tried\nprobe: summary all ok\n";
    /// What a pod said.
    const DENIED: &str = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied.\n";

    /// Returns what logs by name say of a failed storage.
    fn said(storage: Option<&str>, logs: &[(&str, &str)]) -> super::super::Diagnosis {
        let read = |(name, text): &(&str, &str)| {
            let mut scanner = Scanner::new(*name);
            scanner.feed(text.as_bytes());
            scanner.finish()
        };
        let storage = storage.map(str::to_owned);
        diagnose(&Evidence { logs: logs.iter().map(read).collect(), storage, ..Evidence::default() })
    }

    #[test]
    fn a_probe_of_another_storage_is_no_evidence_of_the_failed_one() {
        let (a, b) = (probe_of("minio-a"), probe_of("minio-b"));
        let logs = [(a.as_str(), FINE), (b.as_str(), REFUSED)];
        let of_a = said(Some("minio-a"), &logs);
        assert_eq!((of_a.leading.cause, of_a.leading.confidence), (Cause::Healthy, Confidence::Possible));
        let seen: Vec<_> =
            of_a.places.iter().map(|seen| (seen.storage.as_deref(), seen.cause, &*seen.summary)).collect();
        let want = [
            (Some("minio-a"), Cause::Healthy, "all ok"),
            (Some("minio-b"), Cause::EndpointUnreachable, "connection refused"),
        ];
        assert_eq!(seen, want);
        assert_eq!(said(Some("minio-b"), &logs).leading.cause, Cause::EndpointUnreachable);
    }

    #[test]
    fn what_worked_from_here_speaks_against_logs_only_as_far_as_it_was_tried() {
        let mismatch = |pod: &str, probe: &str| {
            said(None, &[("pod.log", pod), (PROBE, probe)]).contradiction.map(|found| (found.kind, found.logs))
        };
        let timeout = "Connect timeout on endpoint URL: \"http://minio:9000/b\"\n";
        assert_eq!(mismatch(timeout, FINE), Some((Mismatch::OnlyTheLogs, Cause::EndpointUnreachable)));
        assert_eq!(
            mismatch(timeout, "probe: the endpoint answers\n").map(|(kind, _)| kind),
            Some(Mismatch::OnlyTheLogs)
        );
        // A write was not tried.
        assert_eq!(mismatch(DENIED, FINE), None);
        let wrote = FINE.replace("; no write was tried", ", the marker's too");
        assert_eq!(mismatch(DENIED, &wrote), Some((Mismatch::OnlyTheLogs, Cause::AccessDenied)));
        assert_eq!(
            mismatch("Backup was finished successfully\n", REFUSED).map(|(kind, _)| kind),
            Some(Mismatch::OnlyTheProbe)
        );
        assert_eq!(mismatch(DENIED, REFUSED).map(|(kind, _)| kind), Some(Mismatch::Different));
        assert_eq!(mismatch(timeout, REFUSED), None);
        assert_eq!(mismatch("nothing of interest\n", REFUSED), None);
    }
}
