-- A page by its number: what is passed over is read of the index alone, then ten documents.
select t.contacts, p.id, p.document, p.document_version
from tenant_counters t
left join lateral (
    select c.id, c.document, c.document_version, c.created_at
    from (
        select i.id from contacts i
        where i.tenant_id = :tenant
        order by i.created_at desc, i.id desc
        limit 10 offset :offset
    ) i
    join contacts c on c.tenant_id = :tenant and c.id = i.id
) p on true
where t.tenant_id = :tenant
order by p.created_at desc, p.id desc
