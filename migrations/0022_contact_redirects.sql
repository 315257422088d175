-- Contacts that were merged into another: which contact stands for them now, by which merge.
create table contact_redirects (
    tenant_id uuid not null,
    contact_id uuid not null,
    survivor_id uuid not null,
    merge_id uuid not null
);
alter table contact_redirects add constraint contact_redirects_pkey primary key (tenant_id, contact_id);
-- The contacts that one stands for: they move on when it is merged itself, and go when it is erased.
create index contact_redirects_survivor on contact_redirects (tenant_id, survivor_id);
