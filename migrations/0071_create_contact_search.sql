-- What `keyword` searches, apart from the contacts so that a search reads narrow rows. search_text: the folded
-- lines; grams: hashes of the tenant with every 1, 2 and 3 letters in a row of its words; created_at: the
-- contact's, for the order of a listing.
create table contact_search (
    tenant_id uuid not null,
    contact_id uuid not null,
    created_at timestamptz not null,
    search_text text not null,
    grams integer[] not null
) with (fillfactor = 95);
