//! The SQL of fields.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    clock::Clock,
    database::{Database, TenantTransaction},
    domain::{FieldType, TenantId},
    error::{Detail, Error, Result},
    http::{
        listing::{ListRequest, Wanted},
        page::Page,
    },
};

/// The definition of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "they are the API's")]
#[schema(example = json!({
    "id": "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c61", "system_name": "channel", "display_name": "Channel",
    "type": "select", "is_default": true, "is_archived": false, "is_required": false, "is_unique": false,
    "options": [
        {"value": "phone", "label": "Phone", "is_default": true},
        {"value": "email", "label": "Email", "is_default": false},
    ],
}))]
pub struct Field {
    /// The field's id.
    #[schema(example = "0198c0de-7b1c-7e1a-8f3b-6f0b8b7f2c61")]
    pub id: Uuid,
    /// Its key; that of a custom field starts with `cf_`.
    #[schema(example = "channel")]
    pub system_name: String,
    /// Its name for people.
    #[schema(example = "Channel")]
    pub display_name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether every tenant has it.
    #[schema(example = true)]
    pub is_default: bool,
    /// Whether it is out of use.
    #[schema(example = false)]
    pub is_archived: bool,
    /// Whether a contact must have a value of it.
    #[schema(example = false)]
    pub is_required: bool,
    /// Whether no two contacts may have the same value of it.
    #[schema(example = false)]
    pub is_unique: bool,
    /// What may be chosen; those of `channel` are the tenant's channels.
    pub options: Vec<FieldOption>,
}

impl Field {
    /// Whether every contact must have a value.
    pub(crate) const fn demands_values(&self) -> bool {
        self.is_required && !self.is_archived
    }

    /// Whether contacts take their values for themselves.
    pub(crate) const fn takes_values(&self) -> bool {
        self.is_unique && !self.is_archived
    }
}

/// As much of a field as it takes to look for its values.
#[derive(Debug)]
pub(crate) struct TypedField {
    pub(crate) id: Uuid,
    pub(crate) system_name: String,
    pub(crate) field_type: FieldType,
    /// How many steps its values have behind them.
    pub(crate) step: i32,
}

/// What may be chosen in a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldOption {
    /// What a contact's value is.
    #[schema(example = "phone")]
    pub value: String,
    /// Its name for people.
    #[schema(example = "Phone")]
    pub label: String,
    /// Whether it is the one to offer first.
    #[schema(example = true)]
    pub is_default: bool,
}

/// An option of a field that is called otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rename {
    /// Its value so far.
    pub from: String,
    /// Its value from now on.
    pub into: String,
}

impl Rename {
    /// What options are called from now on, by what they were called.
    pub(crate) fn new_names(renames: &[Self]) -> HashMap<&str, &str> {
        renames.iter().map(|rename| (rename.from.as_str(), rename.into.as_str())).collect()
    }
}

/// A change of a field that its values follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Options are called otherwise.
    Renamed(Vec<Rename>),
    /// Its values became such of another type, with these options.
    Converted {
        /// The type since then.
        into: FieldType,
        /// What could be chosen.
        options: Vec<String>,
    },
}

impl Step {
    /// The steps that a field's row has.
    pub(crate) fn read_all(lines: &str) -> serde_json::Result<Vec<Self>> {
        lines.lines().map(serde_json::from_str).collect()
    }
}

/// Notes that the values of a field go through a step; those of contacts the caller changes.
pub(crate) async fn add_step(tx: &mut TenantTransaction, field_id: Uuid, step: &Step) -> Result<()> {
    sqlx::query!(
        "update fields set steps = steps || $3, step_count = step_count + 1 where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        field_id,
        serde_json::to_string(step)? + "\n"
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// What the values of a field went through, and the options that contacts still follow under another name; nothing where
/// there is no such field.
pub(crate) async fn steps(tx: &mut TenantTransaction, field_id: Uuid) -> Result<(Vec<Step>, Vec<Rename>)> {
    let row = sqlx::query!(
        r#"select f.steps, (
               select coalesce(json_agg(json_build_object('from', o.value, 'into', o.renamed_to)), '[]')
               from field_options o where o.tenant_id = $1 and o.field_id = $2 and o.renamed_to is not null
           ) as "followed!: Json<Vec<Rename>>"
           from fields f where f.tenant_id = $1 and f.id = $2"#,
        tx.tenant().uuid(),
        field_id
    )
    .fetch_optional(tx.on())
    .await?;
    let Some(row) = row else { return Ok((Vec::new(), Vec::new())) };
    Ok((Step::read_all(&row.steps)?, row.followed.0))
}

/// The id, key and type of custom fields in use, by their keys.
pub(crate) async fn types(
    database: &Database,
    tenant: TenantId,
    system_names: &[&str],
) -> Result<Vec<TypedField>> {
    let rows = sqlx::query!(
        "select id, system_name, type as field_type, step_count from fields
         where tenant_id = $1 and system_name = any($2) and not is_default and not is_archived",
        tenant.uuid(),
        system_names as &[&str]
    )
    .fetch_all(database.on())
    .await?;
    rows.into_iter()
        .map(|row| {
            let field_type = parse_type(&row.field_type, row.id)?;
            Ok(TypedField { id: row.id, system_name: row.system_name, field_type, step: row.step_count })
        })
        .collect()
}

fn parse_type(text: &str, id: Uuid) -> Result<FieldType> {
    text.parse().map_err(|_| Error::Internal(format!("field {id} has an unknown type")))
}

/// A field, and whether contacts still follow a change of its options.
#[derive(Debug)]
pub(crate) struct Stored {
    pub field: Field,
    pub is_renaming: bool,
}

/// The tenant's fields that are wanted, the default ones first, with their total.
pub(crate) async fn list(
    database: &Database,
    tenant: TenantId,
    request: &ListRequest,
) -> Result<(i64, Vec<Field>)> {
    let all = rows(database.on(), tenant, None, None);
    let wanted =
        request.wanted(all, |Stored { field, .. }| [&field.display_name, &field.system_name]).await?;
    let (total, fields) = match wanted {
        Wanted::Found(total, fields) => (total, fields),
        Wanted::All(page) => {
            let total = sqlx::query_scalar!(
                r#"select count(*) as "total!" from fields where tenant_id = $1"#,
                tenant.uuid()
            )
            .fetch_one(database.on())
            .await?;
            (total, rows(database.on(), tenant, None, Some(page)).await?)
        }
    };
    Ok((total, fields.into_iter().map(|stored| stored.field).collect()))
}

/// A field.
pub(crate) async fn get(
    executor: impl sqlx::PgExecutor<'_>,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<Stored>> {
    Ok(rows(executor, tenant, Some(id), None).await?.pop())
}

/// All fields, or that of an id, or those of a page. The options of `channel` are the tenant's channels in use, the
/// first being the default.
async fn rows(
    executor: impl sqlx::PgExecutor<'_>,
    tenant: TenantId,
    id: Option<Uuid>,
    page: Option<Page>,
) -> Result<Vec<Stored>> {
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
                       from channels ch where ch.tenant_id = $1 and not ch.is_archived) c
                 where c.tenant_id = $1)
            else
                (select coalesce(json_agg(json_build_object(
                            'value', o.value, 'label', o.label, 'is_default', o.is_default)
                            order by o.position, o.value), '[]')
                 from field_options o where o.tenant_id = $1 and o.field_id = f.id and o.renamed_to is null)
            end as "options!: Json<Vec<FieldOption>>",
            exists (select from field_options r
                    where r.tenant_id = $1 and r.field_id = f.id and r.renamed_to is not null) as "is_renaming!"
        from fields f
        where f.tenant_id = $1 and ($2::uuid is null or f.id = $2)
        order by f.is_default desc, f.position, f.id
        limit $3 offset $4
        "#,
        tenant.uuid(),
        id,
        page.map(Page::limit),
        page.map_or(0, Page::offset)
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter()
        .map(|row| {
            let field_type = parse_type(&row.field_type, row.id)?;
            let field = Field {
                id: row.id,
                system_name: row.system_name,
                display_name: row.display_name,
                field_type,
                is_default: row.is_default,
                is_archived: row.is_archived,
                is_required: row.is_required,
                is_unique: row.is_unique,
                options: row.options.0,
            };
            Ok(Stored { field, is_renaming: row.is_renaming })
        })
        .collect()
}

/// The keys of all fields that begin like this.
pub(crate) async fn system_names(tx: &mut TenantTransaction, beginning: &str) -> Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        "select system_name from fields where tenant_id = $1 and starts_with(system_name, $2)",
        tx.tenant().uuid(),
        beginning
    )
    .fetch_all(tx.on())
    .await?;
    Ok(names)
}

/// Makes a field, the last in order.
///
/// # Errors
/// [`Error::Conflict`] where its key is taken.
pub(crate) async fn create(tx: &mut TenantTransaction, field: &Field, clock: &Clock) -> Result<()> {
    let tenant = tx.tenant().uuid();
    let inserted = sqlx::query_scalar!(
        "insert into fields (tenant_id, id, system_name, display_name, type, is_default, is_archived, is_required,
                             is_unique, position, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce(max(f.position), -1) + 1, $10, $10
         from fields f where f.tenant_id = $1
         on conflict (tenant_id, system_name) do nothing returning id",
        tenant,
        field.id,
        field.system_name,
        field.display_name,
        field.field_type.as_str(),
        field.is_default,
        field.is_archived,
        field.is_required,
        field.is_unique,
        clock.now()
    )
    .fetch_optional(tx.on())
    .await?;
    if inserted.is_some() {
        return write_options(tx, field, &[]).await;
    }
    let holder = sqlx::query_scalar!(
        "select id from fields where tenant_id = $1 and system_name = $2",
        tenant,
        field.system_name
    )
    .fetch_optional(tx.on())
    .await?;
    Err(Error::Conflict {
        message: "there is a field of this system_name already".into(),
        details: vec![Detail {
            conflicting_id: holder,
            ..Detail::new(
                "system_name",
                "taken",
                "is unique, and another field has it, perhaps an archived one",
            )
        }],
    })
}

/// Writes a field that was changed, but for its options.
pub(crate) async fn update(tx: &mut TenantTransaction, field: &Field, clock: &Clock) -> Result<()> {
    sqlx::query!(
        "update fields set display_name = $3, type = $4, is_archived = $5, is_required = $6, is_unique = $7,
                updated_at = $8
         where tenant_id = $1 and id = $2",
        tx.tenant().uuid(),
        field.id,
        field.display_name,
        field.field_type.as_str(),
        field.is_archived,
        field.is_required,
        field.is_unique,
        clock.now()
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Puts the options of a field in the place of those it has. What was renamed is kept under its former name, too, until
/// its contacts have followed.
pub(crate) async fn write_options(
    tx: &mut TenantTransaction,
    field: &Field,
    renames: &[Rename],
) -> Result<()> {
    let tenant = tx.tenant().uuid();
    sqlx::query!("delete from field_options where tenant_id = $1 and field_id = $2", tenant, field.id)
        .execute(tx.on())
        .await?;
    let (mut values, mut labels, mut are_default) = (Vec::new(), Vec::new(), Vec::new());
    let (mut positions, mut renamed_to): (Vec<i32>, Vec<Option<&str>>) = (Vec::new(), Vec::new());
    let former: HashMap<&str, &str> =
        renames.iter().map(|rename| (rename.into.as_str(), rename.from.as_str())).collect();
    for (position, option) in (0..).zip(&field.options) {
        let mut add = |value, is_default, new_name| {
            values.push(value);
            labels.push(option.label.as_str());
            are_default.push(is_default);
            positions.push(position);
            renamed_to.push(new_name);
        };
        add(option.value.as_str(), option.is_default, None);
        if let Some(former) = former.get(option.value.as_str()) {
            add(*former, false, Some(option.value.as_str()));
        }
    }
    sqlx::query!(
        "insert into field_options (tenant_id, field_id, value, label, is_default, position, renamed_to)
         select $1, $2, n.* from unnest($3::text[], $4::text[], $5::boolean[], $6::integer[], $7::text[]) as n",
        tenant,
        field.id,
        &values as &[&str],
        &labels as &[&str],
        &are_default,
        &positions,
        &renamed_to as &[Option<&str>]
    )
    .execute(tx.on())
    .await?;
    Ok(())
}
