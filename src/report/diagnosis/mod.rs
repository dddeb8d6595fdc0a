//! What `leeward diagnose` says, for people, pull requests and programs. Comes after [`crate::diagnose`], whose words it
//! writes out; the JSON has types of its own here, which `plan` and `propose` read again.

mod around;
mod markdown;
mod place;
mod rescue;
mod site;
mod text;

pub use markdown::diagnosis as diagnosis_markdown;
pub use text::diagnosis as diagnosis_text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::ClockReport;
use super::json;
use crate::diagnose::{Cause, Cite, Confidence, Diagnosis, Evidence, Mismatch, Remedy, Side, Site, Suspect};
use place::{ContradictionLine, PlaceLine};
use site::{ElsewhereLine, SiteReport, UnseenLine};

/// What to do where no other S3 place is known.
const BUFFERED: &str = "keep backups on volumes, since no other S3 place is known; point-in-time recovery stays off until \
                        they are on S3 again";
/// What to do where the logs blame what works from here.
const DOUBTFUL: &str = "let one backup run and look at its log: where it succeeds the storage has healed, where it fails \
                        only the cluster has the trouble";

/// What to do where only a possibility, and that from here, speaks for moving backups.
const TOO_LITTLE: &str = "see that scheme, host and port are those of the storage, and what stands before it; what this \
                          machine alone saw is too little to move backups for";

/// What to know where nothing is wrong and nothing was written.
const UNWRITTEN: &str = "as far as it was tried: no write was, and a full storage looks the same to who only reads";

/// What `diagnose` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosisReport {
    /// The cause that leads.
    #[serde(flatten)]
    pub leading: SuspectLine,
    /// On which side it lies.
    pub side: Side,
    /// What it was asked about, as far as it is known.
    #[serde(default)]
    pub subject: SubjectLine,
    /// What it calls for.
    pub calls_for: Remedy,
    /// What that means, in a sentence.
    pub advice: String,
    /// What else speaks from the evidence, the likeliest first.
    pub others: Vec<SuspectLine>,
    /// What was wrong and no longer is, as far as the evidence goes.
    pub over: Vec<SuspectLine>,
    /// That the logs of the pods and the probe from here do not fit together.
    #[serde(default)]
    pub contradiction: Option<ContradictionLine>,
    /// What the probes from here found, which may differ from what the pods see.
    #[serde(default)]
    pub places: Vec<PlaceLine>,
    /// What does not fit together, or has to be known when reading this.
    pub notes: Vec<String>,
    /// What the cluster's objects say around the cause, where the cluster was looked at.
    #[serde(default)]
    pub site: Option<SiteReport>,
    /// What fails at other places of the cluster, the surest first.
    #[serde(default)]
    pub elsewhere: Vec<ElsewhereLine>,
    /// How much time there is, a clock for each cluster that was looked at.
    #[serde(default)]
    pub clock: Vec<ClockReport>,
    /// What was looked at.
    pub looked_at: Vec<SourceLine>,
    /// What to type next, where anything has to be done.
    pub next: Option<String>,
}

/// What a diagnosis is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectLine {
    /// The clusters: `[ROOT:][NAMESPACE/]NAME`; empty where nobody says.
    pub clusters: Vec<String>,
    /// The storages of the place, the one that fails first; empty where nobody says.
    pub storages: Vec<String>,
}

/// A cause that evidence names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuspectLine {
    /// The cause.
    pub cause: Cause,
    /// How sure.
    pub confidence: Confidence,
    /// The cause in a sentence.
    pub claim: String,
    /// The endpoint that the evidence names: host and port.
    pub endpoint: Option<String>,
    /// The operations of S3 that the evidence names.
    pub operations: Vec<String>,
    /// The lines that say it best.
    pub evidence: Vec<CiteLine>,
    /// How many lines say it.
    pub lines: u64,
}

/// A line that something rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CiteLine {
    /// Where: the log, the object, the probe.
    pub source: String,
    /// The number of the line, from 1.
    pub line: Option<u64>,
    /// The text, masked.
    pub text: String,
    /// The row of the table of signatures that it matches.
    pub signature: String,
    /// Where that row is known from.
    pub known_from: String,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceLine {
    /// What it is called.
    pub name: String,
    /// How many lines it has.
    pub lines: u64,
}

impl DiagnosisReport {
    /// Returns the report of a diagnosis.
    pub fn of(diagnosis: &Diagnosis, evidence: &Evidence, next: Option<String>) -> Self {
        let cause = diagnosis.leading.cause;
        let is_doubtful = diagnosis.contradiction.is_some_and(|found| found.kind == Mismatch::OnlyTheLogs);
        let is_unwritten = cause == Cause::Healthy && diagnosis.leading.confidence == Confidence::Possible;
        let is_too_little = diagnosis.leading.is_only_possible_from_here();
        let (calls_for, advice) = match cause.remedy() {
            _ if is_doubtful => (Remedy::LookFurther, DOUBTFUL),
            Remedy::Failover if is_too_little => (Remedy::LookFurther, TOO_LITTLE),
            remedy if is_unwritten => (remedy, UNWRITTEN),
            remedy => (remedy, cause.advice()),
        };
        let lines = |suspects: &[Suspect]| suspects.iter().map(|suspect| SuspectLine::of(suspect, None)).collect();
        let site = diagnosis.site.as_ref();
        let whose = site.map(|site| (site, evidence.storage.as_ref().or(site.storages.first())));
        Self {
            leading: SuspectLine::of(&diagnosis.leading, whose),
            side: cause.side(),
            subject: SubjectLine::default(),
            calls_for,
            advice: advice.to_owned(),
            others: lines(&diagnosis.others),
            over: lines(&diagnosis.over),
            contradiction: diagnosis.contradiction.map(ContradictionLine::of),
            places: diagnosis.places.iter().map(PlaceLine::of).collect(),
            notes: diagnosis.notes.clone(),
            site: site.zip(evidence.observed.as_ref()).map(|(site, observed)| SiteReport::of(site, observed)),
            elsewhere: diagnosis.elsewhere.iter().map(ElsewhereLine::of).collect(),
            clock: Vec::new(),
            looked_at: {
                let source = |log: &crate::diagnose::Log| SourceLine { name: log.name.clone(), lines: log.lines };
                evidence.logs.iter().map(source).collect()
            },
            next,
        }
    }

    /// Takes in what it was asked about: the storages of the place are those that the cluster's objects tell, after the one that
    /// was named.
    pub fn about(&mut self, clusters: &[String], storage: Option<&String>) {
        let mut storages: Vec<String> = storage.into_iter().cloned().collect();
        let of_place = self.site.iter().flat_map(|site| &site.storages);
        storages.extend(of_place.filter(|name| Some(*name) != storage).cloned());
        self.subject = SubjectLine { clusters: clusters.to_vec(), storages };
    }

    /// Takes in what a failover comes to in this repository, where that is another thing, and what a person has to choose.
    pub fn adapt(&mut self, remedy: Option<Remedy>, notes: Vec<String>) {
        if let Some(remedy) = remedy.filter(|_| self.calls_for == Remedy::Failover) {
            self.calls_for = remedy;
            BUFFERED.clone_into(&mut self.advice);
        }
        self.notes.extend(notes);
    }
}

impl SuspectLine {
    /// Returns the line of a suspect; where it leads, with the name of the storage.
    fn of(suspect: &Suspect, whose: Option<(&Site, Option<&String>)>) -> Self {
        let cite = |cite: &Cite| CiteLine {
            source: cite.source.clone(),
            line: cite.line,
            text: cite.text.clone(),
            signature: cite.signature.to_owned(),
            known_from: cite.known_from.to_owned(),
        };
        // A line that two rows match is one line.
        let is_again = |number: usize, cite: &Cite| {
            let is_same =
                |other: &Cite| (&other.source, other.line, &other.text) == (&cite.source, cite.line, &cite.text);
            suspect.cites[..number].iter().any(is_same)
        };
        let cites = suspect.cites.iter().enumerate().filter(|(number, cite)| !is_again(*number, cite));
        let evidence: Vec<CiteLine> = cites.map(|(_, line)| cite(line)).collect();
        let again = (suspect.cites.len() - evidence.len()) as u64;
        Self {
            cause: suspect.cause,
            confidence: suspect.confidence,
            claim: claim(suspect.cause, whose),
            endpoint: suspect.endpoint.clone(),
            operations: suspect.operations.clone(),
            evidence,
            lines: suspect.count.saturating_sub(again),
        }
    }

    /// Returns what the evidence says of the place: `minio.a.example:9000, PutObject`.
    fn place(&self) -> Option<String> {
        let parts: Vec<&str> = self.endpoint.iter().chain(&self.operations).map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Returns how many lines are not shown, for people.
    fn unshown(&self) -> Option<String> {
        let more = self.lines.saturating_sub(self.evidence.len() as u64);
        match more {
            0 => None,
            1 => Some("and 1 line more".to_owned()),
            more => Some(format!("and {more} lines more")),
        }
    }
}

impl CiteLine {
    /// Returns the text as people read it: what a log sets apart by tabs is words.
    fn words(&self) -> String {
        self.text.replace('\t', " ")
    }

    /// Returns where the line stands: `pod.log:12`.
    pub fn at(&self) -> String {
        self.line.map_or_else(|| self.source.clone(), |line| format!("{}:{line}", self.source))
    }
}

/// Returns a cause in a sentence, with the name of the storage where it speaks of one.
fn claim(cause: Cause, whose: Option<(&Site, Option<&String>)>) -> String {
    let storage = whose.and_then(|(site, storage)| Some(format!("storage `{}` of {} ", storage?, site.cluster)));
    match storage {
        Some(storage) if cause.side() == Side::Storage => cause.claim().replacen("the storage ", &storage, 1),
        _ => cause.claim().to_owned(),
    }
}

/// Returns the report as JSON.
pub fn diagnosis_json(report: &DiagnosisReport) -> String {
    json::answer("Diagnosis", report)
}
