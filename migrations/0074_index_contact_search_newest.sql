-- A search for something frequent walks the contacts newest first.
create index contact_search_newest on contact_search (tenant_id, created_at desc, contact_id desc);
