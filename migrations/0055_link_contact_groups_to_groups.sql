alter table contact_groups add constraint contact_groups_group_fkey
    foreign key (tenant_id, group_id) references groups (tenant_id, id) on delete restrict;
