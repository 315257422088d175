//! The SQL that a listing's filter becomes.

use std::fmt::Write;

use contacts::{
    contacts::filter::ContactFilter,
    domain::{Keyword, SocialId, TenantSlug},
    tenants::TenantId,
};
use sqlx::{Postgres, QueryBuilder};

use super::{assert_keeps_the_rules, tenant_tables};
use crate::support::{TestApp, app::TENANT};

/// The tests' tenant.
pub async fn tenant(app: &TestApp) -> TenantId {
    let slug = TenantSlug::parse(TENANT).unwrap();
    app.state.tenants.resolve(&app.state.database, &app.state.clock, &slug).await.unwrap()
}

/// A filter by what a caller would send.
pub fn filter(keyword: Option<&str>, social_platform_id: Option<&str>) -> ContactFilter {
    ContactFilter {
        keyword: keyword.and_then(|text| Keyword::parse(text).unwrap()),
        social_platform_id: social_platform_id.map(|text| SocialId::parse(text).unwrap()),
    }
}

/// A listing's statement, in lines.
fn sql(filter: &ContactFilter, tenant: TenantId) -> String {
    let mut sql = QueryBuilder::<Postgres>::new("select c.id from contacts c ");
    filter.push_where(&mut sql, tenant);
    sql.sql().as_str().replace(" and (", "\n  and (").replace(" and exists", "\n  and exists")
}

#[tokio::test]
async fn every_filter_names_the_tenant_and_becomes_the_sql_it_is_known_to_become() {
    let app = TestApp::new().await;
    let tenant = tenant(&app).await;
    let tables = tenant_tables();
    let mut shown = String::new();
    for (what, filter) in [
        ("nothing", filter(None, None)),
        ("a word", filter(Some("kyaw"), None)),
        ("several words", filter(Some("Kyaw Min %"), None)),
        ("digits", filter(Some("09797"), None)),
        ("a phone number", filter(Some("(0979) 787-77"), None)),
        ("a social id", filter(None, Some("U1234"))),
        ("all", filter(Some("kyaw +95"), Some("U1234"))),
    ] {
        let sql = sql(&filter, tenant);
        assert_eq!(assert_keeps_the_rules(&sql, &tables), None);
        writeln!(shown, "{what}:\n{sql}").unwrap();
    }
    insta::assert_snapshot!(shown, @r"
    nothing:
    select c.id from contacts c where c.tenant_id = $1
    a word:
    select c.id from contacts c where c.tenant_id = $1
      and (((c.search_text like $2)))
    several words:
    select c.id from contacts c where c.tenant_id = $1
      and (((c.search_text like $2)
      and (c.search_text like $3)
      and (c.search_text like $4)))
    digits:
    select c.id from contacts c where c.tenant_id = $1
      and (((c.search_text like $2)))
    a phone number:
    select c.id from contacts c where c.tenant_id = $1
      and (c.search_text like $2 or ((c.search_text like $3 or c.search_text like $4)
      and (c.search_text like $5 or c.search_text like $6)))
    a social id:
    select c.id from contacts c where c.tenant_id = $1
      and exists (select from contact_platforms p where p.tenant_id = $1 and p.contact_id = c.id and p.social_platform_id = $2)
    all:
    select c.id from contacts c where c.tenant_id = $1
      and (((c.search_text like $2)
      and (c.search_text like $3 or c.search_text like $4)))
      and exists (select from contact_platforms p where p.tenant_id = $1 and p.contact_id = c.id and p.social_platform_id = $5)
    ");
    app.finish().await;
}
