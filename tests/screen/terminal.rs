//! A terminal for a program under test: a real pseudo-terminal, read into a virtual screen with a history.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use nix::sys::termios::{FlowArg, tcflow};

/// Rows of history that are kept: more than any test prints.
const HISTORY: usize = 100_000;

/// Longest wait for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A program and the terminal that it runs on.
pub(crate) struct Terminal {
    pub(crate) child: Child,
    master: File,
    slave: OwnedFd,
    screen: Arc<Mutex<vt100::Parser>>,
}

impl Terminal {
    /// Starts a program on a terminal of a size and begins to read what it shows.
    pub(crate) fn start(command: Command, rows: u16, columns: u16) -> Self {
        let terminal = Self::unread(command, rows, columns);
        terminal.read();
        terminal
    }

    /// Starts a program on a terminal that nobody reads yet.
    pub(crate) fn unread(mut command: Command, rows: u16, columns: u16) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).expect("a pseudo-terminal");
        let end = |fd: &OwnedFd| fd.try_clone().expect("a second handle");
        command.stdin(end(&pty.slave)).stdout(end(&pty.slave)).stderr(end(&pty.slave));
        command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
        let child = command.spawn().expect("the program starts");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, HISTORY)));
        Self { child, master: File::from(pty.master), slave: pty.slave, screen }
    }

    /// Reads on the side from now on.
    pub(crate) fn read(&self) {
        let (mut master, screen) = (self.master.try_clone().expect("a second handle"), self.screen.clone());
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = master.read(&mut bytes) {
                screen.lock().expect("a screen").process(&bytes[..count]);
            }
        });
    }

    /// Stops the output as Ctrl-S does.
    pub(crate) fn stop(&self) {
        tcflow(&self.slave, FlowArg::TCOOFF).expect("a stopped terminal");
    }

    /// Types keys.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("typed keys");
    }

    /// Returns everything that scrolled away and what stands on the screen, row by row.
    pub(crate) fn rows(&self) -> Vec<String> {
        history(&mut self.screen.lock().expect("a screen"))
    }

    /// Shows the screen to somebody.
    pub(crate) fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.screen.lock().expect("a screen").screen())
    }

    /// Waits until the screen and its history hold a text.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        let begin = Instant::now();
        while !self.rows().join("\n").contains(text) {
            assert!(begin.elapsed() < PATIENCE, "no {text:?} in\n{}", self.rows().join("\n"));
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the screen is as it is to be.
    #[track_caller]
    pub(crate) fn wait_until(&self, is_so: impl Fn(&vt100::Screen) -> bool) {
        let begin = Instant::now();
        while !self.with_screen(&is_so) {
            assert!(begin.elapsed() < PATIENCE, "not so in\n{}", self.rows().join("\n"));
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the end of the program and for all that it said; returns its exit code.
    #[track_caller]
    pub(crate) fn end(&mut self) -> i32 {
        let code = exit_code(&mut self.child, PATIENCE);
        // The mark comes after everything that the program wrote.
        let mut slave = File::from(self.slave.try_clone().expect("a second handle"));
        slave.write_all(b"\r\x1b[Kthe end\r\n").expect("a mark");
        self.wait_for("the end");
        code
    }
}

/// Waits for the end of a program, which has to come.
#[track_caller]
pub(crate) fn exit_code(child: &mut Child, patience: Duration) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1);
        }
        assert!(begin.elapsed() < patience, "the program does not end");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Returns the history of a screen and the screen itself, row by row.
pub(crate) fn history(parser: &mut vt100::Parser) -> Vec<String> {
    let screen = parser.screen_mut();
    let (_, columns) = screen.size();
    screen.set_scrollback(usize::MAX);
    let above = screen.scrollback();
    let mut rows = Vec::new();
    for offset in (1..=above).rev() {
        screen.set_scrollback(offset);
        rows.extend(screen.rows(0, columns).next());
    }
    screen.set_scrollback(0);
    rows.extend(screen.rows(0, columns));
    rows
}
