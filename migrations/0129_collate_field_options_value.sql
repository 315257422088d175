-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table field_options alter column value type text collate "C";
