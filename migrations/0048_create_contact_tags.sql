-- The tags of a contact, in the order given.
create table contact_tags (
    tenant_id uuid not null,
    contact_id uuid not null,
    tag_id uuid not null,
    position smallint not null
);
