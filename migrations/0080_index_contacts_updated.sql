-- Behind `sort=updatedAt`, `updatedAfter` and `updatedBefore`.
create index contacts_updated on contacts (tenant_id, updated_at desc, id desc);
