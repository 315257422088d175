-- Groups of contacts.
create table groups (
    tenant_id uuid not null,
    id uuid not null,
    -- What requests call the group, and what people read.
    value text not null,
    -- The value whatever its spelling: what "the same group" means.
    value_key text collate "C" not null,
    label text not null,
    -- A contact created without groups gets those that are default.
    is_default boolean not null,
    position integer not null,
    -- Since when a deleted group is out of sight, while contacts still leave it one after the other.
    retired_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
alter table groups add constraint groups_pkey primary key (tenant_id, id);
alter table groups add constraint groups_value_key_unique unique (tenant_id, value_key);
alter table groups add constraint groups_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
