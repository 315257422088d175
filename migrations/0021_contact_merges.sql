-- Merges of contacts.
create table contact_merges (
    tenant_id uuid not null,
    id uuid not null,
    survivor_id uuid not null,
    merged_ids uuid[] not null,
    merged_at timestamptz not null,
    merged_by text not null,
    undone_at timestamptz,
    -- What the tables had of the contacts before, as JSON: what an undo goes back to; null once it cannot be undone any
    -- more.
    snapshots text
);
alter table contact_merges add constraint contact_merges_pkey primary key (tenant_id, id);
-- The merges that a contact came out of.
create index contact_merges_survivor on contact_merges (tenant_id, survivor_id, id);
-- The merges that can no longer be undone: their snapshots go.
create index contact_merges_merged_at on contact_merges (tenant_id, merged_at);
-- The merges that a contact went into: they go when it is erased.
create index contact_merges_merged on contact_merges using gin (merged_ids) with (fastupdate = off);
