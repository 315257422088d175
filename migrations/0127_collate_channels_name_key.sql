-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table channels alter column name_key type text collate "C";
