//! What a cause calls for. A wrong key must not end in a failover, a full disk not in a rotation: this table decides.
//! Comes after the ranking; must know nothing of how evidence was found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cause::Cause;
use crate::model::incident::Action;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// It mends itself.
    Wait,
    /// Backups move to another S3 place.
    Failover,
    /// Backups move to volumes: no other S3 place is known.
    Buffer,
    /// Keys change, the place stays.
    Rotate,
    /// The policy of the key, on the storage.
    FixPolicy,
    /// Certificates, names, buckets, Secrets, objects: what is wired wrongly.
    FixWiring,
    /// Space, or a larger quota.
    FreeSpace,
    /// The database, before anything else.
    LookAtDatabase,
    /// More evidence.
    LookFurther,
    /// Nothing.
    Nothing,
}

impl Remedy {
    /// Returns the words of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Failover => "failover",
            Self::Buffer => "buffer",
            Self::Rotate => "rotate",
            Self::FixPolicy => "fix policy",
            Self::FixWiring => "fix wiring",
            Self::FreeSpace => "free space",
            Self::LookAtDatabase => "look at the database",
            Self::LookFurther => "look further",
            Self::Nothing => "nothing",
        }
    }

    /// Returns what a plan would do, where the remedy is one.
    pub fn action(self) -> Option<Action> {
        match self {
            Self::Failover => Some(Action::Failover),
            Self::Buffer => Some(Action::Buffer),
            Self::Rotate => Some(Action::Rotate),
            _ => None,
        }
    }
}

impl Cause {
    /// Returns what the cause calls for.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::EndpointUnreachable | Self::DnsFailure | Self::StorageFull | Self::QuorumLost | Self::S3Dialect => {
                Remedy::Failover
            }
            Self::AccessKeyUnknown | Self::SecretKeyWrong | Self::TokenExpired => Remedy::Rotate,
            Self::AccessDenied => Remedy::FixPolicy,
            Self::TlsUnknownCa
            | Self::TlsExpired
            | Self::TlsNameMismatch
            | Self::TlsPlainHttp
            | Self::ClockSkew
            | Self::BucketMissing
            | Self::RegionMismatch
            | Self::VolumeUnschedulable
            | Self::SecretMissing
            | Self::ClusterWiring => Remedy::FixWiring,
            Self::QuotaExceeded | Self::BufferFull => Remedy::FreeSpace,
            Self::ServerStarting | Self::Throttled => Remedy::Wait,
            Self::DatabaseSide => Remedy::LookAtDatabase,
            Self::Healthy => Remedy::Nothing,
            Self::CannotTell => Remedy::LookFurther,
        }
    }

    /// Returns what that means in this case, in a sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Self::EndpointUnreachable => {
                "move backups to another place, or wait where the storage is known to return soon"
            }
            Self::DnsFailure => {
                "mend the name where it is only wrong; move backups where the zone is gone with the site"
            }
            Self::TlsUnknownCa => {
                "name the CA in the storage's `s3.caBundle` (operator 1.19 and newer), or give the server a known certificate"
            }
            Self::TlsExpired => "renew the server's certificate; new keys or another bucket do not help",
            Self::TlsNameMismatch => {
                "use the name that the certificate has in `endpointUrl`, or give the server one for this name"
            }
            Self::TlsPlainHttp => "give `endpointUrl` the scheme and port that the server speaks",
            Self::AccessKeyUnknown => {
                "give backups a key that the storage knows and has enabled; another place is not needed"
            }
            Self::SecretKeyWrong => {
                "give backups the secret key that belongs to the access key; another place is not needed"
            }
            Self::AccessDenied => {
                "allow list, get, put and delete on bucket and prefix, multipart uploads included; a new key alone changes nothing"
            }
            Self::TokenExpired => "give backups a fresh session token, or a key without one",
            Self::ClockSkew => "set the clock of the node or of the server by NTP; the key is not at fault",
            Self::BucketMissing => {
                "make the bucket again, or correct its name; where its data is gone too, move backups"
            }
            Self::RegionMismatch => "write the server's region into the storage's `s3.region`",
            Self::StorageFull => "move backups to a place with room, or free space on the server; new keys do not help",
            Self::QuotaExceeded => "raise the quota or delete what is not needed; new keys do not help",
            Self::QuorumLost => "move backups until the server's drives or nodes are back",
            Self::ServerStarting => "look again in some minutes; a server that never gets ready has lost its drives",
            Self::Throttled => "look again later, with fewer backups at once; move backups where it lasts",
            Self::BufferFull => "give the volume more room or keep fewer backups on it; the S3 storage is not at fault",
            Self::VolumeUnschedulable => {
                "mend the StorageClass, quota, node selector or resources that the event names"
            }
            Self::SecretMissing => {
                "make the Secret that the storage's `credentialsSecret` names, with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`"
            }
            Self::ClusterWiring => "mend what the message names, in Git",
            Self::S3Dialect => {
                "use a place whose server is known to work with xbcloud; this one cannot hold backups as it is"
            }
            Self::DatabaseSide => "mend the cluster first: a failover of the storage would change nothing",
            Self::Healthy => "nothing that was looked at has to be mended",
            Self::CannotTell => {
                "give the whole log of every pod of the failed backup, `kubectl logs --all-containers`, not its end alone"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_ends_in_a_failover_and_a_full_disk_never_in_a_rotation() {
        for cause in [Cause::AccessKeyUnknown, Cause::SecretKeyWrong, Cause::TokenExpired] {
            assert_eq!(cause.remedy().action(), Some(Action::Rotate), "{cause:?}");
        }
        for cause in [Cause::StorageFull, Cause::QuotaExceeded, Cause::BufferFull, Cause::QuorumLost] {
            assert_ne!(cause.remedy().action(), Some(Action::Rotate), "{cause:?}");
        }
        for cause in Cause::ALL {
            assert!(!cause.advice().is_empty() && !cause.advice().ends_with('.'), "{cause:?}");
        }
    }
}
