-- By its bytes, as in `0123_collate_tenant_slugs_slug.sql`.
alter table contact_emails alter column email_key type text collate "C";
