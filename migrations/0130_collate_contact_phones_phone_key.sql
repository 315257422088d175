-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table contact_phones alter column phone_key type text collate "C";
