//! The pages of the dashboard and of the HTML report: their data, and the files that draw it.

mod detail;
mod files;
mod head;
mod history;
mod item;
mod run;

pub use detail::{ItemDetail, ItemTexts, PageText};
pub use files::{SCRIPT, STYLE, dashboard, report};
pub use head::{Head, Steps};
pub use history::History;
pub use item::ItemRow;
pub use run::RunPage;
