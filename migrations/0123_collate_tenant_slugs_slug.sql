-- In the order of its bytes, whatever the locale of the database: the index survives an update of the operating system.
alter table tenant_slugs alter column slug type text collate "C";
