-- contacts_of_company serves what it served.
drop index contacts_company;
