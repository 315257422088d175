-- Companies, shared by contacts.
create table companies (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    -- The name without regard to case: what "the same company" means, and the order of listings.
    name_key text collate "C" not null,
    phone text,
    address text,
    industry text,
    -- Since when a company that was deleted or merged is out of sight, while contacts still leave it one after the
    -- other; and the company that stands for a merged one.
    retired_at timestamptz,
    merged_into uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
alter table companies add constraint companies_pkey primary key (tenant_id, id);
alter table companies add constraint companies_name_key_unique unique (tenant_id, name_key);
alter table companies add constraint companies_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
