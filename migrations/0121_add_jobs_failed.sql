-- How many contacts a job could not change.
alter table jobs add column failed bigint not null default 0;
