//! The rows of what the contacts of a tenant share, and what of it a tenant has before.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    catalogue::{Catalogue, Own},
    rows::Stream,
};
use crate::{
    catalogue::{channels::Channel, groups::Group},
    domain::case_key,
    error::Result,
};

/// The tables of companies, tags and fields, with the columns and rows of each.
pub(super) fn streams(tenant: Uuid, catalogue: &Catalogue) -> [(&'static str, &'static str, Stream); 4] {
    let now = catalogue.created_at;
    let [mut companies, mut tags, mut fields, mut options] = std::array::from_fn(|_| Stream::new());
    for company in &catalogue.companies {
        companies
            .row(9)
            .uuid(tenant)
            .uuid(company.id)
            .text(&company.name)
            .text(&case_key(&company.name))
            .optional(company.phone.as_deref(), Stream::text)
            .optional(company.address.as_deref(), Stream::text)
            .optional(company.industry.as_deref(), Stream::text)
            .time(now)
            .time(now);
    }
    for tag in &catalogue.tags {
        tags.row(6).uuid(tenant).uuid(tag.id).text(&tag.name).text(&case_key(&tag.name)).time(now).time(now);
    }
    for field in &catalogue.fields {
        fields
            .row(12)
            .uuid(tenant)
            .uuid(field.id)
            .text(field.system_name.as_str())
            .text(field.display_name)
            .text(field.field_type.as_str())
            .boolean(false)
            .boolean(false)
            .boolean(false)
            .boolean(false)
            .integer(field.position)
            .time(now)
            .time(now);
        for (position, (value, label)) in (0..).zip(field.options) {
            options
                .row(6)
                .uuid(tenant)
                .uuid(field.id)
                .text(value)
                .text(label)
                .boolean(false)
                .integer(position);
        }
    }
    [
        (
            "companies",
            "tenant_id, id, name, name_key, phone, address, industry, created_at, updated_at",
            companies,
        ),
        ("tags", "tenant_id, id, name, name_key, created_at, updated_at", tags),
        (
            "fields",
            "tenant_id, id, system_name, display_name, type, is_default, is_archived, is_required, is_unique, \
             position, created_at, updated_at",
            fields,
        ),
        ("field_options", "tenant_id, field_id, value, label, is_default, position", options),
    ]
}

/// What a tenant has that demo data would get mixed up with, in words.
pub(super) async fn obstacle(connection: &mut PgConnection, tenant: Uuid) -> Result<Option<&'static str>> {
    let has = sqlx::query!(
        r#"select exists (select from contacts c where c.tenant_id = $1) as "contacts!",
                  exists (select from companies c where c.tenant_id = $1) as "companies!",
                  exists (select from tags t where t.tenant_id = $1) as "tags!",
                  exists (select from fields f where f.tenant_id = $1 and not f.is_default) as "fields!",
                  exists (select from change_log l where l.tenant_id = $1) as "log!""#,
        tenant
    )
    .fetch_one(connection)
    .await?;
    let found = [
        (has.contacts, "contacts"),
        (has.companies, "companies"),
        (has.tags, "tags"),
        (has.fields, "custom fields"),
        (has.log, "a history"),
    ];
    Ok(found.into_iter().find_map(|(has, what)| has.then_some(what)))
}

/// The channels and groups of a tenant in their order.
pub(super) async fn own(connection: &mut PgConnection, tenant: Uuid) -> Result<Own> {
    let channels = sqlx::query_as!(
        Channel,
        "select c.id, c.name from channels c where c.tenant_id = $1 order by c.position, c.id",
        tenant
    )
    .fetch_all(&mut *connection)
    .await?;
    let groups = sqlx::query_as!(
        Group,
        "select g.id, g.value, g.label, g.is_default from groups g where g.tenant_id = $1 order by g.position, g.id",
        tenant
    )
    .fetch_all(&mut *connection)
    .await?;
    let next_field = sqlx::query_scalar!(
        r#"select coalesce(max(f.position), -1) + 1 as "next!" from fields f where f.tenant_id = $1"#,
        tenant
    )
    .fetch_one(connection)
    .await?;
    Ok(Own { channels, groups, next_field })
}
