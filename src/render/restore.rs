//! Restores of backups, ready to be read and applied by a person. Never applied by leeward, never written to Git.
//! A restore names binlogs only where they are known to reach back to its backup: a hole between the two is applied without
//! an error (operator.md 12.4).

use serde::Serialize;

use super::template;

/// The most characters of an incident in a restore's name: the operator makes names of Jobs from it and the cluster's.
const SHORT: usize = 10;

/// A backup to restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restore {
    /// What it is, for a comment.
    pub what: String,
    /// The name of the restore.
    pub name: String,
    /// The Backup object.
    pub backup: String,
    /// The storage of the binlogs that follow it; empty where none are known to.
    pub binlogs: String,
    /// Why there are none, for a comment.
    pub why: String,
}

/// Returns the name of a restore: which of the two, of what incident, and a checksum of the Backup, so that no two share one.
pub fn restore_name(which: &str, incident: &str, backup: &str) -> String {
    let short: String = incident.chars().take(SHORT).collect();
    let checksum = crc32fast::hash(backup.as_bytes()) >> 12;
    format!("restore-{which}-{}-{checksum:05x}", short.trim_end_matches('-'))
}

/// Returns restores of a cluster as one file, all but the first with a mark before each line: who applies the file as it is
/// starts one restore.
///
/// # Errors
/// Fails on a text that fits no comment.
pub fn restores(cluster: &str, namespace: &str, restores: &[Restore]) -> anyhow::Result<Vec<u8>> {
    /// What the template is given.
    #[derive(Serialize)]
    struct Context<'a> {
        /// The cluster.
        cluster: &'a str,
        /// Its namespace.
        namespace: &'a str,
        /// The restores.
        restores: &'a [Restore],
    }
    let file = String::from_utf8(template::render("restore.yaml.j2", &Context { cluster, namespace, restores })?)?;
    let mut documents = 0;
    let marked = |line: &str| {
        documents += usize::from(line == "---");
        if documents > 1 { format!("# {line}\n") } else { format!("{line}\n") }
    };
    Ok(file.lines().map(marked).collect::<String>().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_names_binlogs_only_where_they_are_known_to_reach_back() {
        let of = |binlogs: &str, why: &str| Restore {
            what: "the newest backup on minio-b: yes".to_owned(),
            name: restore_name("new", "minio-a-1122-with-a-long", "on"),
            backup: "on".to_owned(),
            binlogs: binlogs.to_owned(),
            why: why.to_owned(),
        };
        let file = restores("cluster1", "pxc", &[of("minio-b-binlogs", ""), of("", "no binlogs reach back")]).unwrap();
        let want = "\
# Restores of cluster1, made by `leeward verify`. Nothing applies this file: read it first.
# One restore at a time: the first is as it would be applied, the other has a mark before each line.
---
# the newest backup on minio-b: yes
apiVersion: pxc.percona.com/v1
kind: PerconaXtraDBClusterRestore
metadata:
  name: \"restore-new-minio-a-11-09b62\"
  namespace: \"pxc\"
spec:
  pxcCluster: \"cluster1\"
  backupName: \"on\"
  pitr:
    type: latest
    backupSource:
      storageName: \"minio-b-binlogs\"
# ---
# # the newest backup on minio-b: yes
# # without point-in-time recovery: no binlogs reach back
# apiVersion: pxc.percona.com/v1
# kind: PerconaXtraDBClusterRestore
# metadata:
#   name: \"restore-new-minio-a-11-09b62\"
#   namespace: \"pxc\"
# spec:
#   pxcCluster: \"cluster1\"
#   backupName: \"on\"
";
        assert_eq!(String::from_utf8(file).unwrap(), want);
        assert!(restores("c", "n", &[Restore { what: "a\nb".to_owned(), ..of("", "") }]).is_err());
    }
}
