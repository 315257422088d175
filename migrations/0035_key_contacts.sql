alter table contacts add constraint contacts_pkey primary key (tenant_id, id);
