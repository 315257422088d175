-- Numbers every change of the catalogue (tags, companies, groups, channels, fields) that a writer of contacts must not
-- miss: a writer notes it before it reads the catalogue and commits only if it is still the same.
alter table tenant_counters add column catalogue bigint not null default 0;
