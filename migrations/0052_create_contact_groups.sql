-- The groups of a contact, in the order given.
create table contact_groups (
    tenant_id uuid not null,
    contact_id uuid not null,
    group_id uuid not null,
    position smallint not null
);
