-- Contacts of a group.
create index contact_groups_group on contact_groups (tenant_id, group_id, contact_id);
