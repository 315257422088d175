-- Merges of contacts. `snapshots` is what the tables had of the contacts before, as JSON: what an undo goes back to;
-- null once it cannot be undone any more.
create table contact_merges (
    tenant_id uuid not null,
    id uuid not null,
    survivor_id uuid not null,
    merged_ids uuid[] not null,
    merged_at timestamptz not null,
    merged_by text not null,
    undone_at timestamptz,
    snapshots text
);
