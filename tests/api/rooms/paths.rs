//! Which file of `src/` names what of which other file: the paths of the sources, resolved to the file that defines.
//!
//! Read as tokens, so that code, attributes and the bodies of macros are read alike. What is reached without a path (a
//! method of a value that was handed in) is not seen, nor is `#[cfg(test)]`.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::Token::{self, Colons, Group, Sign, Word};

/// A place where a file names something of another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    /// The file that names, relative to `src/`.
    pub from: String,
    /// The file that defines what is named.
    pub to: String,
    /// The line in `from`.
    pub line: usize,
    /// The path as it is written; a tree of `use` is spread out.
    pub path: String,
}

/// All ties between files, those between a module and its own submodule left out. A source is its path below `src/` and
/// its text; `main.rs` is a crate of its own, which nobody can name.
pub fn ties(sources: &[(String, String)]) -> Vec<Tie> {
    let mut reader = Reader::default();
    for (file, text) in sources.iter().filter(|(file, _)| file != "main.rs") {
        let tokens = Token::read(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        reader.open(&module_of(file), file);
        reader.read(&tokens, &module_of(file), true);
    }
    let for_tests = |module: &Path| (1..=module.len()).any(|n| reader.tests.contains(&module[..n]));
    let mut ties = BTreeSet::new();
    for (scope, module) in reader.modules.iter().filter(|(scope, _)| !for_tests(scope)) {
        for (path, line) in &module.names {
            let Some(found) = reader.nearest(scope, path, 0) else { continue };
            let (from, to) = (&module.file, &reader.modules[&found].file);
            let (here, there) = (module_of(from), module_of(to));
            if here != there && parent(&here) != Some(&there[..]) && parent(&there) != Some(&here[..]) {
                ties.insert(Tie { from: from.clone(), to: to.clone(), line: *line, path: path.join("::") });
            }
        }
    }
    // The line of the `use` is the one to cut, not each that follows from it.
    let anchored =
        |tie: &Tie| ["crate::", "super::", "self::"].iter().any(|anchor| tie.path.starts_with(anchor));
    let with_use: BTreeSet<_> =
        ties.iter().filter(|tie| anchored(tie)).map(|tie| (tie.from.clone(), tie.to.clone())).collect();
    ties.retain(|tie| anchored(tie) || !with_use.contains(&(tie.from.clone(), tie.to.clone())));
    ties.into_iter().collect()
}

/// The module that a file is: `a/b.rs` and `a/b/mod.rs` are `a::b`.
fn module_of(file: &str) -> Path {
    let name = file.trim_end_matches(".rs");
    let name = name.strip_suffix("/mod").unwrap_or(name);
    if name == "lib" { Path::new() } else { name.split('/').map(str::to_owned).collect() }
}

fn parent(module: &[String]) -> Option<&[String]> {
    module.split_last().map(|(_, parent)| parent)
}

fn child(module: &[String], name: &str) -> Path {
    [module, &[name.to_owned()]].concat()
}

/// A module, counted from the root of the crate, or a path as it is written.
type Path = Vec<String>;

fn is_for_tests(attribute: &[Token]) -> bool {
    let names_test =
        |tokens: &[Token]| tokens.iter().any(|token| matches!(token, Word(word, _) if word == "test"));
    match attribute {
        [Word(cfg, _), Group('(', condition)] if cfg == "cfg" => match &condition[..] {
            [Word(all, _), Group('(', conditions)] if all == "all" => names_test(conditions),
            condition => condition.len() == 1 && names_test(condition),
        },
        _ => false,
    }
}

#[derive(Debug, Default)]
struct Module {
    file: String,
    items: BTreeSet<String>,
    /// The names that `use` brings in.
    aliases: BTreeMap<String, Path>,
    globs: Vec<Path>,
    /// What is named in it, with the line.
    names: Vec<(Path, usize)>,
}

#[derive(Debug, Default)]
struct Reader {
    modules: BTreeMap<Path, Module>,
    /// Modules that are there for tests only.
    tests: BTreeSet<Path>,
}

impl Reader {
    fn open(&mut self, module: &[String], file: &str) -> &mut Module {
        let module = self.modules.entry(module.to_vec()).or_default();
        file.clone_into(&mut module.file);
        module
    }

    /// Notes what is defined and named. Items of the module are those that stand in it directly, not the methods of its
    /// types.
    fn read(&mut self, mut tokens: &[Token], scope: &[String], is_module: bool) {
        while let [token, rest @ ..] = tokens {
            tokens = match (token, rest) {
                (Sign('#'), [Group('[', attribute), rest @ ..]) if is_for_tests(attribute) => {
                    self.pass_over(rest, scope)
                }
                (Group(_, inner), _) => {
                    self.read(inner, scope, false);
                    rest
                }
                (Sign('.'), [Sign('.'), rest @ ..]) | (Sign('.') | Colons, [Word(..), rest @ ..]) => rest,
                (Word(word, _), _) => self.read_word(word, tokens, scope, is_module),
                _ => rest,
            };
        }
    }

    /// Reads what begins with a word; answers with what follows.
    fn read_word<'a>(
        &mut self,
        word: &str,
        tokens: &'a [Token],
        scope: &[String],
        is_module: bool,
    ) -> &'a [Token] {
        let rest = &tokens[1..];
        match (word, rest) {
            ("use", [Word(..) | Colons | Group('{', _), ..]) => {
                let end = rest.iter().position(|token| matches!(token, Sign(';'))).unwrap_or(rest.len());
                self.read_use(&rest[..end], scope, &[], 0);
                &rest[end..]
            }
            ("pub", [Group('(', inner), rest @ ..]) if matches!(&inner[..], [Word(word, _), ..] if ["crate", "super", "self", "in"].contains(&&**word)) => {
                rest
            }
            ("mod", [Word(name, _), rest @ ..]) => match rest {
                [Group('{', inner), rest @ ..] => {
                    let module = child(scope, name);
                    let file = self.modules[scope].file.clone();
                    self.open(&module, &file);
                    self.read(inner, &module, true);
                    rest
                }
                _ => rest,
            },
            (
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union",
                [Word(name, _), ..],
            )
            | ("macro_rules", [Sign('!'), Word(name, _), ..])
                if is_module =>
            {
                self.module(scope).items.insert(name.clone());
                // `const fn name` is read from its `fn` on.
                if name == "fn" || name == "unsafe" { rest } else { &rest[1..] }
            }
            _ => self.read_path(tokens, scope),
        }
    }

    fn module(&mut self, scope: &[String]) -> &mut Module {
        self.modules.get_mut(scope).expect("is opened before it is read")
    }

    fn read_path<'a>(&mut self, mut tokens: &'a [Token], scope: &[String]) -> &'a [Token] {
        let mut path = Path::new();
        let mut at = 0;
        while let [Word(word, line), rest @ ..] = tokens {
            path.push(word.clone());
            (at, tokens) = (*line, rest);
            match rest {
                [Colons, rest @ ..] if matches!(rest, [Word(..), ..]) => tokens = rest,
                _ => break,
            }
        }
        let module = self.module(scope);
        // A single word says where it comes from by its `use`, save for one that names no names.
        if path.len() > 1 || !module.globs.is_empty() && !module.aliases.contains_key(&path[0]) {
            module.names.push((path, at));
        }
        tokens
    }

    /// One branch of a tree of `use`.
    fn read_use(&mut self, tokens: &[Token], scope: &[String], before: &[String], line: usize) {
        let mut path = before.to_vec();
        match tokens {
            [Word(word, line), Colons, rest @ ..] => {
                path.push(word.clone());
                self.read_use(rest, scope, &path, *line);
            }
            [Group('{', branches)] => {
                for branch in branches.split(|token| matches!(token, Sign(','))) {
                    self.read_use(branch, scope, before, line);
                }
            }
            [Sign('*')] => {
                self.module(scope).globs.push(path.clone());
                self.module(scope).names.push((path, line));
            }
            [Word(name, line), renamed @ ..] => {
                path.extend((name != "self").then(|| name.clone()));
                let alias = match renamed {
                    [_, Word(alias, _)] => alias.clone(),
                    _ => path.last().cloned().unwrap_or_default(),
                };
                self.module(scope).aliases.insert(alias, path.clone());
                self.module(scope).names.push((path, *line));
            }
            _ => {}
        }
    }

    /// What follows an item that is there for tests only.
    fn pass_over<'a>(&mut self, tokens: &'a [Token], scope: &[String]) -> &'a [Token] {
        let end = tokens.iter().position(|token| matches!(token, Sign(';') | Group('{', _)));
        let (item, rest) = tokens.split_at(end.map_or(tokens.len(), |end| end + 1));
        if let [.., Word(keyword, _), Word(name, _), Sign(';')] = item
            && keyword == "mod"
        {
            self.tests.insert(child(scope, name));
        }
        rest
    }

    /// The module that defines what a path names; where that is made by a macro, the last module on the way. `None` for
    /// other crates, locals and the like.
    fn nearest(&self, scope: &[String], path: &[String], depth: usize) -> Option<Path> {
        (1..=path.len()).rev().find_map(|n| self.find(scope, &path[..n], depth))
    }

    fn find(&self, scope: &[String], path: &[String], depth: usize) -> Option<Path> {
        match path.split_first() {
            Some((word, rest)) if word == "crate" => self.below(&[], rest, depth),
            Some((word, rest)) if word == "self" => self.below(scope, rest, depth),
            Some((word, rest)) if word == "super" => {
                let outer = parent(scope)?;
                if rest.first().is_some_and(|word| word == "super") {
                    self.find(outer, rest, depth)
                } else {
                    self.below(outer, rest, depth)
                }
            }
            _ => self.below(scope, path, depth),
        }
    }

    /// `depth` ends what refers to itself, such as `use tracing;`.
    fn below(&self, scope: &[String], path: &[String], depth: usize) -> Option<Path> {
        let module = self.modules.get(scope).filter(|_| depth < 16)?;
        let Some((name, rest)) = path.split_first() else { return Some(scope.to_vec()) };
        let child = child(scope, name);
        if self.modules.contains_key(&child) {
            return self.below(&child, rest, depth);
        }
        if module.items.contains(name) {
            return Some(scope.to_vec());
        }
        if let Some(alias) = module.aliases.get(name) {
            return self.nearest(scope, &[alias, rest].concat(), depth + 1);
        }
        module.globs.iter().find_map(|glob| {
            let from = self.find(scope, glob, depth + 1)?;
            if from == scope { None } else { self.below(&from, path, depth + 1) }
        })
    }
}
