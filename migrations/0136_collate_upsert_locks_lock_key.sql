-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table upsert_locks alter column lock_key type text collate "C";
