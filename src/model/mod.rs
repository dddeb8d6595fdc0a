//! The words of the design as types, parsed once: paths, names, objects, clusters, storages, targets, incidents, findings.
//! Everything later in the flow speaks these. Must know nothing of git, network, clock, environment or terminal.

pub mod backup;
pub mod binlog;
pub mod cluster;
pub mod config;
pub mod cron;
pub mod finding;
pub mod incident;
pub mod live;
pub mod name;
pub mod object;
pub mod observed;
pub mod path;
pub mod percent;
pub mod place;
pub mod quantity;
pub mod secret;
pub mod shell;
pub mod target;
pub mod target_entry;
pub mod url;
pub mod version;
pub mod yaml;
