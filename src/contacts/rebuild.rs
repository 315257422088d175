//! Rebuilding what is derived of all contacts of a tenant: by `contacts reindex`, and behind the requests of a service that
//! was updated and follows newer rules than what is stored.

use std::time::Duration;

use uuid::Uuid;

use super::maintenance::{self, BATCH, Difference, Rebuilt, Report};
use crate::{
    background::caught,
    catalogue::companies,
    database::{Database, Entry, MAX_ATTEMPTS, TenantTransaction, action},
    domain::{DERIVED_VERSION, Region, TenantId},
    error::{Error, Result},
    tenants,
};

/// How long a rebuild that failed waits before it goes on.
const PAUSE: Duration = Duration::from_secs(10);

/// How often contacts are rebuilt together with those that have their values, which may be about to give them up.
const ROUNDS: usize = 5;

/// Makes everything derived of a tenant right again, and hands what was not to `report`. Each batch is locked
/// while it is rebuilt.
pub async fn reindex(
    database: &Database,
    tenant: TenantId,
    region: Option<Region>,
    mut report: impl Report,
) -> Result<()> {
    go_through(database, tenant, region, Cursor::Here(Uuid::nil()), &mut report).await?;
    recount(database, tenant, report).await
}

/// Rebuilds, behind the requests, until everything follows the rules of this version.
pub async fn run(database: Database, region: Option<Region>) {
    while let Err(error) = catch_up(&database, region).await {
        tracing::warn!(cause = %error.cause(), "search texts and keys are still of an older version; tried again");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Rebuilds the tenants whose derived data is of an older [`DERIVED_VERSION`]: those of a service that was updated. Instances
/// take turns at the batches of a tenant, and go on where the last one that ended was.
///
/// # Errors
/// The last failure; other tenants are rebuilt all the same.
pub async fn catch_up(database: &Database, region: Option<Region>) -> Result<()> {
    let mut failure = None;
    for (tenant, slug) in tenants::all(database).await? {
        if let Err(error) = caught(catch_up_tenant(database, tenant, &slug, region)).await {
            tracing::warn!(tenant = slug, cause = %error.cause(), "search texts and keys could not be rebuilt");
            failure = Some(error);
        }
    }
    failure.map_or(Ok(()), Err)
}

async fn catch_up_tenant(
    database: &Database,
    tenant: TenantId,
    slug: &str,
    region: Option<Region>,
) -> Result<()> {
    if tenants::derived_version(database, tenant).await?.is_none_or(|version| version >= DERIVED_VERSION) {
        return Ok(());
    }
    tracing::info!(tenant = slug, "bringing search texts and keys up to date");
    let mut rebuilt = 0_u64;
    go_through(database, tenant, region, Cursor::Stored(DERIVED_VERSION), &mut |difference: Difference| {
        if let Difference::Taken { .. } = difference {
            tracing::warn!(tenant = slug, %difference, "a value that is to be unique is not");
            return;
        }
        rebuilt += 1;
        if rebuilt.is_multiple_of(50_000) {
            tracing::info!(tenant = slug, rebuilt, "still bringing search texts and keys up to date");
        }
    })
    .await?;
    tracing::info!(tenant = slug, rebuilt, "search texts and keys are up to date");
    Ok(())
}

/// How far a rebuild got.
#[derive(Debug, Clone, Copy)]
enum Cursor {
    /// Behind this contact.
    Here(Uuid),
    /// As the tenant's row says of the rebuild by the rules of this version.
    Stored(i16),
}

impl Cursor {
    /// Behind which contact it goes on; `None` where nothing is left.
    async fn read(self, tx: &mut TenantTransaction) -> Result<Option<Uuid>> {
        match self {
            Self::Here(after) => Ok(Some(after)),
            Self::Stored(version) => tenants::claim_rebuild(tx, version).await,
        }
    }

    /// Behind `last`; at the end where there was none left.
    async fn moved(self, tx: &mut TenantTransaction, last: Option<Uuid>) -> Result<Self> {
        match self {
            Self::Here(after) => Ok(Self::Here(last.unwrap_or(after))),
            Self::Stored(version) => {
                tenants::note_rebuild(tx, version, last).await?;
                Ok(self)
            }
        }
    }
}

/// Rebuilds what is derived of a tenant's contacts, in batches, from `cursor` to the end. What is overtaken is retried, and
/// what takes too long is done in smaller batches.
async fn go_through(
    database: &Database,
    tenant: TenantId,
    region: Option<Region>,
    mut cursor: Cursor,
    report: &mut impl Report,
) -> Result<()> {
    companies::clear_blank(database, tenant).await?;
    let (mut limit, mut attempt) = (BATCH, 1);
    let (mut together, mut rounds) = (Vec::new(), 0);
    loop {
        let batch = Batch { cursor, limit, together: &together, is_last_round: rounds == ROUNDS };
        let tx = database.begin_in_background(tenant, attempt).await?;
        match batch.rebuild(tx, region).await {
            Ok(Outcome::End) => return Ok(()),
            Ok(Outcome::Contested(holders)) => {
                together.extend(holders);
                rounds += 1;
            }
            Ok(Outcome::Done { moved, checked, rebuilt }) => {
                for difference in rebuilt.mended.into_iter().chain(rebuilt.left) {
                    report.differs(difference);
                }
                report.checked(checked);
                cursor = moved;
                (together, rounds, attempt) = (Vec::new(), 0, 1);
            }
            Err(error) if error.is_overtaken() && attempt < MAX_ATTEMPTS => attempt += 1,
            Err(Error::TooSlow(cause)) if limit > 1 => {
                limit /= 2;
                tracing::warn!(cause, limit, "a rebuild goes on in smaller batches");
            }
            Err(error) => return Err(error),
        }
    }
}

/// The contacts that are rebuilt next.
struct Batch<'a> {
    cursor: Cursor,
    limit: i64,
    /// Those from elsewhere that have values of these.
    together: &'a [Uuid],
    /// What is contested now stays so.
    is_last_round: bool,
}

/// What came of a batch.
enum Outcome {
    /// There was no contact left.
    End,
    /// It is rebuilt.
    Done {
        /// Where to go on.
        moved: Cursor,
        /// How many contacts were looked at for the first time.
        checked: usize,
        rebuilt: Rebuilt,
    },
    /// Nothing is done: it is to be rebuilt together with these, which have values of its contacts.
    Contested(Vec<Uuid>),
}

impl Batch<'_> {
    async fn rebuild(&self, mut tx: TenantTransaction, region: Option<Region>) -> Result<Outcome> {
        let Some(after) = self.cursor.read(&mut tx).await? else { return Ok(Outcome::End) };
        let mut ids = maintenance::next_ids(&mut tx, after, self.limit).await?;
        let Some(last) = ids.last().copied() else {
            self.cursor.moved(&mut tx, None).await?;
            tx.commit().await?;
            return Ok(Outcome::End);
        };
        let checked = ids.len();
        ids.extend(self.together);
        ids.sort_unstable();
        ids.dedup();
        let rebuilt = maintenance::rebuild(&mut tx, &ids, region).await?;
        let is_elsewhere = |holder: &Uuid| ids.binary_search(holder).is_err();
        let elsewhere: Vec<Uuid> = rebuilt.holders.iter().copied().filter(is_elsewhere).collect();
        if !elsewhere.is_empty() && !self.is_last_round {
            return Ok(Outcome::Contested(elsewhere));
        }
        let moved = self.cursor.moved(&mut tx, Some(last)).await?;
        if !rebuilt.mended.is_empty() {
            tx.note(Entry::documents(action::REBUILT, ids));
        }
        tx.commit().await?;
        Ok(Outcome::Done { moved, checked, rebuilt })
    }
}

/// Counts the contacts behind the lock that every writer takes last: whoever waits for it is not counted and
/// moves the total afterwards.
async fn recount(database: &Database, tenant: TenantId, mut report: impl Report) -> Result<()> {
    let mut tx = database.begin(tenant).await?;
    let stored = sqlx::query_scalar!(
        "select contacts from tenant_counters where tenant_id = $1 for update",
        tenant.uuid()
    )
    .fetch_optional(tx.on())
    .await?
    .ok_or_else(|| Error::Internal(format!("tenant {} has no counter row", tenant.uuid())))?;
    let counted = sqlx::query_scalar!(
        r#"select count(*) as "count!" from contacts where tenant_id = $1"#,
        tenant.uuid()
    )
    .fetch_one(tx.on())
    .await?;
    if stored == counted {
        return Ok(());
    }
    tx.note(Entry::documents(action::REBUILT, Vec::new()));
    tx.commit_change(counted - stored).await?;
    report.differs(Difference::Total { stored, counted });
    Ok(())
}
