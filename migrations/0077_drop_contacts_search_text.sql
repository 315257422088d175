-- Moved to contact_search.
alter table contacts drop column search_text;
