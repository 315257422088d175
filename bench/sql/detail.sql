-- A contact's stored document, by key.
select id, document, document_version from contacts where tenant_id = :tenant and id = :id
