//! Keys typed while a board is shown: read one by one and without echo. The terminal is put back on every way out.

use std::io;
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::read;

use super::modes::Modes;
use super::outlet::Outlet;
use super::pager::Pager;
use super::panel::{Panel, Wish};

/// Milliseconds after which the thread looks whether it is to end.
const LOOK: u16 = 100;

/// The reading of keys; dropping it puts the terminal back.
#[derive(Debug)]
pub struct Keys {
    modes: Arc<Modes>,
    over: Arc<AtomicBool>,
    pager: Arc<Pager>,
}

/// What the thread works with.
struct Reader {
    panel: Arc<Mutex<Panel>>,
    outlet: Outlet,
    over: Arc<AtomicBool>,
    modes: Arc<Modes>,
    pager: Arc<Pager>,
    /// Run whose logs are shown.
    run: String,
}

impl Keys {
    /// Begins to read keys, where somebody can type them: not in the background, not from a pipe.
    pub fn watch(panel: Arc<Mutex<Panel>>, outlet: Outlet, run: String) -> Option<Self> {
        let modes = Arc::new(Modes::of_terminal()?);
        modes.take();
        let over = Arc::new(AtomicBool::new(false));
        let pager = Arc::<Pager>::default();
        let keys = Self { modes: modes.clone(), over: over.clone(), pager: pager.clone() };
        let reader = Reader { panel, outlet, over, modes, pager, run };
        thread::Builder::new().name("keys".to_owned()).spawn(move || reader.read()).ok()?;
        Some(keys)
    }

    /// Returns the modes that the terminal is in.
    pub fn modes(&self) -> Arc<Modes> {
        self.modes.clone()
    }

    /// Ends a pager that somebody looks at.
    pub fn close_pager(&self) {
        self.pager.close();
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.modes.give_back();
    }
}

impl Reader {
    fn read(self) {
        let stdin = io::stdin();
        let mut bytes = [0; 16];
        while !self.over.load(Ordering::Relaxed) {
            // In the background a read would stop the program.
            if !self.modes.take() {
                thread::sleep(Duration::from_millis(LOOK.into()));
                continue;
            }
            let mut ready = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, PollTimeout::from(LOOK)) {
                Ok(0) | Err(nix::errno::Errno::EINTR) => continue,
                Ok(_) => {}
                Err(_) => return,
            }
            if !self.modes.is_taken() {
                continue;
            }
            let Ok(count @ 1..) = read(stdin.as_fd(), &mut bytes) else { return };
            for key in typed(&bytes[..count]) {
                let wish = self.panel.lock().unwrap_or_else(PoisonError::into_inner).key(key);
                match wish {
                    None => {}
                    Some(Wish::Stop) => drop(self.stop()),
                    Some(Wish::Log(item)) => self.page(&item),
                }
            }
        }
    }

    /// Ends the run as from another terminal: that looks whether it is still the one of its number.
    fn stop(&self) -> io::Result<()> {
        Command::new(std::env::current_exe()?)
            .args(["stop", &self.run, "--wait", "1s"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map(drop)
    }

    /// Shows the log of an item in a pager while the run goes on.
    fn page(&self, item: &str) {
        self.outlet.hold();
        self.modes.give_back();
        drop(self.show(item));
        if !self.over.load(Ordering::Relaxed) {
            self.modes.let_take();
        }
        self.outlet.go_on();
    }

    fn show(&self, item: &str) -> io::Result<()> {
        let mut log = Command::new(std::env::current_exe()?)
            .args(["logs", &self.run, item])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let pager = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
        let pager = pager.unwrap_or_else(|| "less".to_owned());
        let mut words = pager.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or("less"));
        let text = log.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let shown = self.pager.show(command.args(words).stdin(text), &self.modes);
        // A pager that is left early leaves the rest unread.
        log.kill().ok();
        log.wait()?;
        shown
    }
}

/// Returns the keys among what was typed at once; arrows are the letters that mean the same.
fn typed(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [0x1b, b'[' | b'O', b'A', ..] => vec![b'k'],
        [0x1b, b'[' | b'O', b'B', ..] => vec![b'j'],
        [0x1b, ..] => Vec::new(),
        keys => keys.to_vec(),
    }
}
