alter table tenant_counters add constraint tenant_counters_pkey primary key (tenant_id);
