alter table contact_tags add constraint contact_tags_tag_fkey
    foreign key (tenant_id, tag_id) references tags (tenant_id, id) on delete restrict;
