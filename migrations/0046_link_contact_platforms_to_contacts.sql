alter table contact_platforms add constraint contact_platforms_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
