-- The channels that a contact can come from; also the options of the field `channel`.
create table channels (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    -- The name without regard to case: what "the same channel" means.
    name_key text collate "C" not null,
    -- Their order in listings and in the options of the field; the first one is its default.
    position integer not null,
    -- An archived channel stays with its contacts and takes no new ones.
    is_archived boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
alter table channels add constraint channels_pkey primary key (tenant_id, id);
alter table channels add constraint channels_name_key_unique unique (tenant_id, name_key);
alter table channels add constraint channels_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
