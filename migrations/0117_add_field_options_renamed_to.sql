-- The value that took this one's place, while contacts still follow; such an option can no longer be chosen.
alter table field_options add column renamed_to text;
