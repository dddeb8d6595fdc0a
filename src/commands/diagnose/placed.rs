//! Where the storages of the cluster are, as Git has them: a line about any other host never leads. Comes between the evidence
//! and the answer; a folder of evidence is told from itself alone, so that it reads the same everywhere.

use super::git::Git;
use crate::cli::{DiagnoseArgs, SubjectArgs};
use crate::diagnose::{Diagnosis, Evidence, Side, diagnose};
use crate::model::backup::Storage;

/// Returns what evidence says, with the places that Git knows where a storage is blamed and no cluster was looked at.
pub(super) fn diagnosed(
    args: &DiagnoseArgs,
    git: &Git<'_>,
    subject: &SubjectArgs,
    evidence: &mut Evidence,
) -> Diagnosis {
    let diagnosis = diagnose(evidence);
    let suspects = || std::iter::once(&diagnosis.leading).chain(&diagnosis.others);
    let is_blamed = suspects().any(|suspect| suspect.cause.side() == Side::Storage);
    let is_told = evidence.observed.as_ref().is_some_and(|observed| observed.block.is_some());
    let is_of_folder = !args.evidence.evidence.is_empty() || args.evidence.save.is_some();
    if !is_blamed || is_told || is_of_folder || args.evidence.log.is_empty() {
        return diagnosis;
    }
    let Ok(known) = git.known() else { return diagnosis };
    let meant = known.meant(&subject.cluster).into_iter();
    let endpoints = meant.flat_map(|site| site.cluster.backup.storages.values()).map(Storage::endpoint);
    evidence.places = endpoints.collect();
    diagnose(evidence)
}
