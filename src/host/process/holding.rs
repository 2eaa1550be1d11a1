//! How a start gets a PID namespace of its own, where there are any.

use std::io;

use tokio::process::Command;

#[cfg(target_os = "linux")]
use super::namespace::{self, Obstacle};

/// What comes of a start that is held; nothing where it is not.
#[derive(Debug, Default)]
pub(super) struct Report {
    #[cfg(target_os = "linux")]
    pipe: Option<(io::PipeReader, io::PipeWriter)>,
}

impl Report {
    /// Returns the number of the pipe that the process inherits.
    pub(super) fn number(&self) -> Option<i32> {
        #[cfg(target_os = "linux")]
        return self.pipe.as_ref().map(|(_, write)| std::os::fd::AsRawFd::as_raw_fd(write));
        #[cfg(not(target_os = "linux"))]
        None
    }
}

/// Tells whether starts get a namespace.
pub(super) fn are_used() -> bool {
    #[cfg(target_os = "linux")]
    return namespace::are_used();
    #[cfg(not(target_os = "linux"))]
    false
}

/// Returns the beginning of the command that runs a program, held or not.
pub(super) fn command(program: &str, is_held: bool) -> io::Result<(Command, Report)> {
    #[cfg(target_os = "linux")]
    if is_held {
        let (read, write) = io::pipe()?;
        let mut command = Command::new(namespace::SELF);
        let number = std::os::fd::AsRawFd::as_raw_fd(&write);
        command.arg0("batchprp").args(namespace::arguments(number)).arg(program);
        return Ok((command, Report { pipe: Some((read, write)) }));
    }
    let _: bool = is_held;
    Ok((Command::new(program), Report::default()))
}

/// Waits until the program was executed; `false` when there is no namespace for it.
pub(super) async fn executed(report: Report) -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    if let Some((read, write)) = report.pipe {
        drop(write);
        let told = tokio::task::spawn_blocking(move || namespace::report(read)).await;
        return match told.map_err(io::Error::other)? {
            Ok(()) => Ok(true),
            Err(Obstacle::Namespace) => Ok(false),
            Err(Obstacle::Program(error)) => Err(error),
        };
    }
    #[cfg(not(target_os = "linux"))]
    drop(report);
    Ok(true)
}
