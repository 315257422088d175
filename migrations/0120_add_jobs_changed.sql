-- How many contacts a job changed, of those that it went through.
alter table jobs add column changed bigint not null default 0;
