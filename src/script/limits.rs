//! How deep, large and long a script may become.

/// Deepest nesting of expressions, at the top and in functions; the engine's own 64 and 32 refuse ordinary code.
pub(crate) const DEPTH: usize = 128;
/// Deepest chain of calls. Threads that run scripts get [`STACK`] for it.
pub(crate) const CALLS: usize = 64;
/// Bytes of stack of every thread that runs a script; virtual memory, used only where a script is deep.
pub(crate) const STACK: usize = 64 * 1024 * 1024;
pub(crate) const STRING: usize = 16 * 1024 * 1024;
pub(crate) const ARRAY: usize = 1_000_000;
pub(crate) const MAP: usize = 100_000;
pub(crate) const MODULES: usize = 64;
/// Steps an agent adapter may take for one line of output before it counts as stuck.
pub(crate) const ADAPTER_STEPS: u64 = 20_000_000;
