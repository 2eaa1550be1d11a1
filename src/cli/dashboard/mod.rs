//! `dashboard`: a page on this machine that shows runs while they go on and after they ended.

pub mod command;
mod doors;
mod followed;
mod live;
pub mod project;
mod routes;
mod served;
pub mod texts;
