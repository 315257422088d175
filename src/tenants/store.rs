//! The SQL of tenants.

use uuid::Uuid;

use super::defaults;
use crate::{
    clock::Clock,
    database::{Database, TenantTransaction, new_stamp},
    domain::{DERIVED_VERSION, TenantId, TenantSlug, case_key},
    error::Result,
};

pub(super) async fn find(database: &Database, slug: &TenantSlug) -> Result<Option<TenantId>> {
    let id = sqlx::query_scalar!("select tenant_id from tenant_slugs where slug = $1", slug.as_str())
        .fetch_optional(database.on())
        .await?;
    Ok(id.map(TenantId::of_row))
}

pub(super) async fn all(database: &Database) -> Result<Vec<(TenantId, String)>> {
    let rows = sqlx::query!("select tenant_id, slug from tenant_slugs order by slug")
        .fetch_all(database.on())
        .await?;
    Ok(rows.into_iter().map(|row| (TenantId::of_row(row.tenant_id), row.slug)).collect())
}

pub(super) async fn derived_version(database: &Database, tenant: TenantId) -> Result<Option<i16>> {
    let version =
        sqlx::query_scalar!("select derived_version from tenants where tenant_id = $1", tenant.uuid())
            .fetch_optional(database.on())
            .await?;
    Ok(version)
}

pub(super) async fn claim_rebuild(tx: &mut TenantTransaction, version: i16) -> Result<Option<Uuid>> {
    let claimed = sqlx::query_scalar!(
        "select case when rebuild_version = $2 then rebuilt_to end as rebuilt_to from tenants
         where tenant_id = $1 and derived_version < $2 and rebuild_version <= $2 for no key update",
        tx.tenant().uuid(),
        version
    )
    .fetch_optional(tx.on())
    .await?;
    Ok(claimed.map(Option::unwrap_or_default))
}

pub(super) async fn note_rebuild(tx: &mut TenantTransaction, version: i16, last: Option<Uuid>) -> Result<()> {
    sqlx::query!(
        "update tenants set rebuild_version = $2, rebuilt_to = $3,
                derived_version = case when $3::uuid is null then $2 else derived_version end
         where tenant_id = $1",
        tx.tenant().uuid(),
        version,
        last
    )
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Creates the tenant with its defaults. Of several callers at once the first one wins, the others wait for
/// it at the slug and then find its tenant.
pub(super) async fn create(database: &Database, clock: &Clock, slug: &TenantSlug) -> Result<TenantId> {
    let tenant = TenantId::of_row(clock.new_id());
    let mut tx = database.begin_to_create(tenant).await?;
    let claimed = sqlx::query_scalar!(
        "insert into tenant_slugs (slug, tenant_id) values ($1, $2) on conflict (slug) do nothing returning slug",
        slug.as_str(),
        tenant.uuid()
    )
    .fetch_optional(tx.on())
    .await?;
    if claimed.is_none() {
        drop(tx);
        return find(database, slug)
            .await?
            .ok_or_else(|| crate::Error::Internal("a tenant's slug vanished while it was created".into()));
    }
    let (now, stamp) = (clock.now(), new_stamp()?);
    sqlx::query!(
        "insert into tenants (tenant_id, slug, created_at, derived_version) values ($1, $2, $3, $4)",
        tenant.uuid(),
        slug.as_str(),
        now,
        DERIVED_VERSION
    )
    .execute(tx.on())
    .await?;
    sqlx::query!(
        "insert into tenant_counters (tenant_id, contacts, changes, stamp) values ($1, 0, 0, $2)",
        tenant.uuid(),
        stamp
    )
    .execute(tx.on())
    .await?;
    sqlx::query!("insert into change_log_starts (tenant_id, stamp) values ($1, $2)", tenant.uuid(), stamp)
        .execute(tx.on())
        .await?;
    insert_defaults(&mut tx, clock).await?;
    tx.commit().await?;
    tracing::info!(tenant = slug.as_str(), "tenant created");
    Ok(tenant)
}

async fn insert_defaults(tx: &mut TenantTransaction, clock: &Clock) -> Result<()> {
    let (tenant, now) = (tx.tenant().uuid(), clock.now());
    for (position, name) in (0..).zip(defaults::CHANNELS) {
        sqlx::query!(
            "insert into channels (tenant_id, id, name, name_key, position, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $6)",
            tenant,
            clock.new_id(),
            name,
            case_key(name),
            position,
            now
        )
        .execute(tx.on())
        .await?;
    }
    for (position, (value, is_default)) in (0..).zip(defaults::GROUPS) {
        sqlx::query!(
            "insert into groups (tenant_id, id, value, value_key, label, is_default, position, created_at, updated_at)
             values ($1, $2, $3, $3, $3, $4, $5, $6, $6)",
            tenant,
            clock.new_id(),
            value,
            is_default,
            position,
            now
        )
        .execute(tx.on())
        .await?;
    }
    for (position, field) in (0..).zip(defaults::FIELDS) {
        sqlx::query!(
            "insert into fields (tenant_id, id, system_name, display_name, type, is_default, is_archived,
                                 is_required, is_unique, position, created_at, updated_at)
             values ($1, $2, $3, $4, $5, true, false, $6, false, $7, $8, $8)",
            tenant,
            clock.new_id(),
            field.system_name,
            field.display_name,
            field.field_type.as_str(),
            field.is_required,
            position,
            now
        )
        .execute(tx.on())
        .await?;
    }
    Ok(())
}
