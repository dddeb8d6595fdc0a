//! Keys change, the place stays. The same Secret name: an annotation rolls the binlog collector, which alone keeps old
//! keys (operator.md 8). A new name: every entry of the place that named the old one; PITR is off until `resume`.

use serde_json::{Value, json};

use super::affected::Affected;
use super::binlogs::Binlogs;
use super::draft::Draft;
use super::request::{Request, Subject};
use crate::model::backup::Storage;
use crate::model::finding::Finding;
use crate::model::incident::{REVISION_ANNOTATION, To};

/// Returns the draft with the rotation.
pub(super) fn rotate(
    request: &Request,
    subject: &Subject,
    affected: &Affected,
    draft: Draft,
) -> Result<Draft, Finding> {
    let failed = &subject.bare.backup.storages[&subject.storage];
    let Some(old) = failed.credentials_secret() else {
        let fact = format!("storage `{}` names no Secret: its keys come from the node's role", failed.name);
        return Err(Finding::refuse("secret-absent", fact));
    };
    let to = To { storages: affected.storages.clone(), ..draft.to };
    match request.new_secret.as_deref() {
        Some(new) if new != old => Ok(new_name(subject, affected, new, Draft { to, ..draft })),
        _ => Ok(same_name(request, subject, affected, Draft { to, ..draft })),
    }
}

/// Annotates the storage of PITR, where PITR is on and covered.
fn same_name(request: &Request, subject: &Subject, affected: &Affected, mut draft: Draft) -> Draft {
    if let Some(storage) = subject.bare.backup.pitr_on().filter(|name| affected.covers(name)) {
        let entry = &mut draft.block["storages"][storage];
        if !entry.get("annotations").is_some_and(Value::is_object) {
            entry["annotations"] = json!({});
        }
        entry["annotations"][REVISION_ANNOTATION] = json!(request.incident.as_str());
    }
    draft
}

/// Points every covered entry at the new Secret and turns PITR off where it is covered.
fn new_name(subject: &Subject, affected: &Affected, new: &str, mut draft: Draft) -> Draft {
    let kind = |name: &str| subject.bare.backup.storages.get(name).map(Storage::kind).unwrap_or_default();
    for name in &affected.storages {
        draft.block["storages"][name][kind(name)]["credentialsSecret"] = json!(new);
    }
    new.clone_into(&mut draft.to.target);
    if let Some(binlogs) = Binlogs::of(subject).filter(|binlogs| affected.covers(binlogs.storage)) {
        binlogs.storage.clone_into(&mut draft.to.binlogs);
        draft.block["pitr"]["enabled"] = Value::Bool(false);
    }
    draft
}
