-- What upserts are about at this moment: a row is inserted and deleted in the transaction of the upsert, so that another
-- one of the same value waits for its end. Nobody ever sees a row. `lock_key` is a digest of the key and the value.
create table upsert_locks (
    tenant_id uuid not null,
    lock_key text not null
);
