//! Live and what the controller sends → what the API server holds after it; one entry point over the controllers.
//! The middle of a preview. Must never say that an object changes which the controller leaves alone.

use super::case::{Case, Predicted};
use super::{ApplyMethod, argocd, flux};

/// Returns what the API server holds after the controller applied the head.
pub(super) fn predict(case: &Case<'_>) -> Predicted {
    match case.controller.method {
        ApplyMethod::Flux => flux::predict(case),
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => argocd::predict(case),
    }
}
