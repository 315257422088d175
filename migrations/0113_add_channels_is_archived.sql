-- An archived channel stays with its contacts and takes no new ones.
alter table channels add column is_archived boolean not null default false;
