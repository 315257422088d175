-- Everything that has the keyword, by its grams; counted, and the newest ten with their documents.
with hits as materialized (
    select s.contact_id, s.created_at from contact_search s
    where s.tenant_id = :tenant and s.grams @> :grams and s.search_text like :pattern
), page as (
    select h.contact_id, h.created_at from hits h order by h.created_at desc, h.contact_id desc limit 10
)
select (select count(*) from hits) as total, c.id, c.document, c.document_version
from page p join contacts c on c.tenant_id = :tenant and c.id = p.contact_id
order by p.created_at desc, p.contact_id desc
