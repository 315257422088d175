-- Its place is taken by contact_search_grams, which knows keywords of one and two letters, every script and the
-- tenant.
drop index contacts_search_text;
