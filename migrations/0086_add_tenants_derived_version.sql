-- By which version of the rules everything derived of the tenant was written; an older one is rebuilt at start.
alter table tenants add column derived_version smallint not null default 0;
