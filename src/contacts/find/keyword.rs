//! The SQL of a keyword: candidates by their grams, then the text itself.

use sqlx::{Postgres, QueryBuilder};

use crate::domain::{Keyword, TenantId, Word, grams_of_word, like_pattern};

/// Below so many letters a word's grams narrow a search down too little to be read beside longer ones.
const LONG: usize = 3;

/// From so many letters, in words that are long, a keyword is taken for rare.
const RARE: usize = 6;

/// How `<row>.grams` leads to the rows of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// Not at all: the text itself is looked at.
    None,
    /// In a statement that is planned for its values.
    Once,
    /// In one that is planned without them. PostgreSQL then expects what it looks up in the index to be in one row of
    /// 200 of all tenants, and would sort out this tenant's by reading the index entries of all its contacts besides.
    /// Looked up twice, which costs nothing, it is expected to be in few enough.
    Twice,
}

/// Whether a keyword is so long that hardly more than a few contacts will have it.
pub(super) fn is_rare(keyword: &Keyword) -> bool {
    let lengths = keyword.words().iter().map(|word| word.text.chars().count());
    lengths.filter(|length| *length >= LONG).sum::<usize>() >= RARE
}

/// Writes when a keyword is found in `<row>.search_text`: every word, as it is or as digits; or the digits of a number.
/// It is the rule of [`Keyword::matches`].
pub(super) fn push(
    sql: &mut QueryBuilder<Postgres>,
    tenant: TenantId,
    row: &str,
    keyword: &Keyword,
    lead: Lead,
) {
    sql.push("(");
    for digits in keyword.numbers() {
        push_text(sql, tenant, row, digits, lead);
        sql.push(" or ");
    }
    let (plain, numbers): (Vec<&Word>, Vec<&Word>) =
        keyword.words().iter().partition(|word| word.digits.is_empty());
    let length = |word: &&&Word| word.text.chars().take(LONG).count();
    let longest = plain.iter().map(|word| length(&word)).max().unwrap_or_default();
    let mut separator = "(";
    if lead != Lead::None && longest > 0 {
        let longest: Vec<i32> = plain
            .iter()
            .filter(|word| length(word) == longest)
            .flat_map(|word| grams_of_word(tenant.uuid(), &word.text))
            .collect();
        sql.push("(");
        push_grams(sql, row, &longest, lead);
        separator = " and ";
    }
    for word in plain {
        sql.push(separator).push(row).push(".search_text like ").push_bind(like_pattern(&word.text));
        separator = " and ";
    }
    for word in numbers {
        // One list a word is enough where others narrow it down already.
        let lead = if longest < LONG { lead } else { Lead::None };
        sql.push(separator).push("(");
        push_text(sql, tenant, row, &word.text, lead);
        for digits in &word.digits {
            sql.push(" or ");
            push_text(sql, tenant, row, digits, lead);
        }
        sql.push(")");
        separator = " and ";
    }
    sql.push("))");
}

fn push_text(sql: &mut QueryBuilder<Postgres>, tenant: TenantId, row: &str, text: &str, lead: Lead) {
    sql.push("(");
    if lead != Lead::None {
        push_grams(sql, row, &grams_of_word(tenant.uuid(), text), lead);
        sql.push(" and ");
    }
    sql.push(row).push(".search_text like ").push_bind(like_pattern(text)).push(")");
}

fn push_grams(sql: &mut QueryBuilder<Postgres>, row: &str, grams: &[i32], lead: Lead) {
    sql.push(row).push(".grams @> ").push_bind(grams.to_vec());
    if lead == Lead::Twice {
        sql.push(" and ").push(row).push(".grams @> ").push_bind(grams.to_vec());
    }
}
