//! Processes that a run started, found as the program itself finds them: by the marker in their environment.

use std::fs;
use std::path::Path;

/// Returns the pids of processes that carry the marker of any run below a folder.
pub(crate) fn marked(home: &Path) -> Vec<u32> {
    let home = home.to_string_lossy().into_owned();
    let pids = fs::read_dir("/proc").expect("proc").flatten().filter_map(|e| e.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| {
        let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let environ = String::from_utf8_lossy(&environ).into_owned();
        environ.contains("BATCHPRP_RUN=") && environ.contains(&home)
    })
    .collect()
}
