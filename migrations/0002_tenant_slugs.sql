-- Global: the slug a token names, resolved to the id that every other statement takes.
-- No foreign keys, so that it can be replicated to every node while the tenants' tables are sharded.
create table tenant_slugs (
    slug text collate "C" not null,
    tenant_id uuid not null
);
-- Two tenants cannot have one slug.
alter table tenant_slugs add constraint tenant_slugs_pkey primary key (slug);
