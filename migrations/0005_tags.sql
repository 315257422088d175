-- Tags, shared by contacts.
create table tags (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    -- The name without regard to case: what "the same tag" means, and the order of listings.
    name_key text collate "C" not null,
    -- `#rrggbb`.
    colour text,
    -- Since when a tag that was deleted or merged is out of sight, while contacts still lose it one after the other;
    -- and the tag that stands for a merged one.
    retired_at timestamptz,
    merged_into uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
alter table tags add constraint tags_pkey primary key (tenant_id, id);
alter table tags add constraint tags_name_key_unique unique (tenant_id, name_key);
alter table tags add constraint tags_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
