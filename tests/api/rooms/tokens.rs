//! The tokens of a source, as far as paths need them.

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

use Token::{Colons, Group, Sign, Word};

/// What matters of a token.
#[derive(Debug)]
pub enum Token {
    /// An identifier or keyword, with its line.
    Word(String, usize),
    /// `::`
    Colons,
    /// Any other sign; of a literal `"`.
    Sign(char),
    /// What stands in brackets, by the opening one.
    Group(char, Vec<Token>),
}

impl Token {
    /// The tokens of a source. Comments are none.
    pub fn read(text: &str) -> Result<Vec<Self>, LexError> {
        Ok(simplified(text.parse()?))
    }
}

/// A string that is nothing but a path counts as one: `#[serde(with = "social_id::text")]`.
fn simplified(tokens: TokenStream) -> Vec<Token> {
    let mut simple = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => simple.push(Word(ident.to_string(), ident.span().start().line)),
            TokenTree::Punct(sign) if sign.as_char() == ':' && matches!(simple.last(), Some(Sign(':'))) => {
                simple.pop();
                simple.push(Colons);
            }
            TokenTree::Punct(sign) => simple.push(Sign(sign.as_char())),
            TokenTree::Group(group) => {
                let open = match group.delimiter() {
                    Delimiter::Parenthesis => '(',
                    Delimiter::Brace => '{',
                    Delimiter::Bracket => '[',
                    Delimiter::None => ' ',
                };
                simple.push(Group(open, simplified(group.stream())));
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let path = text.trim_matches('"');
                if path.contains("::") && path.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c))
                {
                    let line = literal.span().start().line;
                    for (n, word) in path.split("::").enumerate() {
                        simple.extend((n > 0).then_some(Colons));
                        simple.push(Word(word.to_owned(), line));
                    }
                } else {
                    simple.push(Sign('"'));
                }
            }
        }
    }
    simple
}
