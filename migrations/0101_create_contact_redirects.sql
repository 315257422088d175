-- Contacts that were merged into another: which contact stands for them now.
create table contact_redirects (
    tenant_id uuid not null,
    contact_id uuid not null,
    survivor_id uuid not null,
    merge_id uuid not null
);
