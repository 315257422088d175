-- The merges that a contact came out of.
create index contact_merges_survivor on contact_merges (tenant_id, survivor_id, id);
