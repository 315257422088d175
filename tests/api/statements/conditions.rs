//! Conditions: what must hold for a row to be met.

use super::tokens::Node;

/// Where a condition or a list of tables ends.
pub const CLAUSES: [&str; 28] = [
    "where",
    "group",
    "order",
    "limit",
    "offset",
    "fetch",
    "having",
    "on",
    "for",
    "returning",
    "set",
    "window",
    "join",
    "left",
    "right",
    "full",
    "inner",
    "cross",
    "natural",
    "using",
    "values",
    "select",
    "from",
    "union",
    "intersect",
    "except",
    "do",
    ",",
];

/// Whether an expression ends here.
pub fn is_end(node: Option<&Node>) -> bool {
    node.is_none_or(|node| [",", "from", "where", "on"].contains(&node.token()))
}

/// The condition that begins at `at`.
pub fn condition(nodes: &[Node], at: usize) -> &[Node] {
    // `is distinct from`, and the functions `left(…)` and `right(…)`
    let ends = |index: &usize| {
        let is_function = matches!(nodes.get(index + 1), Some(Node::Group(_)));
        match nodes[*index].token() {
            "from" => false,
            "left" | "right" => !is_function,
            word => CLAUSES.contains(&word),
        }
    };
    let end = (at..nodes.len()).find(ends).unwrap_or(nodes.len());
    &nodes[at..end]
}

/// What must hold for the condition to hold: the parts between its `and`s, none where it is an `or`.
pub fn conjuncts(condition: &[Node]) -> Vec<Vec<Node>> {
    if condition.iter().any(|node| node.token() == "or") {
        return Vec::new();
    }
    condition
        .split(|node| node.token() == "and")
        .flat_map(|part| match part {
            [Node::Group(inner)] => conjuncts(inner),
            part => vec![part.to_vec()],
        })
        .collect()
}

/// `alias.tenant_id = $1`; without an alias `tenant_id = $1`.
pub fn is_tenant(nodes: &[Node], alias: Option<&str>) -> bool {
    let tokens: Vec<&str> = nodes.iter().map(Node::token).collect();
    match (alias, &tokens[..]) {
        (Some(alias), [name, ".", "tenant_id", "=", "$1"]) => *name == alias,
        (None, ["tenant_id", "=", "$1"]) => true,
        _ => false,
    }
}
