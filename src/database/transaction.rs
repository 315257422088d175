//! A transaction that writes to one tenant.
//!
//! What contacts refer to (tags, companies, groups, channels, fields) is the tenant's catalogue. Writers of contacts
//! only read it, and lock nothing of it; `tenant_counters.catalogue` counts its changes instead. A writer notes the
//! number before it reads ([`TenantTransaction::saw_catalogue`]), and its commit fails with [`Error::Overtaken`] where it
//! is another one by then, as does a statement that meets what does not go together with what was read. The request is
//! then retried (`crate::http::retry`).

use chrono::{DateTime, Utc};
use sqlx::Executor;
use uuid::Uuid;

use super::{
    Counted,
    change_log::{Count, Entry, Log},
    lease::Lease,
    places::Use,
    pool::Database,
};
use crate::{
    domain::TenantId,
    error::{Error, Result},
    request,
};

/// How many attempts are made at what is overtaken. Each that fails means that another transaction succeeded meanwhile.
pub const MAX_ATTEMPTS: u32 = 10;

/// How many of these lock nothing of the catalogue. Later ones begin behind its lock, so that no change of it is in the
/// way.
pub const OPTIMISTIC_ATTEMPTS: u32 = 3;

/// Above so many values a statement is planned for them.
const MANY_VALUES: usize = 500;

/// Rolled back when dropped without [`commit`](Self::commit).
#[derive(Debug)]
pub struct TenantTransaction {
    lease: Lease,
    database: Database,
    tenant: TenantId,
    /// The number of the catalogue before anything of it was read.
    seen_catalogue: Option<i64>,
    /// What it did.
    pub(super) log: Log,
    /// Number and stamp of its last change that was counted.
    counted: Option<(i64, i64)>,
    /// How the session makes plans, while they are made for values.
    plans_of_session: Option<String>,
}

impl Database {
    /// Begins a transaction that writes to `tenant`; an attempt at a request that comes after
    /// [`OPTIMISTIC_ATTEMPTS`] begins behind the lock of the catalogue.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where no connection is to be had.
    pub async fn begin(&self, tenant: TenantId) -> Result<TenantTransaction> {
        let mut tx = self.begin_to_create(tenant).await?;
        if request::attempt() > OPTIMISTIC_ATTEMPTS {
            tx.lock_catalogue().await?;
        }
        Ok(tx)
    }

    /// Begins a transaction that creates `tenant`, which has no catalogue yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where no connection is to be had.
    pub async fn begin_to_create(&self, tenant: TenantId) -> Result<TenantTransaction> {
        let mut lease = self.lease(Some(tenant), Use::Transaction).await?;
        lease.begin("begin").await?;
        Ok(TenantTransaction {
            lease,
            tenant,
            database: self.clone(),
            seen_catalogue: None,
            log: Log::default(),
            counted: None,
            plans_of_session: None,
        })
    }

    /// A tenant has no counter row, so it is not there at all: a failover or a restored backup lost its creation.
    /// What was remembered of it ends, and another attempt looks it up anew.
    pub(crate) fn has_lost(&self, tenant: TenantId) -> Error {
        tracing::warn!(tenant = %tenant.uuid(), "the database has lost a tenant");
        self.note_failure();
        Error::Overtaken
    }
}

impl Database {
    /// As [`begin`](Self::begin), for what goes through contacts in batches behind the requests. Its time-outs are its own:
    /// nobody waits for a statement as for that of a request. `attempt`: which one at this batch it is.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub async fn begin_in_background(&self, tenant: TenantId, attempt: u32) -> Result<TenantTransaction> {
        let mut tx = self.begin(tenant).await?;
        sqlx::query!("set local statement_timeout = '5min'").execute(tx.on()).await?;
        sqlx::query!("set local idle_in_transaction_session_timeout = '1min'").execute(tx.on()).await?;
        if attempt > OPTIMISTIC_ATTEMPTS {
            tx.lock_catalogue().await?;
        }
        Ok(tx)
    }
}

impl TenantTransaction {
    /// The tenant this transaction writes to: the `$1` of its statements.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The executor for one statement.
    pub const fn on(&mut self) -> Counted<&mut Lease> {
        Counted(&mut self.lease)
    }

    /// Notes what is done. It is written when the change is counted.
    pub fn note(&mut self, entry: Entry) {
        self.log.note(entry);
    }

    /// Notes by whom and when the history says that contacts are changed.
    pub fn note_author(&mut self, subject: &str, request_id: &str, at: DateTime<Utc>) {
        self.log.note_author(subject, request_id, at);
    }

    /// Notes which job it is that does all this.
    pub const fn note_job(&mut self, id: Uuid) {
        self.log.note_job(id);
    }

    /// Notes that what was noted of a contact holds data of others.
    pub fn note_others(&mut self, contact_id: Uuid, others: &[Uuid]) {
        self.log.note_others(contact_id, others);
    }

    /// Has statements planned for their values, with the statistics there are of them, up to [`Self::plan_as_before`], which
    /// has to follow before anything is written: what checks foreign keys would be planned for each row.
    pub async fn replan(&mut self) -> Result<()> {
        let before = sqlx::query_scalar!(
            r#"with session as materialized (select current_setting('plan_cache_mode') as plans)
               select plans as "plans!" from session
               where set_config('plan_cache_mode', 'force_custom_plan', true) is not null"#
        )
        .fetch_one(self.on())
        .await?;
        self.plans_of_session.get_or_insert(before);
        Ok(())
    }

    /// The same where a list of so many values is looked up: a plan for any values, made while a table was young, goes through
    /// the whole list for each row.
    pub async fn replan_for(&mut self, values: usize) -> Result<()> {
        if values > MANY_VALUES { self.replan().await } else { Ok(()) }
    }

    /// Has plans made as the session makes them, where [`Self::replan`] or [`Self::replan_for`] changed that.
    pub async fn plan_as_before(&mut self) -> Result<()> {
        if let Some(plans) = self.plans_of_session.take() {
            sqlx::query_scalar!("select set_config('plan_cache_mode', $1, true)", plans)
                .fetch_one(self.on())
                .await?;
        }
        Ok(())
    }

    /// Notes the number of the catalogue as it was before it was read; the first one noted counts. `None`: there is no
    /// counter row.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where the tenant is not there any more.
    pub fn saw_catalogue(&mut self, number: Option<i64>) -> Result<()> {
        let number = number.ok_or_else(|| self.database.has_lost(self.tenant))?;
        self.seen_catalogue.get_or_insert(number);
        Ok(())
    }

    /// To be called before anything of the catalogue is changed: waits until nobody else in the tenant changes it, and
    /// notes its number. Only those who change it wait, and only so as not to overtake each other: what keeps changes
    /// apart is the number.
    pub async fn lock_catalogue(&mut self) -> Result<()> {
        if self.seen_catalogue.is_some() {
            return Ok(());
        }
        let (_, key) = self.tenant.uuid().as_u64_pair();
        sqlx::query!("select pg_advisory_xact_lock($1)", key.cast_signed()).execute(self.on()).await?;
        self.see_catalogue().await
    }

    /// Notes the number of the catalogue that is to be read.
    pub async fn see_catalogue(&mut self) -> Result<()> {
        let number = sqlx::query_scalar!(
            "select catalogue from tenant_counters where tenant_id = $1",
            self.tenant.uuid()
        )
        .fetch_optional(self.on())
        .await?;
        self.saw_catalogue(number)
    }

    /// Numbers this change of the tenant and moves its total by `contacts`, then commits. The counter's row
    /// stays locked from here on, so this is the last thing a writing transaction does.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where the catalogue changed since it was noted, and those of the database; nothing is
    /// committed then.
    pub async fn commit_change(mut self, contacts: i64) -> Result<()> {
        self.count_change(contacts, false).await?;
        self.commit().await
    }

    /// Counts what was [noted](Self::note) as one change, of the catalogue too where `of_catalogue`, and writes it to the log.
    /// Until the commit nobody else in the tenant commits: what is read from here on stays so. Where nothing was noted, nothing
    /// is counted.
    ///
    /// # Errors
    /// As [`commit_change`](Self::commit_change).
    pub async fn count_change(&mut self, contacts: i64, of_catalogue: bool) -> Result<()> {
        if self.log.is_empty() {
            if contacts != 0 || of_catalogue {
                return Err(Error::Internal("a change was to be counted of which nothing was noted".into()));
            }
            return self.still_sees_catalogue().await;
        }
        let seen_catalogue = self.seen_catalogue;
        let counted = Count { contacts, of_catalogue, seen_catalogue };
        self.counted = self.log.write(Counted(&mut self.lease), self.tenant, counted).await?;
        match (self.counted, seen_catalogue) {
            (Some(_), _) => Ok(()),
            (None, Some(_)) => Err(Error::Overtaken),
            (None, None) => Err(self.database.has_lost(self.tenant)),
        }
    }

    /// Holds the number of the catalogue as it was noted until the commit.
    async fn still_sees_catalogue(&mut self) -> Result<()> {
        if self.seen_catalogue.is_none() {
            return Ok(());
        }
        let now = sqlx::query_scalar!(
            "select catalogue from tenant_counters where tenant_id = $1 for share",
            self.tenant.uuid()
        )
        .fetch_optional(self.on())
        .await?;
        if now == self.seen_catalogue { Ok(()) } else { Err(Error::Overtaken) }
    }

    /// Commits where all went well. Else it is rolled back, and nothing is locked any more when this returns: who tries again
    /// and leaves alone what is locked would take what it locked itself for another instance's.
    ///
    /// # Errors
    /// That of the outcome, or of the commit.
    pub async fn end<T>(mut self, outcome: Result<T>) -> Result<T> {
        match outcome {
            Ok(value) => self.commit().await.map(|()| value),
            Err(error) => {
                // Where that fails, the connection is given up.
                if self.lease.execute("rollback").await.is_ok() {
                    self.lease.ended();
                }
                Err(error)
            }
        }
    }

    /// Commits; counts what was noted and is not counted yet.
    ///
    /// # Errors
    /// Those of the database, and of [`count_change`](Self::count_change); nothing is committed then.
    pub async fn commit(mut self) -> Result<()> {
        if !self.log.is_empty() {
            self.count_change(0, false).await?;
        }
        self.lease.execute("commit").await?;
        self.lease.ended();
        if let Some((number, stamp)) = self.counted {
            self.database.changed().committed(self.tenant, number, stamp);
        }
        Ok(())
    }
}
