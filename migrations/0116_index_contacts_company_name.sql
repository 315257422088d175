-- Contacts of one company that share a name: behind `GET /contacts/duplicates`.
create index contacts_company_name on contacts (tenant_id, company_id, sort_name) where company_id is not null;
