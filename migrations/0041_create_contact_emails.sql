-- email: as typed. email_key: in lower case, what equal addresses share.
create table contact_emails (
    tenant_id uuid not null,
    contact_id uuid not null,
    position smallint not null,
    email text not null,
    is_primary boolean not null,
    email_key text not null
);
