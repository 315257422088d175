-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table fields alter column system_name type text collate "C";
