-- Behind `keyword`.
create index contacts_search_text on contacts using gin (search_text gin_trgm_ops);
