-- How many new entries may wait to be sorted in is up to who writes them: 256 kB for requests, more for jobs.
alter index contact_search_grams reset (gin_pending_list_limit);
