-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table unique_values alter column value_key type text collate "C";
