//! Streams demo data into the database: everything in one transaction, so that an interrupted load leaves nothing.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::{
    Event, Plan, Report,
    catalogue::Catalogue,
    catalogue_rows,
    detach::{self, Detached},
    generate::Generator,
    produce::Batches,
    rows::{Stream, TABLES},
};
use crate::{
    clock::Clock,
    database::{Database, new_stamp},
    domain::TenantId,
    error::{Error, Result},
    tenants::Tenants,
};

/// Makes the tenants and fills them. Where the database has no contacts yet, its tables of contacts are locked
/// until the end and get their indexes afterwards; else the rows go into the indexes one by one, beside the
/// service.
///
/// # Errors
/// Those of the database, and [`Error::Conflict`] where a tenant has data already; nothing is written then but the
/// empty tenants.
pub async fn load(database: &Database, plan: &Plan, report: Report<'_>) -> Result<()> {
    let tenants = Tenants::new(true);
    let mut ids = Vec::with_capacity(plan.slugs.len());
    for slug in &plan.slugs {
        let id = tenants.resolve(database, &Clock::System, slug).await?;
        ids.push(id);
    }
    // A connection of its own, which is closed at the end whatever happened: not one of the pool's should be left
    // in the middle of a `copy`.
    // Building an index of millions is slow by nature, and no reason for a warning.
    let options = database.options().clone().disable_statement_logging();
    let mut connection = PgConnection::connect_with(&options).await?;
    let mut transaction = connection.begin().await?;
    for (slug, id) in plan.slugs.iter().zip(&ids) {
        if let Some(what) = catalogue_rows::obstacle(&mut transaction, id.uuid()).await? {
            let slug = slug.as_str();
            return Err(Error::Conflict {
                message: format!(
                    "the tenant {slug} has {what} already; demo data goes into tenants without any. \
                     --slug-prefix gives the new tenants other names"
                ),
                details: Vec::new(),
            });
        }
    }
    let detached = detach::detach(&mut transaction).await?;
    let mut done = 0;
    for (number, id) in (0..).zip(&ids) {
        fill(&mut transaction, plan, number, *id, detached.as_ref(), &mut done, report).await?;
    }
    if let Some(detached) = detached {
        detached.attach(&mut transaction, report).await?;
    }
    for id in &ids {
        count(&mut transaction, *id, plan.contacts).await?;
    }
    transaction.commit().await?;
    report(Event::Step("tidying up"));
    let tables = TABLES.map(|(table, _)| table).join(", ");
    let vacuum = format!("vacuum (analyze) {tables}, companies, tags, fields, field_options");
    connection.execute(AssertSqlSafe(vacuum)).await?;
    connection.close().await?;
    Ok(())
}

/// Writes the rows of a tenant.
async fn fill(
    connection: &mut PgConnection,
    plan: &Plan,
    number: u64,
    id: TenantId,
    detached: Option<&Detached>,
    done: &mut u64,
    report: Report<'_>,
) -> Result<()> {
    let tenant = id.uuid();
    let own = catalogue_rows::own(connection, tenant).await?;
    let catalogue = Catalogue::new(plan.seed, number, plan.contacts, own)
        .map_err(|invalid| Error::Internal(format!("the demo's words: {invalid}")))?;
    for (table, columns, stream) in catalogue_rows::streams(tenant, &catalogue) {
        copy(connection, table, columns, stream, false).await?;
    }
    let generator = Arc::new(Generator::new(plan.seed, number, plan.contacts, plan.region, catalogue));
    let mut batches = Batches::start(&generator, tenant, plan.contacts, plan.region)?;
    while let Some(batch) = batches.next().await? {
        for ((table, columns), stream) in TABLES.into_iter().zip(batch.streams) {
            copy(connection, table, columns, stream, detached.is_some()).await?;
        }
        *done += batch.contacts;
        report(Event::Contacts(*done));
    }
    Ok(())
}

/// Sends rows to a table, frozen where the transaction itself emptied it.
async fn copy(
    connection: &mut PgConnection,
    table: &str,
    columns: &str,
    stream: Stream,
    is_frozen: bool,
) -> Result<()> {
    if stream.is_empty() {
        return Ok(());
    }
    let sql = format!("copy {table} ({columns}) from stdin with (format binary, freeze {is_frozen})");
    let mut copy = connection.copy_in_raw(&sql).await?;
    copy.send(stream.finish()).await?;
    copy.finish().await?;
    Ok(())
}

/// Moves the tenant's total. The log of changes begins behind it: no contact of the demo has an entry.
async fn count(connection: &mut PgConnection, tenant: TenantId, contacts: u64) -> Result<()> {
    let contacts = i64::try_from(contacts).map_err(|error| Error::Internal(error.to_string()))?;
    let stamp = new_stamp()?;
    let change = sqlx::query_scalar!(
        "update tenant_counters set contacts = contacts + $2, changes = changes + 1, stamp = $3 where tenant_id = $1
         returning changes",
        tenant.uuid(),
        contacts,
        stamp
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or_else(|| Error::Internal(format!("tenant {} has no counter row", tenant.uuid())))?;
    sqlx::query!(
        "update change_log_starts set events = $2, stamp = $3, history = $2 where tenant_id = $1",
        tenant.uuid(),
        change,
        stamp
    )
    .execute(connection)
    .await?;
    Ok(())
}
