//! Whether a statement names the tenant for every table at every level (rules 5 to 7 of a service that can be
//! sharded by tenant). What the checker cannot read is a violation: it does not guess.

use std::collections::BTreeSet;

use super::{
    conditions::{CLAUSES, condition, conjuncts, is_end, is_tenant},
    tokens::{Node, read},
};

/// The tables of all tenants together, and why statements on them name none.
const GLOBAL: [(&str, &str); 10] = [
    ("tenant_slugs", "finds the tenant's id, before there is one to name"),
    ("pg_database", "PostgreSQL's own, asked when the embedded server is set up"),
    ("pg_attribute", "PostgreSQL's own, asked for the keys of tables that are to be distributed"),
    ("pg_class", "PostgreSQL's own, asked for the tables of a bulk load"),
    ("pg_constraint", "PostgreSQL's own, asked for the keys of a bulk load"),
    ("pg_depend", "PostgreSQL's own, asked which tables belong to extensions"),
    ("pg_extension", "PostgreSQL's own, asked whether the database is a distributed one"),
    ("pg_index", "PostgreSQL's own, asked for the indexes of a bulk load"),
    ("pg_namespace", "PostgreSQL's own, asked for the tables that are to be distributed"),
    ("_sqlx_migrations", "the migrations' own"),
];

/// Differ from node to node or from moment to moment, or read what is not a parameter.
const FORBIDDEN: &str = "now gen_random_uuid uuidv4 uuidv7 random clock_timestamp statement_timestamp \
    transaction_timestamp current_timestamp current_date current_time localtimestamp localtime timeofday \
    current_setting set_config merge nextval currval lastval pg_current_xact_id txid_current";

/// What a statement does.
#[derive(Debug, Default)]
pub struct Report {
    /// What breaks a rule.
    pub violations: Vec<String>,
    /// The tenant tables that it names.
    pub tables: BTreeSet<String>,
}

/// Checks a statement against the names of all tenant tables.
pub fn check(sql: &str, tenant_tables: &BTreeSet<String>) -> Report {
    let mut report = Report::default();
    match read(sql) {
        Ok(nodes) => {
            let mut names = BTreeSet::new();
            named_queries(&nodes, &mut names);
            let shadowed: Vec<_> = names.intersection(tenant_tables).collect();
            if !shadowed.is_empty() {
                report.violations.push(format!("a `with` is called like a table: {shadowed:?}"));
            }
            Checker { tenant_tables, names, report: &mut report }.level(&nodes);
        }
        Err(error) => report.violations.push(error),
    }
    report
}

/// Collects the names of `with name as (…)`.
fn named_queries(nodes: &[Node], names: &mut BTreeSet<String>) {
    for (index, node) in nodes.iter().enumerate() {
        if let Node::Group(inner) = node {
            named_queries(inner, names);
            let before = |back: usize| index.checked_sub(back).map_or("", |at| nodes[at].token());
            if is_statement(inner) && before(1) == "as" && ["with", "recursive", ","].contains(&before(3)) {
                names.insert(before(2).to_owned());
            }
        }
    }
}

/// Whether there is a statement at this level, not only an expression or a list.
fn is_statement(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| ["select", "insert", "update", "delete", "values"].contains(&node.token()))
}

/// A table in a statement.
struct Relation {
    table: String,
    alias: String,
    names_tenant: bool,
}

struct Checker<'a> {
    tenant_tables: &'a BTreeSet<String>,
    names: BTreeSet<String>,
    report: &'a mut Report,
}

impl Checker<'_> {
    fn complain(&mut self, violation: impl Into<String>) {
        self.report.violations.push(violation.into());
    }

    fn level(&mut self, nodes: &[Node]) {
        for (index, node) in nodes.iter().enumerate() {
            let next = nodes.get(index + 1).map_or("", Node::token);
            match node {
                Node::Group(inner) => self.level(inner),
                Node::Token(word) if FORBIDDEN.split(' ').any(|forbidden| forbidden == word) => {
                    self.complain(format!("`{word}` is forbidden"));
                }
                Node::Token(word) if word == "tenant_id" && next == "::" => {
                    self.complain("`tenant_id` is cast");
                }
                Node::Token(_) => {}
            }
        }
        if is_statement(nodes) {
            let is_set_operation = |node: &Node| ["union", "intersect", "except"].contains(&node.token());
            for part in nodes.split(is_set_operation) {
                self.statement(part);
            }
        }
    }

    /// One select, insert, update or delete, without what stands in parentheses.
    fn statement(&mut self, nodes: &[Node]) {
        let is_update = |(at, node): (usize, &Node)| {
            node.token() == "update"
                && !at.checked_sub(1).is_some_and(|before| is_no_update(nodes[before].token()))
        };
        if nodes.iter().enumerate().any(is_update) && casts_a_column(nodes) {
            self.complain("an `update` casts a column, which may read settings: a function that does not");
        }
        let mut relations = Vec::new();
        let mut sources = 0;
        let mut conditions: Vec<Vec<Node>> = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            let before = at.checked_sub(1).map_or("", |before| nodes[before].token());
            let word = nodes[at].token();
            at += 1;
            match word {
                // `is distinct from`
                "from" if before == "distinct" => {}
                "update" if is_no_update(before) => {}
                "from" | "using" | "update" => loop {
                    sources += 1;
                    at = self.relation(nodes, at, &mut relations);
                    if word == "update" || nodes.get(at).map_or("", Node::token) != "," {
                        break;
                    }
                    at += 1;
                },
                "join" => loop {
                    sources += 1;
                    let known = relations.len();
                    at = self.relation(nodes, at, &mut relations);
                    if nodes.get(at).map_or("", Node::token) == "on" {
                        let condition = condition(nodes, at + 1);
                        at += 1 + condition.len();
                        let own = conjuncts(condition);
                        for joined in &mut relations[known..] {
                            joined.names_tenant = own.iter().any(|one| is_tenant(one, Some(&joined.alias)));
                        }
                    }
                    if nodes.get(at).map_or("", Node::token) != "," {
                        break;
                    }
                    at += 1;
                },
                "where" => {
                    let condition = condition(nodes, at);
                    at += condition.len();
                    conditions.extend(conjuncts(condition));
                }
                "into" => at = self.insert(nodes, at),
                "set" => self.assignments(nodes, at),
                "right" | "full" | "natural" if nodes.get(at).is_none_or(Node::is_word) => {
                    self.complain(format!("a `{word}` join: write a left join"));
                }
                _ => {}
            }
        }
        for relation in relations {
            let is_named = conditions
                .iter()
                .any(|one| is_tenant(one, Some(&relation.alias)) || (sources == 1 && is_tenant(one, None)));
            if !is_named && !relation.names_tenant {
                self.complain(format!(
                    "`{0}.tenant_id = $1` is missing for {1}",
                    relation.alias, relation.table
                ));
            }
        }
    }

    /// Reads what stands in a list of tables. Returns where it ends.
    fn relation(&mut self, nodes: &[Node], mut at: usize, relations: &mut Vec<Relation>) -> usize {
        let token = |at: usize| nodes.get(at).map_or("", Node::token);
        while ["only", "lateral"].contains(&token(at)) {
            at += 1;
        }
        let mut table = None;
        match nodes.get(at) {
            // A subselect is checked as the level it is.
            Some(Node::Group(inner)) if is_statement(inner) => at += 1,
            Some(node) if node.is_word() => {
                let name = node.token();
                at += 1;
                if token(at) == "." {
                    self.complain(format!("`{name}.` names a schema"));
                    return at;
                }
                if matches!(nodes.get(at), Some(Node::Group(_))) {
                    at += 1; // a function
                } else if self.tenant_tables.contains(name) {
                    self.report.tables.insert(name.to_owned());
                    table = Some(name);
                } else if !self.names.contains(name) && !GLOBAL.iter().any(|(global, _)| *global == name) {
                    self.complain(format!("`{name}` is no known table"));
                }
            }
            _ => {
                self.complain(format!("what stands behind `{}` cannot be read", token(at.saturating_sub(1))));
                return at;
            }
        }
        if token(at) == "as" {
            at += 1;
        }
        let mut alias = table.unwrap_or_default();
        if nodes.get(at).is_some_and(Node::is_word) && !CLAUSES.contains(&token(at)) {
            alias = token(at);
            at += 1;
        }
        if matches!(nodes.get(at), Some(Node::Group(_))) {
            at += 1; // the names of its columns
        }
        if let Some(table) = table {
            relations.push(Relation { table: table.into(), alias: alias.into(), names_tenant: false });
        }
        at
    }

    /// `insert into table (tenant_id, …)`, and `$1` first in what is put there. Returns where the columns end.
    fn insert(&mut self, nodes: &[Node], at: usize) -> usize {
        let name = nodes.get(at).map_or("", Node::token);
        if GLOBAL.iter().any(|(global, _)| *global == name) {
            return at + 1;
        }
        if !self.tenant_tables.contains(name) {
            self.complain(format!("`{name}` is no known table"));
            return at + 1;
        }
        self.report.tables.insert(name.to_owned());
        match nodes.get(at + 1) {
            Some(Node::Group(columns)) if columns.first().is_some_and(|one| one.token() == "tenant_id") => {}
            _ => self.complain(format!("an insert into {name} does not begin with tenant_id")),
        }
        let rest = nodes.get(at + 2..).unwrap_or_default();
        let is_first =
            |nodes: &[Node]| nodes.first().is_some_and(|one| one.token() == "$1") && is_end(nodes.get(1));
        let is_tenants = match rest.first().map_or("", Node::token) {
            "select" => is_first(&rest[1..]),
            "values" => {
                let rows: Vec<_> = rest[1..]
                    .iter()
                    .take_while(|node| matches!(node, Node::Group(_)) || node.token() == ",")
                    .filter_map(|node| if let Node::Group(row) = node { Some(row) } else { None })
                    .collect();
                if rows.iter().any(|row| has_statement_within(row)) {
                    self.complain(format!("an insert into {name} has a subselect in `values`"));
                }
                !rows.is_empty() && rows.into_iter().all(|row| is_first(row))
            }
            _ => false,
        };
        if !is_tenants {
            self.complain(format!("an insert into {name} does not put `$1` first"));
        }
        for (index, node) in rest.iter().enumerate() {
            if node.token() == "conflict"
                && let Some(Node::Group(target)) = rest.get(index + 1)
                && target.first().is_none_or(|one| one.token() != "tenant_id")
            {
                self.complain(format!("`on conflict` on {name} does not begin with tenant_id"));
            }
        }
        at + 2
    }

    /// Behind `set`: the tenant of a row does not change.
    fn assignments(&mut self, nodes: &[Node], at: usize) {
        let ends = |node: &Node| ["where", "from", "returning"].contains(&node.token());
        let end = nodes[at..].iter().position(ends).map_or(nodes.len(), |length| at + length);
        for assignment in nodes[at..end].split(|node| node.token() == ",") {
            let is_tenant = match assignment.first() {
                Some(Node::Group(columns)) => columns.iter().any(|column| column.token() == "tenant_id"),
                first => first.is_some_and(|first| first.token() == "tenant_id"),
            };
            if is_tenant {
                self.complain("`tenant_id` is changed");
            }
        }
    }
}

/// `for update`, `for no key update`, `on conflict … do update`
fn is_no_update(before: &str) -> bool {
    ["for", "key", "do"].contains(&before)
}

/// Whether a column is cast: not a parameter, a text, or what a function returns.
fn casts_a_column(nodes: &[Node]) -> bool {
    nodes.iter().enumerate().any(|(at, node)| {
        let next = nodes.get(at + 1).map_or("", Node::token);
        let is_function = at.checked_sub(1).is_some_and(|before| nodes[before].is_word());
        match node {
            Node::Group(inner) => casts_a_column(inner) || (next == "::" && !is_function),
            node @ Node::Token(_) => next == "::" && node.is_word(),
        }
    })
}

fn has_statement_within(nodes: &[Node]) -> bool {
    nodes
        .iter()
        .any(|node| matches!(node, Node::Group(inner) if is_statement(inner) || has_statement_within(inner)))
}
