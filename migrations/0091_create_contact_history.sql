-- What was done to each contact: when, by whom, and its fields before and after (`changes`, JSON).
create table contact_history (
    tenant_id uuid not null,
    contact_id uuid not null,
    id uuid not null,
    changed_at timestamptz not null,
    subject text not null,
    request_id text not null,
    action text not null,
    changes text not null
);
