//! The limits that a hostile repository meets instead of our memory.

/// The most bytes of one file.
pub const FILE_BYTES: usize = 32 << 20;

/// Upper bounds of one build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Bytes of all files together, each counted as often as it is used.
    pub total_bytes: usize,
    /// Nesting of one document.
    pub depth: usize,
    /// Nodes that aliases may add to one file.
    pub alias_nodes: usize,
    /// Nodes in one build: read, copied for aliases and added by transformers, each counted as often as it is used.
    pub nodes: usize,
    /// Objects in one build.
    pub objects: usize,
    /// Bases and components inside each other.
    pub includes: usize,
    /// Folders loaded in one build, each counted as often as it is loaded.
    pub folders: usize,
    /// Links followed for one path.
    pub links: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: FILE_BYTES,
            total_bytes: 256 << 20,
            depth: 100,
            alias_nodes: 500_000,
            nodes: 8_000_000,
            objects: 50_000,
            includes: 64,
            folders: 10_000,
            links: 40,
        }
    }
}
