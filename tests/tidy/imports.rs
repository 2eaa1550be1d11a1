//! Who imports whom among the files of `src/`: each path in the text, followed to the file that defines what it names.
//!
//! The face of a folder (`mod.rs`, `lib.rs`) is no file of its own: what it hands on belongs to where it is defined.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;
use super::tokens::{Token, tokens};

type Path = Vec<String>;

/// The files, and which other files each of them names.
pub(crate) struct Imports(BTreeMap<String, BTreeSet<String>>);

#[derive(Default)]
struct Module {
    /// Relative to the project.
    file: String,
    is_face: bool,
    /// Names that a `use` of the file binds, and what they stand for.
    bound: BTreeMap<String, Path>,
    /// Modules all of whose names a face hands on.
    globs: Vec<Path>,
    paths: Vec<Path>,
}

impl Imports {
    /// Reads the texts.
    pub(crate) fn read(sources: &[Source]) -> Self {
        let mut modules: BTreeMap<Path, Module> = BTreeMap::new();
        for source in sources.iter().filter(|source| source.path != "src/main.rs") {
            let (place, is_face) = place(&source.path);
            modules.insert(place.clone(), module(source, &place, is_face));
        }
        let mut all = BTreeMap::new();
        for (place, module) in modules.iter().filter(|(_, module)| !module.is_face) {
            let named = module.paths.iter().filter_map(|path| follow(&modules, &absolute(&modules, place, path)?, 0));
            all.insert(module.file.clone(), named.filter(|file| *file != module.file).collect());
        }
        Self(all)
    }

    /// Lists who names whom.
    pub(crate) fn arrows(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().flat_map(|(from, named)| named.iter().map(move |to| (from, to)))
    }

    /// Lists the groups of files that import each other, each with its arrows.
    pub(crate) fn circles(&self) -> Vec<String> {
        let reach: BTreeMap<&String, BTreeSet<&String>> =
            self.0.keys().map(|file| (file, self.reached_from(file))).collect();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for file in self.0.keys().filter(|file| reach[file].contains(file)) {
            if !seen.insert(file) {
                continue;
            }
            let circle: BTreeSet<&String> =
                reach[file].iter().copied().filter(|other| reach[other].contains(file)).collect();
            let mut arrows = Vec::new();
            for from in &circle {
                let to = self.0[*from].iter().filter(|to| circle.contains(to));
                arrows.extend(to.map(|to| format!("    {from} -> {to}")));
            }
            seen.extend(&circle);
            circles.push(format!("{} files\n{}", circle.len(), arrows.join("\n")));
        }
        circles
    }

    fn reached_from(&self, file: &String) -> BTreeSet<&String> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&String> = self.0[file].iter().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(&self.0[file]);
            }
        }
        reached
    }
}

/// Returns the module path of a file, and whether it is the face of a folder.
fn place(file: &str) -> (Path, bool) {
    let name = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut place: Path = name.split('/').map(str::to_owned).collect();
    let is_face = matches!(place.last().map(String::as_str), Some("mod" | "lib"));
    if is_face {
        place.pop();
    }
    (place, is_face)
}

/// Reads the `use` items and the paths of a file.
fn module(source: &Source, place: &Path, is_face: bool) -> Module {
    let tokens = tokens(&source.text);
    let mut module = Module { file: source.path.clone(), is_face, ..Module::default() };
    let (mut at, mut depth) = (0, 0_usize);
    // Brackets in which modules were opened within the file.
    let mut inner: Vec<usize> = Vec::new();
    while at < tokens.len() {
        match &tokens[at] {
            Token::Mark('{') => {
                if at >= 2 && tokens[at - 2] == Token::Name("mod".to_owned()) {
                    inner.push(depth);
                }
                depth += 1;
            }
            Token::Mark('}') => {
                depth = depth.saturating_sub(1);
                inner.pop_if(|opened| *opened == depth);
            }
            Token::Name(name) if name == "use" => {
                let mut found = Vec::new();
                at = tree(&tokens, at + 1, Vec::new(), &mut found);
                for (path, name) in found {
                    let path = rooted(path, place, inner.len());
                    match name.as_str() {
                        "*" => module.globs.push(path.clone()),
                        name => drop(module.bound.insert(name.to_owned(), path.clone())),
                    }
                    module.paths.push(path);
                }
                continue;
            }
            Token::Name(_) if at == 0 || tokens[at - 1] != Token::Path => {
                let (path, end) = path(&tokens, at);
                if path.len() > 1 {
                    module.paths.push(rooted(path, place, inner.len()));
                }
                at = end;
                continue;
            }
            Token::Name(_) | Token::Path | Token::Mark(_) => {}
        }
        at += 1;
    }
    module
}

/// Reads `a::b::c`; returns the place after it.
fn path(tokens: &[Token], mut at: usize) -> (Path, usize) {
    let mut path = Vec::new();
    while let Some(name) = tokens.get(at).and_then(Token::name) {
        path.push(name.to_owned());
        at += 1;
        if tokens.get(at) != Some(&Token::Path) || tokens.get(at + 1).and_then(Token::name).is_none() {
            break;
        }
        at += 1;
    }
    (path, at)
}

/// Reads one tree of a `use` item: the paths in it, each with the name that it binds. Returns the place after it.
fn tree(tokens: &[Token], mut at: usize, mut path: Path, found: &mut Vec<(Path, String)>) -> usize {
    let mut name = String::new();
    loop {
        match tokens.get(at) {
            Some(Token::Name(word)) if word == "as" => {
                tokens.get(at + 1).and_then(Token::name).unwrap_or_default().clone_into(&mut name);
                at += 2;
            }
            Some(Token::Name(word)) if word == "self" && !path.is_empty() => {
                name = path.last().cloned().unwrap_or_default();
                at += 1;
            }
            Some(Token::Name(word)) => {
                name.clone_from(word);
                path.push(word.clone());
                at += 1;
            }
            Some(Token::Path) => at += 1,
            Some(Token::Mark('*')) => {
                "*".clone_into(&mut name);
                at += 1;
            }
            Some(Token::Mark('{')) => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != Token::Mark('}')) {
                    at = tree(tokens, at, path.clone(), found);
                    at += usize::from(tokens.get(at) == Some(&Token::Mark(',')));
                }
                return at + 1;
            }
            Some(Token::Mark(_)) | None => break,
        }
    }
    found.push((path, name));
    at
}

/// Replaces `crate`, `self` and `super` at the start of a path; `crate` stays as the mark of an absolute one.
fn rooted(path: Path, place: &Path, inner: usize) -> Path {
    let supers = path.iter().take_while(|name| *name == "super").count();
    let rest = path[supers..].iter().cloned();
    if supers == 0 {
        return match path.first().map(String::as_str) {
            Some("self") => root().chain(place.iter().cloned()).chain(rest.skip(1)).collect(),
            _ => path,
        };
    }
    let up = place.len().saturating_sub(supers.saturating_sub(inner));
    root().chain(place[..up].iter().cloned()).chain(rest).collect()
}

fn root() -> impl Iterator<Item = String> {
    std::iter::once("crate".to_owned())
}

/// Returns a path from the root of the crate; `None` when it leads out of it.
fn absolute(modules: &BTreeMap<Path, Module>, place: &Path, path: &[String]) -> Option<Path> {
    let first = path.first()?;
    if first == "crate" {
        return Some(path[1..].to_vec());
    }
    let module = &modules[place];
    if let Some(bound) = module.bound.get(first).filter(|bound| bound.first() != Some(first)) {
        let whole: Path = bound.iter().chain(&path[1..]).cloned().collect();
        return absolute(modules, place, &whole);
    }
    let child: Path = place.iter().chain([first]).cloned().collect();
    modules.contains_key(&child).then(|| place.iter().chain(path).cloned().collect())
}

/// Returns the file that defines what an absolute path names; `None` for a folder.
fn follow(modules: &BTreeMap<Path, Module>, path: &[String], depth: usize) -> Option<String> {
    let mut place = Path::new();
    for (at, name) in path.iter().enumerate() {
        let face = &modules[&place];
        if !face.is_face || depth > 9 {
            break;
        }
        let child: Path = place.iter().chain([name]).cloned().collect();
        if modules.contains_key(&child) {
            place = child;
            continue;
        }
        let on = |target: &Path| absolute(modules, &place, target);
        if let Some(target) = face.bound.get(name) {
            let whole: Path = on(target)?.into_iter().chain(path[at + 1..].iter().cloned()).collect();
            return follow(modules, &whole, depth + 1);
        }
        let mut globs =
            face.globs.iter().filter_map(|glob| Some(on(glob)?.into_iter().chain(path[at..].iter().cloned())));
        return globs.find_map(|whole| follow(modules, &whole.collect::<Path>(), depth + 1));
    }
    let module = &modules[&place];
    (!module.is_face).then(|| module.file.clone())
}
