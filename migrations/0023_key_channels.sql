alter table channels add constraint channels_pkey primary key (tenant_id, id);
