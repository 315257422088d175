//! The SQL of fields.

use sqlx::types::Json;

use super::{Field, FieldOption, TypedField};
use crate::{
    database::Database,
    domain::FieldType,
    error::{Error, Result},
    http::page::Page,
    tenants::TenantId,
};

/// The id, key and type of custom fields in use, by their keys.
pub(super) async fn types(
    database: &Database,
    tenant: TenantId,
    system_names: &[&str],
) -> Result<Vec<TypedField>> {
    let rows = sqlx::query!(
        "select id, system_name, type as field_type from fields
         where tenant_id = $1 and system_name = any($2) and not is_default and not is_archived",
        tenant.uuid(),
        system_names as &[&str]
    )
    .fetch_all(database.on())
    .await?;
    rows.into_iter()
        .map(|row| {
            let field_type = parse_type(&row.field_type, row.id)?;
            Ok(TypedField { id: row.id, system_name: row.system_name, field_type })
        })
        .collect()
}

fn parse_type(text: &str, id: uuid::Uuid) -> Result<FieldType> {
    text.parse().map_err(|_| Error::Internal(format!("field {id} has an unknown type")))
}

/// A page of the tenant's fields, the default ones first, with their total. The options of `channel` are the
/// tenant's channels, the first being the default.
pub(super) async fn list(database: &Database, tenant: TenantId, page: Page) -> Result<(i64, Vec<Field>)> {
    let total =
        sqlx::query_scalar!(r#"select count(*) as "total!" from fields where tenant_id = $1"#, tenant.uuid())
            .fetch_one(database.on())
            .await?;
    let rows = sqlx::query!(
        r#"
        select f.id, f.system_name, f.display_name, f.type as field_type, f.is_default, f.is_archived,
            f.is_required, f.is_unique,
            case when f.is_default and f.system_name = 'channel' then
                (select coalesce(json_agg(json_build_object(
                            'value', c.name,
                            'label', upper(left(c.name, 1)) || substr(c.name, 2),
                            'is_default', c.is_first) order by c.position, c.id), '[]')
                 from (select ch.*, row_number() over (order by ch.position, ch.id) = 1 as is_first
                       from channels ch where ch.tenant_id = $1) c
                 where c.tenant_id = $1)
            else
                (select coalesce(json_agg(json_build_object(
                            'value', o.value, 'label', o.label, 'is_default', o.is_default)
                            order by o.position, o.value), '[]')
                 from field_options o where o.tenant_id = $1 and o.field_id = f.id)
            end as "options!: Json<Vec<FieldOption>>"
        from fields f
        where f.tenant_id = $1
        order by f.is_default desc, f.position, f.id
        limit $2 offset $3
        "#,
        tenant.uuid(),
        page.limit(),
        page.offset()
    )
    .fetch_all(database.on())
    .await?;
    let fields = rows
        .into_iter()
        .map(|row| {
            let field_type = parse_type(&row.field_type, row.id)?;
            Ok(Field {
                id: row.id,
                system_name: row.system_name,
                display_name: row.display_name,
                field_type,
                is_default: row.is_default,
                is_archived: row.is_archived,
                is_required: row.is_required,
                is_unique: row.is_unique,
                options: row.options.0,
            })
        })
        .collect::<Result<_>>()?;
    Ok((total, fields))
}
