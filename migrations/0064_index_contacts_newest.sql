-- The order of listings: newest first, the id breaks ties.
create index contacts_newest on contacts (tenant_id, created_at desc, id desc);
