-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table contact_platforms alter column social_platform_id type text collate "C";
