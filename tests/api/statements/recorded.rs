//! The statements of the query macros, as `.sqlx/` has them.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

use super::{ACROSS_TENANTS, EXCEPTIONS, OF_THE_POOL, assert_keeps_the_rules, check, tenant_tables};

/// The recorded statements.
pub fn recorded() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let statements: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let recorded: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            recorded["query"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(statements.len() > 40);
    statements
}

#[test]
fn every_recorded_statement_names_the_tenant_for_every_table() {
    let tables = tenant_tables();
    let used: BTreeSet<&str> =
        recorded().iter().filter_map(|sql| assert_keeps_the_rules(sql, &tables)).collect();
    for (exception, reason) in EXCEPTIONS.iter().chain(ACROSS_TENANTS) {
        let is_of_the_driver = ["about the transaction", OF_THE_POOL].contains(reason);
        assert!(
            used.contains(exception) || is_of_the_driver,
            "no statement needs the exception: {exception}"
        );
    }
}

#[test]
fn a_recorded_statement_that_lost_a_tenant_would_be_seen() {
    let tables = tenant_tables();
    let (mut seen, mut unseen) = (0, Vec::new());
    for sql in recorded() {
        // Each condition on its own: no other makes up for it.
        for (at, condition) in sql.match_indices("tenant_id = $1") {
            let without = format!("{}tenant_id = $2{}", &sql[..at], &sql[at + condition.len()..]);
            if check(&without, &tables).violations.is_empty() {
                unseen.push(without);
            } else {
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "{seen} conditions");
    // One is on what a subselect returns, which names the tenant itself.
    let is_of_a_subselect = |sql: &String| sql.contains("from channels ch where ch.tenant_id = $1 and not");
    assert!(unseen.len() <= 1 && unseen.iter().all(is_of_a_subselect), "{unseen:#?}");
}
