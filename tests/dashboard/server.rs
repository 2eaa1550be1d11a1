//! A dashboard that runs, and requests to it as nobody's browser would send them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::project::Project;

pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

/// An answer: the number, the head in small letters, the body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Server {
    /// Starts the dashboard of a project.
    #[track_caller]
    pub(crate) fn start(project: &Project) -> Self {
        let mut child = project.command(&["dashboard"]).stderr(Stdio::inherit()).spawn().expect("a dashboard");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let address = lines.next().expect("a line").expect("text");
        assert!(address.starts_with("http://127.0.0.1:") && address.ends_with('/'), "{address}");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns `host:port` and the path of the address.
    pub(crate) fn parts(&self) -> (&str, &str) {
        let rest = self.address.strip_prefix("http://").expect("an address");
        let at = rest.find('/').expect("a path");
        (&rest[..at], &rest[at..])
    }

    /// Sends a request with headers of the caller's choice.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(self.parts().0).expect("a server");
        let headers =
            headers.iter().map(|(name, value)| [*name, ": ", *value, "\r\n"].concat()).collect::<Vec<_>>().concat();
        let text = format!("{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(text.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a number");
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        kill(Pid::from_raw(pid), Signal::SIGTERM).ok();
        drop(self.child.wait());
    }
}
