-- What equal values share, short enough for an index.
alter table field_values add column value_key text not null default '';
