//! The SQL that a listing's filter becomes.

use std::fmt::Write;

use contacts::{
    contacts::find::{Among, ContactFilter, Count, Position, Sort, statement},
    domain::TenantId,
    domain::TenantSlug,
    error::Problems,
    http::query::Query,
};

use super::{assert_keeps_the_rules, tenant_tables};
use crate::support::{TestApp, app::TENANT, factory};

/// The tests' tenant.
pub async fn tenant(app: &TestApp) -> TenantId {
    let slug = TenantSlug::parse(TENANT).unwrap();
    app.state.tenants.resolve(&app.state.database, &app.state.clock, &slug).await.unwrap()
}

/// What a caller may ask for.
pub struct Asked {
    pub tenant: TenantId,
    pub filter: ContactFilter,
    pub sort: Sort,
    pub position: Position,
    pub count: Count,
}

/// Reads a query string, as the listing does.
pub async fn asked(app: &TestApp, tenant: TenantId, query: &str) -> Asked {
    let query: Query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut problems = Problems::default();
    let sort = Sort::from_query(&query, &mut problems);
    let count = Count::from_query(&query, &mut problems);
    let position = Position::from_query(&query, sort, "", &mut problems);
    let database = &app.state.database;
    let region = app.state.default_region;
    let filter = ContactFilter::from_query(database, tenant, &query, region, &mut problems).await.unwrap();
    problems.into_result().unwrap();
    Asked { tenant, filter, sort, position, count }
}

impl Asked {
    /// The statement that answers it.
    pub fn sql(&self) -> sqlx::QueryBuilder<sqlx::Postgres> {
        let Self { tenant, filter, sort, position, count } = self;
        if filter.is_empty() {
            statement::page_of_all(*tenant, *sort, position)
        } else {
            statement::page(*tenant, filter, *sort, position, *count, None)
        }
    }
}

/// A statement, in lines.
fn lines(sql: &str) -> String {
    let mut lines = sql.to_owned();
    for part in [" from ", " where ", " and ", " order by ", " union all ", "), ", " left join "] {
        lines = lines.replace(part, &format!("\n   {part}"));
    }
    lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_listing_names_the_tenant_and_becomes_the_sql_it_is_known_to_become() {
    let app = TestApp::new().await;
    let tenant = tenant(&app).await;
    let tables = tenant_tables();
    factory::custom_field(&app, "cf_sector", "text", factory::FieldSetup::default()).await;
    let mut shown = String::new();
    let id = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c21";
    for query in [
        String::new(),
        "page=500".into(),
        "sort=name".into(),
        "keyword=kyaw".into(),
        "keyword=Kyaw Min a %".into(),
        "keyword=(0979) 787-77".into(),
        "keyword=kyaw %2B95&tag=vip&sort=name".into(),
        "keyword=kyaw&company=K-Link&count=none".into(),
        format!("tag=vip&tag={id}&group=new&channel=phone&company={id}"),
        "email=frank@example.com&phone=1-800-759-3000&socialPlatformId=U1234".into(),
        "has=phone".into(),
        "has=cf_sector&sort=name".into(),
        "cf_sector=Finance&has=cf_sector&has=email&has=notes".into(),
        "createdAfter=2026-01-08&updatedBefore=2026-02-01T00:00:00Z&sort=-updatedAt".into(),
    ] {
        let asked = asked(&app, tenant, &query.replace(' ', "%20")).await;
        for sql in [
            asked.sql(),
            statement::count_at_most(tenant, &asked.filter, 10_001),
            statement::estimate(tenant, &asked.filter),
            statement::ids(
                tenant,
                &asked.filter,
                Among::CreatedUntil(chrono::Utc::now(), uuid::Uuid::nil()),
                10,
            ),
            statement::ids(tenant, &asked.filter, Among::Ids(&[uuid::Uuid::nil()]), 10),
            statement::count(
                tenant,
                &asked.filter,
                Among::CreatedUntil(chrono::Utc::now(), uuid::Uuid::nil()),
            ),
        ] {
            assert_eq!(assert_keeps_the_rules(sql.sql().as_str(), &tables), None, "{query}");
        }
        writeln!(shown, "{query}\n    {}\n", lines(asked.sql().sql().as_str())).unwrap();
    }
    insta::assert_snapshot!(shown);
    app.finish().await;
}
