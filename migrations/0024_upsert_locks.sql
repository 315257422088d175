-- What upserts are about at this moment: a row is inserted and deleted in the transaction of the upsert, so that
-- another one of the same value waits for its end. Nobody ever sees a row.
create table upsert_locks (
    tenant_id uuid not null,
    -- A digest of the key and the value.
    lock_key text collate "C" not null
);
-- What the other one waits at.
alter table upsert_locks add constraint upsert_locks_pkey primary key (tenant_id, lock_key);
