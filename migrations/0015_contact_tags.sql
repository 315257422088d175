-- The tags of a contact, in the order given.
create table contact_tags (
    tenant_id uuid not null,
    contact_id uuid not null,
    tag_id uuid not null,
    position smallint not null
);
alter table contact_tags add constraint contact_tags_pkey primary key (tenant_id, contact_id, tag_id);
alter table contact_tags add constraint contact_tags_contact_fkey
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade;
alter table contact_tags add constraint contact_tags_tag_fkey
    foreign key (tenant_id, tag_id) references tags (tenant_id, id) on delete restrict;
-- `tag=`: the contacts with a tag, in the order of their ids, in which a job goes through them.
create index contact_tags_tag on contact_tags (tenant_id, tag_id, contact_id);
