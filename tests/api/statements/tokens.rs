//! SQL as tokens, and as levels of parentheses.

/// A token, or what stands between two parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A word in lower case, a parameter, a symbol; `"` and `'` stand for what is in such quotes.
    Token(String),
    Group(Vec<Node>),
}

impl Node {
    /// The token; nothing where it is a group.
    pub fn token(&self) -> &str {
        match self {
            Self::Token(token) => token,
            Self::Group(_) => "",
        }
    }

    pub fn is_word(&self) -> bool {
        self.token().starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
    }
}

/// Reads a statement.
///
/// # Errors
/// What cannot be read: a parenthesis too many or too few, an open quote.
pub fn read(sql: &str) -> Result<Vec<Node>, String> {
    let mut levels = vec![Vec::new()];
    for token in tokens(sql)? {
        match token.as_str() {
            "(" => levels.push(Vec::new()),
            ")" => {
                let group = levels.pop().unwrap_or_default();
                let outer = levels.last_mut().ok_or("a `)` too many")?;
                outer.push(Node::Group(group));
            }
            _ => levels.last_mut().ok_or("a `)` too many")?.push(Node::Token(token)),
        }
    }
    match levels.len() {
        1 => Ok(levels.remove(0)),
        _ => Err("a `(` too many".into()),
    }
}

/// Whether a character belongs to a word or a number.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn tokens(sql: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            _ if c.is_whitespace() => {
                rest = rest.trim_start();
                continue;
            }
            '-' if rest.starts_with("--") => {
                rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest.split_once("*/").ok_or("a comment without an end")?.1;
                continue;
            }
            '\'' | '"' => {
                // A doubled quote reads as two texts beside each other, which is as good.
                rest = rest[1..].split_once(c).ok_or("a quote without an end")?.1;
                tokens.push(c.to_string());
                continue;
            }
            '$' => 1 + rest[1..].find(|c| !is_word(c)).unwrap_or(rest.len() - 1),
            _ if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_lowercase());
        rest = after;
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_parameters_symbols_quotes_and_comments_are_told_apart() {
        let read = |sql| tokens(sql).unwrap().join("|");
        assert_eq!(read("Select c.ID, $12 from contacts c"), "select|c|.|id|,|$12|from|contacts|c");
        assert_eq!(read("a::text[] = any($2)"), "a|::|text|[|]|=|any|(|$2|)");
        assert_eq!(read("'it''s; from x' \"Json<Vec<x>>\" 1.5"), "'|'|\"|1|.|5");
        assert_eq!(read("a -- from tags\n, /* join x */ b"), "a|,|b");
        assert_eq!(read(""), "");
    }

    #[test]
    fn parentheses_make_levels() {
        let token = |text: &str| Node::Token(text.to_owned());
        let group = Node::Group(vec![token("b"), Node::Group(vec![])]);
        assert_eq!(read("a (b ()) c"), Ok(vec![token("a"), group, token("c")]));
        for broken in ["(", ")", "(()", "())", "'", "\"a", "/*"] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
