-- What `keyword` searches, apart from the contacts so that a search reads narrow rows (docs/search.md).
create table contact_search (
    tenant_id uuid not null,
    contact_id uuid not null,
    -- The contact's, for the order of a listing.
    created_at timestamptz not null,
    -- The folded lines that a keyword is looked for in.
    search_text text not null,
    -- Hashes of the tenant with every 1, 2 and 3 letters in a row of the words.
    grams integer[] not null
) with (fillfactor = 95);
alter table contact_search add constraint contact_search_pkey primary key (tenant_id, contact_id);
alter table contact_search add constraint contact_search_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
-- A search for something frequent walks the contacts, newest first.
create index contact_search_newest on contact_search (tenant_id, created_at desc, contact_id desc);
-- A search for something rare, and the total of any. The tenant is part of every gram. New entries wait in a list that
-- every search reads too; how many may wait is up to who writes them (`gin_pending_list_limit`): few for requests, more
-- for jobs.
create index contact_search_grams on contact_search using gin (grams);
