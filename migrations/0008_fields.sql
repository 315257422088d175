-- What a contact is made of: the default fields (is_default) and the custom ones (`cf_…`).
create table fields (
    tenant_id uuid not null,
    id uuid not null,
    -- What requests call the field, and what people read.
    system_name text collate "C" not null,
    display_name text not null,
    type text not null,
    is_default boolean not null,
    -- An archived field keeps its values and takes no new ones.
    is_archived boolean not null,
    -- Rules that every contact keeps; `unique_values` holds those of is_unique.
    is_required boolean not null,
    is_unique boolean not null,
    position integer not null,
    -- What its values went through so far, a line of JSON each: options that were renamed, changes of the type. What is
    -- kept of a contact in the trash, or of one from before a merge, says how many of these steps it has behind it, and
    -- takes the others when it comes back.
    steps text not null default '',
    step_count integer not null default 0,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
alter table fields add constraint fields_pkey primary key (tenant_id, id);
alter table fields add constraint fields_system_name_unique unique (tenant_id, system_name);
alter table fields add constraint fields_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
alter table fields add constraint fields_type_is_known check (type in (
    'text', 'textarea', 'number', 'date', 'datetime', 'checkbox', 'select', 'multi_select', 'url', 'email', 'phone'
));
