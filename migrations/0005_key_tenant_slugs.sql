alter table tenant_slugs add constraint tenant_slugs_pkey primary key (slug);
