alter table tags add constraint tags_pkey primary key (tenant_id, id);
