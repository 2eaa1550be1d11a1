//! Programs that outlive this one: jobs on this machine, which end by themselves when nobody wants them any more.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use super::marker::{ATTEMPT, ITEM, RUN};
use super::orphan::Register;
use crate::host::failpoint;

/// Starts a program with our environment, without the marker of a run. It writes its output itself.
pub fn start(argv: &[String], cwd: &Path, input: &str) -> io::Result<u32> {
    let Some((program, arguments)) = argv.split_first() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(cwd).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in [RUN, ITEM, ATTEMPT] {
        command.env_remove(name);
    }
    // Whoever looks for orphans must not take it for one.
    let mut register = Register::lock();
    let mut child = failpoint::around("process.outliving", || command.spawn())?;
    let entry = register.enter(i32::try_from(child.id()).unwrap_or_default());
    drop(register);
    let given = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes()));
    let pid = child.id();
    let wait = move || {
        drop(child.wait());
        drop(entry);
    };
    drop(thread::Builder::new().name("outliving".to_owned()).spawn(wait)?);
    given.map(|()| pid)
}
