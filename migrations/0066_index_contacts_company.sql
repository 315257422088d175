-- Contacts of a company.
create index contacts_company on contacts (tenant_id, company_id) where company_id is not null;
