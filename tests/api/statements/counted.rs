//! What an `insert … on conflict` did is told by what it returns, never by the count of its rows: on a distributed
//! PostgreSQL that is the number of rows that were to be inserted (citus#3377), and doubles would pass for inserted.
//! Read from the sources, since it is the code around the statement that would use the count.

use std::path::{Path, PathBuf};

/// The functions and macros that send a statement.
const SENDERS: [&str; 3] = ["query", "query_as", "query_scalar"];

/// Every `on conflict` of a source that breaks the rule, and how many keep it.
fn check(source: &str) -> (usize, Vec<String>) {
    let code = without_comments(source);
    let mut violations = Vec::new();
    let mut kept = 0;
    for (at, _) in code.to_lowercase().match_indices("on conflict") {
        match is_kept(&code, at) {
            Ok(()) => kept += 1,
            Err(why) => {
                let line = code[..at].matches('\n').count() + 1;
                violations.push(format!("line {line}: {why}"));
            }
        }
    }
    (kept, violations)
}

/// Whether the statement around `at` returns rows, or is sent without a look at what comes back.
fn is_kept(code: &str, at: usize) -> Result<(), String> {
    let start = code[..at].rfind("sqlx::").ok_or("no sqlx::query… before it")?;
    let call = &code[start + "sqlx::".len()..];
    let name: String = call.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if !SENDERS.contains(&&*name) {
        return Err(format!("sqlx::{name} is none of {SENDERS:?}"));
    }
    let open = start + code[start..].find('(').ok_or("nothing is called")?;
    let end = closing(code, open).ok_or("a parenthesis without an end")?;
    if end < at {
        return Err("it is not within the sqlx::query… before it".into());
    }
    let mut calls = Vec::new();
    let mut rest = code[end..].trim_start();
    while let Some(call) = rest.strip_prefix('.') {
        let length = call.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(call.len());
        calls.push(&call[..length]);
        rest = call[length..].trim_start();
        if rest.starts_with('(') {
            rest = rest[closing(rest, 0).ok_or("a parenthesis without an end")?..].trim_start();
        }
        rest = rest.strip_prefix('?').unwrap_or(rest).trim_start();
    }
    if calls.iter().any(|call| call.starts_with("fetch")) {
        return Ok(());
    }
    let before = code[..start].trim_end();
    let is_statement = before.ends_with([';', '{', '}']) && rest.starts_with(';');
    if is_statement && calls.iter().all(|call| ["bind", "execute", "await"].contains(call)) {
        return Ok(());
    }
    Err(format!("what comes back is used, and nothing is fetched: .{}", calls.join("().")))
}

/// Where the group that opens at `open` has ended; texts may hold parentheses.
fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = open;
    while at < code.len() {
        if let Some(length) = text_length(&code[at..]) {
            at += length;
            continue;
        }
        match code.as_bytes()[at] {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The length of the text that begins here, if one does.
fn text_length(code: &str) -> Option<usize> {
    if let Some(raw) = code.strip_prefix("r#\"") {
        return Some(3 + raw.find("\"#")? + 2);
    }
    let text = code.strip_prefix('"')?;
    let mut is_escaped = false;
    let end = text.find(|c| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })?;
    Some(1 + end + 1)
}

/// With blanks where comments are, up to the tests at the end of the file.
fn without_comments(source: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn what_an_insert_did_is_told_by_what_it_returns() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let (mut kept, mut broken) = (0, Vec::new());
    for file in files {
        let (of_file, violations) = check(&std::fs::read_to_string(&file).unwrap());
        kept += of_file;
        broken.extend(violations.into_iter().map(|violation| format!("{}: {violation}", file.display())));
    }
    assert_eq!(broken, Vec::<String>::new());
    assert!(kept >= 10, "{kept} inserts");
}

#[test]
fn inserts_whose_count_decides_are_caught() {
    let insert = "insert into tags (tenant_id) select $1 from f($2) as n on conflict do nothing";
    for kept in [
        format!("{{ sqlx::query!(\"{insert}\", a(b)).execute(tx.on()).await?; }}"),
        format!("x();\n// why\nsqlx::query(\"{insert}\").bind(a).execute(c).await?;"),
        format!("let x = sqlx::query_scalar!(\"{insert} returning id\", a)\n.fetch_optional(c).await?;"),
        format!(
            "f(sqlx::query_scalar!(r#\"with n as ({insert} returning 1) select 1 as \"n!\"\"#).fetch_one(c))"
        ),
        "// on conflict\nlet x = sqlx::query!(\"update t set a = ')'\").execute(c).await?.rows_affected();"
            .into(),
    ] {
        assert_eq!(check(&kept).1, Vec::<String>::new(), "{kept}");
    }
    for broken in [
        format!("let x = sqlx::query!(\"{insert}\", a).execute(c).await?;"),
        format!("{{ sqlx::query!(\"{insert}\").execute(c).await?.rows_affected(); }}"),
        format!("{{ sqlx::query!(\"{insert}\").execute(c).await }}"),
        format!("x = sqlx::query!(\"{}\").execute(c).await?;", insert.to_uppercase()),
        format!("f(sqlx::query!(\"{insert}\").execute(c).await?);"),
        format!("return sqlx::query!(\"{insert}\").execute(c).await?;"),
        format!("const INSERT: &str = \"{insert}\";"),
        format!("{{ sqlx::query!(\"select ')'\").execute(c).await?; const INSERT: &str = \"{insert}\"; }}"),
        format!("{{ sqlx::raw_sql(\"{insert}\").execute(c).await?; }}"),
        format!("let builder = sqlx::QueryBuilder::new(\"{insert}\");"),
    ] {
        assert_eq!(check(&broken).1.len(), 1, "{broken}");
    }
}
