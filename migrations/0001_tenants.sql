-- One row a tenant. Everything else of a tenant carries its tenant_id first in the key.
create table tenants (
    tenant_id uuid not null,
    -- What tokens call the tenant; `tenant_slugs` leads from it to the id.
    slug text not null,
    -- By which version of the rules everything derived of the tenant was written; an older one is rebuilt behind the
    -- requests.
    derived_version smallint not null default 0,
    -- The version that is being rebuilt, and the last contact that was. Whoever does the next batch locks the row.
    rebuild_version smallint not null default 0,
    rebuilt_to uuid,
    created_at timestamptz not null
);
alter table tenants add constraint tenants_pkey primary key (tenant_id);
