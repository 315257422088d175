-- The groups of a contact, in the order given.
create table contact_groups (
    tenant_id uuid not null,
    contact_id uuid not null,
    group_id uuid not null,
    position smallint not null
);
alter table contact_groups add constraint contact_groups_pkey primary key (tenant_id, contact_id, group_id);
alter table contact_groups add constraint contact_groups_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
alter table contact_groups add constraint contact_groups_group_fkey
    foreign key (tenant_id, group_id) references groups (tenant_id, id) on delete restrict;
-- `group=`: the contacts of a group, in the order of their ids, in which a job goes through them.
create index contact_groups_group on contact_groups (tenant_id, group_id, contact_id);
