//! Lists the files of `commands/` and `stdlib/`, so that a new file is built in without an entry anywhere.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = std::env::var("CARGO_MANIFEST_DIR").map_err(std::io::Error::other)?;
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    let mut names = Vec::new();
    for folder in ["commands", "stdlib"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(Path::new(&root), folder, &mut names)?;
    }
    names.sort();
    let entries = names.iter().map(|name| {
        let path = Path::new(&root).join(name);
        let path = path.display().to_string();
        format!("    ({name:?}, include_str!({path:?})),\n")
    });
    let table = format!("&[\n{}]\n", entries.collect::<String>());
    fs::write(Path::new(&out).join("embedded.rs"), table)
}

/// Adds every script and template below a folder, with `/` in the names.
fn collect(root: &Path, folder: &str, names: &mut Vec<String>) -> std::io::Result<()> {
    let path = root.join(folder);
    if !path.is_dir() {
        return Ok(());
    }
    println!("cargo::rerun-if-changed={folder}");
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let name = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            collect(root, &name, names)?;
        } else if is_embedded(&name) {
            names.push(name);
        }
    }
    Ok(())
}

fn is_embedded(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rhai" | "md")) && !name.ends_with(".test.rhai")
}
