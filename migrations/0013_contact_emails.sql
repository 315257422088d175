-- The email addresses of a contact, in the order given.
create table contact_emails (
    tenant_id uuid not null,
    contact_id uuid not null,
    position smallint not null,
    -- As typed.
    email text not null,
    is_primary boolean not null,
    -- Composed, in lower case, the domain in ASCII: what equal addresses share.
    email_key text collate "C" not null
);
alter table contact_emails add constraint contact_emails_pkey primary key (tenant_id, contact_id, position);
alter table contact_emails add constraint contact_emails_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
-- `email=`, upserts by email, and duplicates.
create index contact_emails_email_key on contact_emails (tenant_id, email_key, contact_id);
