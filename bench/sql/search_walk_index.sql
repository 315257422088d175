-- The page by walking newest first, the total by grams.
with page as (
    select s.contact_id, s.created_at from contact_search s
    where s.tenant_id = :tenant and s.search_text like :pattern
    order by s.created_at desc, s.contact_id desc
    limit 10
)
select (
        select count(*) from contact_search s
        where s.tenant_id = :tenant and s.grams @> :grams and s.search_text like :pattern
    ) as total, c.id, c.document, c.document_version
from page p join contacts c on c.tenant_id = :tenant and c.id = p.contact_id
order by p.created_at desc, p.contact_id desc
