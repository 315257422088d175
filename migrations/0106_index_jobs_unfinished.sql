-- The work that is left, oldest first.
create index jobs_unfinished on jobs (tenant_id, id) where finished_at is null;
