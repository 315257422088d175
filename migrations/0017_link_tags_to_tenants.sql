alter table tags add constraint tags_tenant_fkey
    foreign key (tenant_id) references tenants (tenant_id) on delete cascade;
