//! Arguments and incident → what the plan is asked for.

use super::incident::Found;
use crate::cli::RecoveryArgs;
use crate::model::incident::{Action, Stage};
use crate::model::name::object_name;
use crate::plan::{Request, Scope};

/// Returns the request.
pub(super) fn request(args: &RecoveryArgs, found: &Found) -> anyhow::Result<Request> {
    let name = |what: &str, text: &Option<String>| text.as_deref().map(|text| object_name(what, text)).transpose();
    let new_secret = name("Secret", &args.target.credentials_secret)?.filter(|_| found.action == Action::Rotate);
    Ok(Request {
        action: found.action,
        stage: found.stage,
        incident: found.id.clone(),
        opened_at: found.opened_at.clone(),
        cause: found.cause.clone(),
        scope: if args.selection.only_storage { Scope::OnlyStorage } else { Scope::Endpoint },
        retention: args.target.retention,
        confirmed_backup: name("Backup", &args.incident.confirmed_backup)?.filter(|_| found.stage == Stage::Resume),
        new_secret,
    })
}
