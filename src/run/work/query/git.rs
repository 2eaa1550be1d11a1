//! Opens the user's checkout for a question of a script.

use crate::error::Result;
use crate::host::git::upkeep::checkout::Checkout;
use crate::run::settings::Settings;

/// Asks the checkout; blocks.
pub(crate) fn checkout<T>(settings: &Settings, ask: impl FnOnce(&Checkout) -> Result<T>) -> Result<T> {
    ask(&Checkout::of(settings.repo()?, &settings.root))
}
