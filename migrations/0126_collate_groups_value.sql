-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table groups alter column value type text collate "C";
