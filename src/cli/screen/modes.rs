//! The modes of the terminal while keys are read one by one and without echo. They are put back on every way out.

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, tcgetpgrp};

/// The modes of standard input.
#[derive(Debug)]
pub struct Modes {
    before: Mutex<Termios>,
    standing: Mutex<Standing>,
}

/// Whose modes the terminal is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Ours,
    /// Whoever had the terminal before, and we may take it.
    Free,
    /// It is not to be taken: it was given to somebody, or this is over.
    GivenBack,
}

impl Modes {
    /// Looks how the terminal is; nothing where nobody can type, or where another job has it.
    pub fn of_terminal() -> Option<Self> {
        if !io::stdin().is_terminal() || !has_foreground(&io::stdin())? {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        Some(Self { before: Mutex::new(before), standing: Mutex::new(Standing::Free) })
    }

    /// Has keys come at once and without echo, unless the terminal is somebody else's; Ctrl-C and Ctrl-Z stay what they
    /// are. Tells whether it is so.
    pub fn take(&self) -> bool {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        if !has_foreground(&io::stdin()).unwrap_or(false) {
            // Another job set modes of its own meanwhile.
            if *standing == Standing::Ours {
                *standing = Standing::Free;
            }
            return false;
        }
        if *standing == Standing::Free {
            let mut silent = self.before();
            silent.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
            if tcsetattr(io::stdin(), SetArg::TCSANOW, &silent).is_ok() {
                *standing = Standing::Ours;
            }
        }
        *standing == Standing::Ours
    }

    fn before(&self) -> Termios {
        self.before.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells whether keys come at once.
    pub fn is_taken(&self) -> bool {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) == Standing::Ours
    }

    /// Puts the terminal back; it is not taken again before [`Modes::let_take`].
    pub fn give_back(&self) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        // From the background, this would stop the program.
        if *standing == Standing::Ours && has_foreground(&io::stdin()).unwrap_or(false) {
            tcsetattr(io::stdin(), SetArg::TCSANOW, &self.before()).ok();
        }
        *standing = Standing::GivenBack;
    }

    /// Puts the terminal back after another program, whatever that made of it.
    pub fn restore(&self) {
        if has_foreground(&io::stdin()).unwrap_or(false) {
            tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.before()).ok();
        }
    }

    /// Lets the terminal be taken again.
    pub fn let_take(&self) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = Standing::Free;
    }
}

/// Tells whether this job is the one that a terminal belongs to; nothing where that is not our terminal.
pub fn has_foreground(terminal: &impl AsFd) -> Option<bool> {
    tcgetpgrp(terminal).ok().map(|group| group == getpgrp())
}
