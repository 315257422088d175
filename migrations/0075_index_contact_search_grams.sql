-- A search for something rare, and the total of any. The tenant is part of every gram. New entries wait in a list
-- that every search reads too, so that list is kept short (256 kB).
create index contact_search_grams on contact_search using gin (grams) with (gin_pending_list_limit = 256);
