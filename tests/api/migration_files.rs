//! The migrations as files: rule 4 (every constraint named, in an `alter table` of its own) and rule 12 (one
//! statement a file where it alters or indexes), and the habits of `migrations/README.md`.

use std::{collections::BTreeSet, path::Path};

/// A file's name and text.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    assert!(files.len() >= 70);
    files
}

/// The statements of a file, each as its words in one line, without comments. What stands in quotes is `…`.
fn statements(text: &str) -> Vec<String> {
    let code: Vec<&str> =
        text.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code)).collect();
    let joined = code.join(" ");
    let without = |text: &str, quote: char, shown: &str| -> String {
        text.split(quote).step_by(2).map(str::to_owned).collect::<Vec<_>>().join(shown)
    };
    let without_texts = without(&without(&joined, '\'', "'…'"), '"', "\"…\"");
    without_texts
        .split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// The words of a statement, punctuation left out.
fn words(statement: &str) -> Vec<&str> {
    statement.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect()
}

/// What is wrong with a file.
fn problems(text: &str) -> Vec<String> {
    let statements = statements(text);
    let mut problems = Vec::new();
    if statements.is_empty() {
        problems.push("holds no statement".to_owned());
    }
    for statement in &statements {
        if statement.chars().any(char::is_uppercase) {
            problems.push(format!("is not in lower case: {statement}"));
        }
        let words = words(statement);
        match words[..] {
            ["create", "table", ..] => {
                for word in ["primary", "references", "unique", "check", "constraint", "exclude", "foreign"] {
                    if words.contains(&word) {
                        problems.push(format!("has an inline constraint ({word}): {statement}"));
                    }
                }
                for word in ["serial", "bigserial", "smallserial", "identity"] {
                    if words.contains(&word) {
                        problems.push(format!("numbers by a sequence ({word}): {statement}"));
                    }
                }
            }
            ["alter", "table", _, "add", what, ..]
                if ["primary", "unique", "foreign", "check", "exclude"].contains(&what) =>
            {
                problems.push(format!("adds a constraint without a name: {statement}"));
            }
            ["alter", "table", _, "add", "constraint", _, ..] if statement.matches(" add ").count() > 1 => {
                problems.push(format!("adds more than one thing: {statement}"));
            }
            ["create", "index", "on", ..]
            | ["create", "unique", "index", "on", ..]
            | ["create", "index", "concurrently", "on", ..] => {
                problems.push(format!("makes an index without a name: {statement}"));
            }
            ["create", "trigger" | "function" | "procedure" | "sequence" | "rule" | "view", ..] => {
                problems.push(format!("makes what does not work across shards: {statement}"));
            }
            _ => {}
        }
        if ["set null", "set default"].iter().any(|action| statement.contains(&format!("on delete {action}")))
        {
            problems.push(format!("sets a column where a row is deleted: {statement}"));
        }
    }
    let alters = |statement: &String| {
        let words = words(statement);
        words.starts_with(&["alter"]) || (words.starts_with(&["create"]) && words.contains(&"index"))
    };
    if statements.len() > 1 && statements.iter().any(alters) {
        problems.push("alters or indexes a table and has more than one statement".to_owned());
    }
    problems
}

#[test]
fn every_file_keeps_the_rules() {
    for (name, text) in files() {
        assert_eq!(problems(&text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn numbers_follow_each_other_and_no_two_files_have_one_name() {
    let mut names = BTreeSet::new();
    for (index, (name, _)) in files().into_iter().enumerate() {
        let (number, what) = name.split_once('_').unwrap_or_else(|| panic!("{name}"));
        assert_eq!(number, format!("{:04}", index + 1), "{name}");
        let is_plain = what.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        assert!(is_plain && !what.is_empty(), "{name}");
        assert!(names.insert(what.to_owned()), "{name}: another file has this name");
    }
}

#[test]
fn every_constraint_and_index_has_a_name_of_its_own_that_begins_with_its_table() {
    let mut names = BTreeSet::new();
    for (file, text) in files() {
        for statement in statements(&text) {
            let (table, name) = match words(&statement)[..] {
                ["alter", "table", table, "add", "constraint", name, ..] => (table, name),
                ["create", "index", name, "on", table, ..] => (table, name),
                _ => continue,
            };
            assert!(name.starts_with(&format!("{table}_")), "{file}: {name} is of {table}");
            assert!(names.insert(name.to_owned()), "{file}: {name} is there already");
        }
    }
    assert!(names.len() > 40);
}

#[test]
fn the_readme_lists_every_table() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for (file, text) in files() {
        for statement in statements(&text) {
            if let ["create", "table", name, ..] = words(&statement)[..] {
                assert!(readme.contains(&format!("\n| `{name}` |")), "{file}: the README has no {name}");
            }
        }
    }
}

#[test]
fn the_files_are_those_compiled_into_the_service() {
    let compiled: Vec<(i64, String)> = contacts::database::migrations::MIGRATOR
        .iter()
        .map(|migration| (migration.version, migration.sql.as_str().to_owned()))
        .collect();
    let files: Vec<(i64, String)> =
        files().into_iter().map(|(name, text)| (name[..4].parse().unwrap(), text)).collect();
    assert_eq!(compiled, files);
}

#[test]
fn the_checker_sees_what_breaks_the_rules() {
    for good in [
        "-- UPPER CASE; in a comment\ncreate table a (tenant_id uuid not null, name text not null);",
        "alter table a add constraint a_pkey primary key (tenant_id, id);",
        "alter table a add constraint a_kind_is_known check (kind in ('X; unique', 'Y'));",
        "create index a_name on a (tenant_id, name) where name is not null;",
        "alter table a add column unique_name text;",
        "create table a (tenant_id uuid not null); create table b (tenant_id uuid not null);",
    ] {
        assert_eq!(problems(good), Vec::<String>::new(), "{good}");
    }
    for bad in [
        "",
        "-- nothing",
        "CREATE TABLE a (tenant_id uuid not null);",
        "create table a (id uuid primary key);",
        "create table a (b uuid references b (id));",
        "create table a (b uuid unique);",
        "create table a (b int check (b > 0));",
        "create table a (b int, constraint a_b check (b > 0));",
        "create table a (b bigserial not null);",
        "create table a (b bigint generated always as identity);",
        "alter table a add primary key (tenant_id);",
        "alter table a add unique (tenant_id);",
        "alter table a add check (b > 0);",
        "alter table a add foreign key (b) references b (id);",
        "alter table a add constraint a_x unique (x), add constraint a_y unique (y);",
        "alter table a add constraint a_b foreign key (b) references b (id) on delete set null;",
        "create index on a (b);",
        "create unique index on a (b);",
        "create trigger t after insert on a for each row execute function f();",
        "create sequence s;",
        "create table a (b int); create index a_b on a (b);",
        "alter table a add column b int; alter table a add column c int;",
    ] {
        assert_ne!(problems(bad), Vec::<String>::new(), "{bad}");
    }
}
