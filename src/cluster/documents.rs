//! The schemas that the API server publishes: one OpenAPI v3 document an API version.
//! Must never pass on what is no such document.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::IN_FLIGHT;
use super::answer::{self, Asked};
use super::locate::segment;
use super::wire::{Call, Wire};
use crate::model::live::{Reason, Trouble};

/// Reads the documents of API versions.
pub(super) async fn all(wire: &Wire, group_versions: &[String]) -> BTreeMap<String, Result<Value, Trouble>> {
    let reads = group_versions.iter().map(|version| async { (version.clone(), one(wire, version).await) });
    stream::iter(reads).buffer_unordered(IN_FLIGHT).collect().await
}

/// Reads the document of one version.
async fn one(wire: &Wire, group_version: &str) -> Result<Value, Trouble> {
    let path = match group_version.split_once('/') {
        Some((group, version)) => format!("/openapi/v3/apis/{}/{}", segment(group), segment(version)),
        None => format!("/openapi/v3/api/{}", segment(group_version)),
    };
    let answer = wire.send(&Call::get(path.as_str())).await?;
    let missing = format!("the API server publishes no schema of `{group_version}`");
    let document = answer::read(&answer, &Asked::path(&path)).value(&missing)?;
    if document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")) {
        return Ok(document);
    }
    Err(Trouble::new(Reason::CannotTell, format!("what was read for `{group_version}` is no OpenAPI v3 document")))
}
