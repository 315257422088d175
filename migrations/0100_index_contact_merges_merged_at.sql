-- The merges that cannot be undone for much longer.
create index contact_merges_merged_at on contact_merges (tenant_id, merged_at);
