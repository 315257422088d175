-- The folded name, by which a listing is sorted; of the same order in every locale.
alter table contacts add column sort_name text collate "C" not null default '';
