-- The first page with its exact total from the counter row.
select t.contacts, p.id, p.document, p.document_version
from tenant_counters t
left join lateral (
    select c.id, c.document, c.document_version, c.created_at from contacts c
    where c.tenant_id = :tenant
    order by c.created_at desc, c.id desc
    limit 10
) p on true
where t.tenant_id = :tenant
