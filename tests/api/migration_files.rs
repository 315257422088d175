//! The migrations as files: one table a file, every constraint named and in an `alter table` of its own, statements
//! that can be sent one by one, and the habits of `migrations/README.md`.

use std::{collections::BTreeSet, path::Path};

use contacts::database::{migrations::MIGRATOR, script};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::support::TestApp;

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
    assert!(files.len() >= 25);
    files
}

/// The statements of a file, each as its words in one line, without comments. What stands in quotes is `…`.
fn statements(text: &str) -> Vec<String> {
    let in_one_line = |statement: &str| {
        let code: Vec<&str> =
            statement.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code)).collect();
        let joined = code.join(" ");
        let without = |text: &str, quote: char, shown: &str| -> String {
            text.split(quote).step_by(2).map(str::to_owned).collect::<Vec<_>>().join(shown)
        };
        let without_texts = without(&without(&joined, '\'', "'…'"), '"', "\"…\"");
        without_texts.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    script::statements(text).into_iter().map(in_one_line).collect()
}

/// The words of a statement, punctuation left out.
fn words(statement: &str) -> Vec<&str> {
    statement.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect()
}

/// What is wrong with a file. `what` is its name without the number.
fn problems(what: &str, text: &str) -> Vec<String> {
    let statements = statements(text);
    let mut problems = strangers_to_the_table(what, &statements);
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
            ["create", "extension", ..] => {
                problems.push(format!("needs what a server may lack: {statement}"));
            }
            _ => {}
        }
        if ["set null", "set default"].iter().any(|action| statement.contains(&format!("on delete {action}")))
        {
            problems.push(format!("sets a column where a row is deleted: {statement}"));
        }
    }
    // In a transaction they are refused; and without one, what a file did before it failed stays.
    let is_outside = text.starts_with("-- no-transaction\n");
    if is_outside && statements.len() > 1 {
        problems.push("has no transaction, and more than one statement".to_owned());
    }
    if statements.iter().any(|statement| words(statement).contains(&"concurrently")) != is_outside {
        problems.push("says `concurrently` without `-- no-transaction`, or the other way round".to_owned());
    }
    problems.extend(without_reason(text));
    problems
}

/// A file that makes a table is named after it, and holds that table, its constraints and its indexes only. Any other
/// file is a change.
fn strangers_to_the_table(what: &str, statements: &[String]) -> Vec<String> {
    let makes_table = |statement: &String| words(statement).starts_with(&["create", "table"]);
    if !statements.iter().any(makes_table) {
        return Vec::new();
    }
    let mut strangers = Vec::new();
    for (place, statement) in statements.iter().enumerate() {
        let is_of_the_table = match words(statement)[..] {
            ["create", "table", table, ..] => place == 0 && table == what,
            ["alter", "table", table, "add", "constraint", ..]
            | ["create", "index", _, "on", table, ..]
            | ["create", "unique", "index", _, "on", table, ..] => table == what,
            _ => false,
        };
        if !is_of_the_table {
            strangers.push(format!("holds more than the table {what}: {statement}"));
        }
    }
    strangers
}

/// Tables and indexes without a comment above that says why they are there.
fn without_reason(text: &str) -> Vec<String> {
    let mut before = "";
    let mut found = Vec::new();
    for line in text.lines() {
        let begins = ["create table", "create index", "create unique index"];
        if begins.iter().any(|begin| line.starts_with(begin)) && !before.starts_with("--") {
            found.push(format!("does not say why: {line}"));
        }
        before = line;
    }
    found
}

#[test]
fn every_file_keeps_the_rules() {
    for (name, text) in files() {
        assert_eq!(problems(&name[5..], &text), Vec::<String>::new(), "{name}");
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
            let (["alter", "table", table, "add", "constraint", name, ..]
            | ["create", "index", name, "on", table, ..]
            | ["create", "unique", "index", name, "on", table, ..]
            | ["create", "index", "concurrently", name, "on", table, ..]
            | ["create", "unique", "index", "concurrently", name, "on", table, ..]) = words(&statement)[..]
            else {
                continue;
            };
            assert!(name.starts_with(&format!("{table}_")), "{file}: {name} is of {table}");
            assert!(names.insert(name.to_owned()), "{file}: {name} is there already");
        }
    }
    assert!(names.len() > 40);
}

#[test]
fn the_readme_lists_every_table_in_the_order_of_the_files() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, list) = readme.split_once("\n## The tables\n").unwrap();
    let listed = list.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let made =
        files().into_iter().flat_map(|(_, text)| statements(&text)).filter_map(|statement| {
            match words(&statement)[..] {
                ["create", "table", name, ..] => Some(name.to_owned()),
                _ => None,
            }
        });
    assert_eq!(listed.map(|(name, _)| name.to_owned()).collect::<Vec<_>>(), made.collect::<Vec<_>>());
}

#[test]
fn the_files_are_those_compiled_into_the_service() {
    let compiled: Vec<(i64, String)> =
        MIGRATOR.iter().map(|migration| (migration.version, migration.sql.as_str().to_owned())).collect();
    let files: Vec<(i64, String)> =
        files().into_iter().map(|(name, text)| (name[..4].parse().unwrap(), text)).collect();
    assert_eq!(compiled, files);
}

#[tokio::test]
async fn each_statement_is_one_to_postgresql_too() {
    let app = TestApp::new().await;
    let mut database = PgConnection::connect_with(&app.options()).await.unwrap();
    for statement in ["drop schema public cascade", "create schema public"] {
        database.execute(statement).await.unwrap();
    }
    for (name, text) in files() {
        for statement in script::statements(&text) {
            // Prepared, as it is here, a string of several statements is refused.
            let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut database).await;
            assert!(done.is_ok(), "{name}: {statement}: {done:?}");
        }
    }
    let several = sqlx::query("select 1; select 2").execute(&mut database).await;
    assert!(several.is_err());
    database.close().await.unwrap();
}

#[test]
fn the_checker_sees_what_breaks_the_rules() {
    for (what, good) in [
        ("a", "-- UPPER CASE; in a comment\ncreate table a (tenant_id uuid not null, name text not null);"),
        ("add_key", "alter table a add constraint a_pkey primary key (tenant_id, id);"),
        ("kinds", "alter table a add constraint a_kind_is_known check (kind in ('X; unique', 'Y'));"),
        ("names", "-- Why.\ncreate index a_name on a (tenant_id, name) where name is not null;"),
        ("add_name", "alter table a add column unique_name text;"),
        ("add_both", "alter table a add column b int; alter table c add column d int;"),
        (
            "a",
            "-- Why.\ncreate table a (b int);\nalter table a add constraint a_x unique (b);\n-- Why.\n\
             create index a_b on a (b);\n-- Why.\ncreate unique index a_c on a (c);",
        ),
        ("a_b", "-- no-transaction\n-- Why.\ncreate index concurrently a_b on a (b);"),
    ] {
        assert_eq!(problems(what, good), Vec::<String>::new(), "{good}");
    }
    for bad in [
        "",
        "-- nothing",
        "-- Why.\nCREATE TABLE a (tenant_id uuid not null);",
        "-- Why.\ncreate table a (id uuid primary key);",
        "-- Why.\ncreate table a (b uuid references b (id));",
        "-- Why.\ncreate table a (b uuid unique);",
        "-- Why.\ncreate table a (b int check (b > 0));",
        "-- Why.\ncreate table a (b int, constraint a_b check (b > 0));",
        "-- Why.\ncreate table a (b bigserial not null);",
        "-- Why.\ncreate table a (b bigint generated always as identity);",
        "alter table a add primary key (tenant_id);",
        "alter table a add unique (tenant_id);",
        "alter table a add check (b > 0);",
        "alter table a add foreign key (b) references b (id);",
        "alter table a add constraint a_x unique (x), add constraint a_y unique (y);",
        "alter table a add constraint a_b foreign key (b) references b (id) on delete set null;",
        "-- Why.\ncreate index on a (b);",
        "-- Why.\ncreate unique index on a (b);",
        "create trigger t after insert on a for each row execute function f();",
        "create sequence s;",
        "create extension hstore;",
        // What a table's file holds.
        "create table a (b int);",
        "-- Why.\ncreate table b (b int);",
        "-- Why.\ncreate table a (b int);\n-- Why.\ncreate table b (b int);",
        "-- Why.\ncreate table a (b int);\nalter table a add column c int;",
        "-- Why.\ncreate table a (b int);\nalter table b add constraint b_x unique (b);",
        "-- Why.\ncreate table a (b int);\n-- Why.\ncreate index b_b on b (b);",
        "-- Why.\ncreate table a (b int);\ncreate index a_b on a (b);",
        "alter table a add constraint a_x unique (b);\n-- Why.\ncreate table a (b int);",
        // Indexes that are built beside writes.
        "-- Why.\ncreate index concurrently a_b on a (b);",
        "-- no-transaction\nalter table a add column b int;",
        "-- no-transaction\n-- Why.\ncreate index concurrently a_b on a (b);\nalter table a add column c int;",
    ] {
        assert_ne!(problems("a", bad), Vec::<String>::new(), "{bad}");
    }
}
