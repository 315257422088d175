//! Statements of the service that wait for a lock. What PostgreSQL does by itself waits, too, at times.

use sqlx::{AssertSqlSafe, PgPool};

/// Of a row of `pg_stat_activity`: it waits for a lock.
pub const WAITING: &str = "wait_event_type = 'Lock' and backend_type = 'client backend'";

/// Whether one waits for a lock.
pub async fn somebody_waits(pool: &PgPool) -> bool {
    somebody_waits_for(pool, 0).await
}

/// Whether one waits that was begun so many milliseconds ago.
pub async fn somebody_waits_for(pool: &PgPool, milliseconds: i64) -> bool {
    let sql = format!(
        "select exists (select from pg_stat_activity where datname = current_database() and {WAITING}
                          and query_start <= clock_timestamp() - $1 * interval '1 millisecond')"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(milliseconds).fetch_one(pool).await.unwrap()
}

/// Cancels those that wait, as their time-outs do; says how many.
pub async fn cancel_waiting(pool: &PgPool) -> i64 {
    let sql = format!(
        "select count(pg_cancel_backend(pid)) from pg_stat_activity where datname = current_database() and {WAITING}"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap()
}
