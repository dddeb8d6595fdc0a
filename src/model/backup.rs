//! The backup block of a cluster as the operator reads it: storages, schedules, point-in-time recovery.
//! Keeps the whole value of each part, so that nothing a user wrote is lost when a part is copied.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::place::authority_of;
use crate::failure::{Failure, refused};

/// The backup block, read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Backup {
    /// The block as the build gives it.
    pub value: Value,
    /// Storages by name.
    pub storages: BTreeMap<String, Storage>,
    /// Schedules in order.
    pub schedules: Vec<Schedule>,
    /// Point-in-time recovery.
    pub pitr: Pitr,
}

/// An entry of `storages`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// An entry of `schedule`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schedule {
    /// Its name: what retention counts by (operator.md 5, "retention trap").
    pub name: String,
    /// The cron expression.
    pub cron: String,
    /// The storage it writes to.
    pub storage: String,
    /// Its value.
    pub value: Value,
}

/// The `pitr` block; one that is absent is off.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Pitr {
    /// Whether binlogs are collected.
    pub enabled: bool,
    /// The storage they go to.
    pub storage: Option<String>,
    /// Its value.
    pub value: Value,
}

impl Backup {
    /// Reads a backup block.
    ///
    /// # Errors
    /// Refuses shapes that the CRD refuses, naming the field.
    pub fn read(value: &Value) -> Result<Self, Failure> {
        Ok(Self { value: value.clone(), storages: storages(value)?, schedules: schedules(value)?, pitr: pitr(value)? })
    }

    /// Returns a schedule by name.
    pub fn schedule(&self, name: &str) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| schedule.name == name)
    }

    /// Returns the schedules that write to a storage.
    pub fn schedules_on<'a>(&'a self, storage: &'a str) -> impl Iterator<Item = &'a Schedule> {
        self.schedules.iter().filter(move |schedule| schedule.storage == storage)
    }

    /// Returns whether a schedule, or PITR that is on, writes to a storage.
    pub fn uses(&self, storage: &str) -> bool {
        self.schedules_on(storage).next().is_some() || self.pitr_on() == Some(storage)
    }

    /// Returns the storage of PITR where it is on.
    pub fn pitr_on(&self) -> Option<&str> {
        self.pitr.storage.as_deref().filter(|_| self.pitr.enabled)
    }

    /// `allowParallel`, which the operator takes as true when absent (operator.md 1).
    pub fn allows_parallel(&self) -> bool {
        self.value.get("allowParallel").and_then(Value::as_bool).unwrap_or(true)
    }
}

impl Pitr {
    /// Returns the part of `resources` (`requests`, `limits`) that has cpu without memory: the operator's reconcile panics on
    /// it while binlogs are collected (operator.md 1).
    pub fn lacks_memory(&self) -> Option<&'static str> {
        let has = |part: &str, resource: &str| {
            let value = self.value.pointer(&format!("/resources/{part}/{resource}"));
            value.is_some_and(|value| !value.is_null())
        };
        ["requests", "limits"]
            .into_iter()
            .find(|part| has(part, "cpu") && !has(part, "memory"))
            .filter(|_| self.enabled)
    }
}

impl Storage {
    /// Returns the storage type: `s3`, `azure`, `filesystem`.
    pub fn kind(&self) -> &str {
        self.value.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns a text inside the `s3` or `azure` block.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.value.get(self.kind())?.get(field)?.as_str().filter(|text| !text.is_empty())
    }

    /// Returns the place this storage fails with: host and port of its endpoint, or itself where it has none.
    pub fn endpoint(&self) -> String {
        match (self.kind(), self.text("endpointUrl")) {
            (_, Some(url)) => authority_of(url),
            ("s3", None) => format!("s3.{}.amazonaws.com:443", self.text("region").unwrap_or("us-east-1")),
            (kind, None) => format!("{kind}:{}", self.name),
        }
    }

    /// Returns `endpoint/bucket/prefix` or `endpoint/container/prefix`: where the bytes lie. `None` for a volume.
    pub fn place(&self) -> Option<String> {
        let bucket = self.text(if self.kind() == "azure" { "container" } else { "bucket" })?;
        let parts = [bucket, self.text("prefix").unwrap_or_default()];
        let path: Vec<&str> = parts.iter().map(|part| part.trim_matches('/')).filter(|part| !part.is_empty()).collect();
        Some(format!("{}/{}", self.endpoint(), path.join("/")))
    }

    /// Returns the Secret with the keys.
    pub fn credentials_secret(&self) -> Option<&str> {
        self.text("credentialsSecret")
    }

    /// Returns whether TLS certificates are verified; the operator's default is to verify.
    pub fn verifies_tls(&self) -> bool {
        self.value.get("verifyTLS").and_then(Value::as_bool).unwrap_or(true)
    }
}

/// Reads `storages`.
fn storages(value: &Value) -> Result<BTreeMap<String, Storage>, Failure> {
    let Some(entries) = present(value, "storages") else { return Ok(BTreeMap::new()) };
    let entries = entries.as_object().ok_or_else(|| refused("`storages` of the backup block is not a mapping"))?;
    let storage =
        |(name, value): (&String, &Value)| (name.clone(), Storage { name: name.clone(), value: value.clone() });
    Ok(entries.iter().map(storage).collect())
}

/// Reads `schedule`.
fn schedules(value: &Value) -> Result<Vec<Schedule>, Failure> {
    let Some(entries) = present(value, "schedule") else { return Ok(Vec::new()) };
    let entries = entries.as_array().ok_or_else(|| refused("`schedule` of the backup block is not a list"))?;
    entries.iter().enumerate().map(|(index, value)| schedule(index, value)).collect()
}

/// Reads one entry of `schedule`.
fn schedule(index: usize, value: &Value) -> Result<Schedule, Failure> {
    let text = |field: &str| {
        let text = value.get(field).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| refused(format!("`schedule/{index}/{field}` of the backup block is missing or not a text")))
    };
    Ok(Schedule { name: text("name")?, cron: text("schedule")?, storage: text("storageName")?, value: value.clone() })
}

/// Reads `pitr`.
fn pitr(value: &Value) -> Result<Pitr, Failure> {
    let Some(value) = present(value, "pitr") else { return Ok(Pitr::default()) };
    let enabled = match value.get("enabled") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(enabled)) => *enabled,
        Some(_) => return Err(refused("`pitr/enabled` of the backup block is not true or false")),
    };
    let storage = value.get("storageName").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned);
    Ok(Pitr { enabled, storage, value: value.clone() })
}

/// Returns a field that is there and not null.
fn present<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    value.get(field).filter(|value| !value.is_null())
}
