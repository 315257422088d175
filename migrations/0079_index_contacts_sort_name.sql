-- Behind `sort=name`.
create index contacts_sort_name on contacts (tenant_id, sort_name, id);
