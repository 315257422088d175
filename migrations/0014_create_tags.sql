-- name_key: the name without regard to case, what "the same tag" means.
create table tags (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    name_key text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
