//! Variables of the environment: which of them gates get, and whose values are never shown.

mod credential;
mod gate;
mod harmless;
mod name;
mod secret;
mod value;

pub use gate::{GateEnvironment, for_gates};
pub use name::matches;
pub(super) use name::says_secret;
pub use secret::secret_values;
