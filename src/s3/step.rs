//! What one request of a probe is about: what its line starts with, which operation of S3 it is, and whether the key signs it.

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Whether MinIO runs.
    Live,
    /// Whether MinIO can write.
    Cluster,
    /// The bucket, without a key.
    Unsigned,
    /// The bucket, with the key.
    Head,
    /// One object of it.
    List,
    /// The marker, written.
    Put,
    /// The marker, read.
    Get,
    /// The marker, removed.
    Delete,
}

impl Step {
    /// Returns what the line starts with.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Live => "health/live",
            Self::Cluster => "health/cluster",
            Self::Unsigned => "bucket without a key",
            Self::Head => "bucket with the key",
            Self::List => "list with the key",
            Self::Put => "marker, written",
            Self::Get => "marker, read",
            Self::Delete => "marker, removed",
        }
    }

    /// Returns whether the key signs it.
    pub(super) fn is_signed(self) -> bool {
        !matches!(self, Self::Live | Self::Cluster | Self::Unsigned)
    }

    /// Returns the operation of S3.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::List => "ListObjectsV2",
            Self::Put => "PutObject",
            Self::Get => "GetObject",
            Self::Delete => "DeleteObject",
            Self::Live | Self::Cluster | Self::Unsigned | Self::Head => "HeadBucket",
        }
    }
}
