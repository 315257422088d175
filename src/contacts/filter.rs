//! Which contacts a listing shows: one type for the page, the total, and whatever else selects contacts.

use sqlx::{Postgres, QueryBuilder};

use crate::{
    domain::{Keyword, SocialId, like_pattern},
    error::Problems,
    http::query::Query,
    tenants::TenantId,
};

/// The query parameters read here.
pub(super) const PARAMETERS: [&str; 2] = ["keyword", "socialPlatformId"];

/// Conditions, all of which must hold.
#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    /// The words to find.
    pub keyword: Option<Keyword>,
    /// The id on a social platform, exactly.
    pub social_platform_id: Option<SocialId>,
}

impl ContactFilter {
    /// Reads the filter's parameters; an empty one is none.
    pub(super) fn from_query(query: &Query, problems: &mut Problems) -> Self {
        let given = |name| query.get(name).filter(|text| !text.is_empty());
        Self {
            keyword: given("keyword")
                .and_then(|text| problems.keep("keyword", Keyword::parse(text)))
                .flatten(),
            social_platform_id: given("socialPlatformId")
                .and_then(|text| problems.keep("socialPlatformId", SocialId::parse(text))),
        }
    }

    /// Whether every contact of the tenant passes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self { keyword, social_platform_id } = self;
        keyword.is_none() && social_platform_id.is_none()
    }

    /// Writes `where …` over `contacts c`. The tenant becomes `$1`, as in every statement, so nothing may have
    /// been bound before.
    pub fn push_where(&self, sql: &mut QueryBuilder<Postgres>, tenant: TenantId) {
        let Self { keyword, social_platform_id } = self;
        sql.push("where c.tenant_id = ").push_bind(tenant.uuid());
        if let Some(keyword) = keyword {
            sql.push(
                " and exists (select from contact_search s where s.tenant_id = $1 and s.contact_id = c.id",
            );
            push_keyword(sql, keyword);
            sql.push(")");
        }
        if let Some(id) = social_platform_id {
            sql.push(" and exists (select from contact_platforms p where p.tenant_id = $1")
                .push(" and p.contact_id = c.id and p.social_platform_id = ")
                .push_bind(id.as_str().to_owned())
                .push(")");
        }
    }
}

/// Every word is found, as it is or as digits; or all digits are found joined.
fn push_keyword(sql: &mut QueryBuilder<Postgres>, keyword: &Keyword) {
    let contains = |sql: &mut QueryBuilder<Postgres>, needle: &str| {
        sql.push("s.search_text like ").push_bind(like_pattern(needle));
    };
    sql.push(" and (");
    if let Some(digits) = keyword.joined_digits() {
        contains(sql, digits);
        sql.push(" or ");
    }
    sql.push("(");
    for (index, word) in keyword.words().iter().enumerate() {
        if index > 0 {
            sql.push(" and ");
        }
        sql.push("(");
        contains(sql, &word.text);
        if let Some(digits) = &word.digits {
            sql.push(" or ");
            contains(sql, digits);
        }
        sql.push(")");
    }
    sql.push("))");
}
