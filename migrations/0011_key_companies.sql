alter table companies add constraint companies_pkey primary key (tenant_id, id);
