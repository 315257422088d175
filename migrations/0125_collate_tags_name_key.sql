-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`; listings follow this order.
alter table tags alter column name_key type text collate "C";
