-- One row a tenant. Everything else of a tenant carries its tenant_id first in the key.
create table tenants (
    tenant_id uuid not null,
    slug text not null,
    created_at timestamptz not null
);
