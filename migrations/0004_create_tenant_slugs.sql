-- Global: the slug a token names, resolved to the id that every other statement takes.
-- No foreign keys, so that it can be replicated while the tenant tables are sharded.
create table tenant_slugs (
    slug text not null,
    tenant_id uuid not null
);
