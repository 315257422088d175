alter table tenants add constraint tenants_pkey primary key (tenant_id);
