-- Contacts with a tag.
create index contact_tags_tag on contact_tags (tenant_id, tag_id, contact_id);
