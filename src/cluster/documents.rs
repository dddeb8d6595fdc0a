//! The schemas that the API server publishes: one OpenAPI v3 document an API version.
//! Must never pass on what is no such document.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::IN_FLIGHT;
use super::answer;
use super::asked::Asked;
use super::wire::{Answer, Call, Wire};
use crate::model::live::{Reason, Trouble};
use crate::model::percent::segment;

/// Reads the documents of API versions.
pub(super) async fn all(wire: &Wire, group_versions: &[String]) -> BTreeMap<String, Result<Value, Trouble>> {
    let reads = group_versions.iter().map(|version| async { (version.clone(), one(wire, version).await) });
    stream::iter(reads).buffer_unordered(IN_FLIGHT).collect().await
}

/// What of a document is handed on: its paths, a third of it, describe requests and no kinds.
#[derive(Deserialize)]
struct Document {
    /// The version of `OpenAPI`.
    openapi: String,
    /// The definitions.
    components: Value,
}

/// Returns an answer as a document, where it is one.
fn whole(answer: &Answer) -> Option<Value> {
    let is_json = answer.code == 200 && answer.media == "application/json";
    let Document { openapi, components } = serde_json::from_slice(&answer.body).ok().filter(|_| is_json)?;
    let fields = [("openapi".to_owned(), openapi.into()), ("components".to_owned(), components)];
    Some(Value::Object(Map::from_iter(fields)))
}

/// Reads the document of one version.
async fn one(wire: &Wire, group_version: &str) -> Result<Value, Trouble> {
    let path = match group_version.split_once('/') {
        Some((group, version)) => format!("/openapi/v3/apis/{}/{}", segment(group), segment(version)),
        None => format!("/openapi/v3/api/{}", segment(group_version)),
    };
    let answer = wire.send(&Call::get(path.as_str())).await?;
    let missing = format!("the API server publishes no schema of `{group_version}`");
    let document = match whole(&answer) {
        Some(document) => document,
        None => answer::read(&answer, &Asked::path(&path)).value(&missing)?,
    };
    if document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")) {
        return Ok(document);
    }
    Err(Trouble::new(Reason::CannotTell, format!("what was read for `{group_version}` is no OpenAPI v3 document")))
}
