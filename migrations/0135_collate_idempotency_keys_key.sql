-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table idempotency_keys alter column key type text collate "C";
