-- The contacts that one stands for.
create index contact_redirects_survivor on contact_redirects (tenant_id, survivor_id);
