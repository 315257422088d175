-- The trash, newest first; and what has been in it for too long.
create index contact_trash_newest on contact_trash (tenant_id, deleted_at desc, contact_id desc);
