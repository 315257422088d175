-- name_key: the name without regard to case, what "the same company" means.
create table companies (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    name_key text not null,
    phone text,
    address text,
    industry text,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
