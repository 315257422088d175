-- Contacts of a company in the order of their ids, in which a job goes through them.
create index contacts_of_company on contacts (tenant_id, company_id, id) where company_id is not null;
