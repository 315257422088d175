alter table contact_tags add constraint contact_tags_pkey primary key (tenant_id, contact_id, tag_id);
