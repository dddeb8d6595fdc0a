//! Whether what an incident records is what the base builds to. Something else in the base may override an overlay, or
//! nothing may include it any more: its file is there all the same.

use crate::report::Standing;
use crate::verify::missing;

use super::build::Sites;
use super::row::Row;

/// Marks incidents whose cluster is gone, those that have no effect, and those of which that is not known.
pub(super) fn judge(rows: &mut [Row], sites: &Sites) {
    for row in rows.iter_mut().filter(|row| row.is_in_base()) {
        let Some(incident) = &row.incident else { continue };
        if sites.is_unbuilt(incident) {
            row.standing = Standing::EffectUnknown;
            row.fact = format!(
                "{}; whether it is in effect is not known: `{}` cannot be built",
                row.fact, incident.cluster.root
            );
        } else if sites.is_gone(incident) {
            row.standing = Standing::ClusterGone;
            row.fact = format!("{}; `{}` builds no such cluster any more", row.fact, incident.cluster.root);
        } else if let Some(why) = sites.of(incident).and_then(|site| missing(incident, &site.cluster.backup)) {
            row.standing = Standing::WithoutEffect;
            row.fact = format!("{}; but {why}", row.fact);
        }
    }
}
