alter table upsert_locks add constraint upsert_locks_pkey primary key (tenant_id, lock_key);
