//! The checker itself: what it lets pass and what it catches.

use std::collections::BTreeSet;

use super::checker::check;

fn violations(sql: &str) -> Vec<String> {
    let tables: BTreeSet<String> =
        ["contacts", "tags", "contact_tags", "fields"].into_iter().map(str::to_owned).collect();
    check(sql, &tables).violations
}

#[test]
fn statements_that_name_the_tenant_everywhere_pass() {
    for sql in [
        "select id from tags where tenant_id = $1 and id = $2",
        "select id from tags where tenant_id = $1 for update",
        "select id from tags where (tenant_id = $1) and (id = $2 or id = $3)",
        "select t.id from tags as t where t.tenant_id = $1 and t.name is distinct from $2",
        "select count(*) as \"total!\" from tags where tenant_id = $1",
        "select 'from contacts', left(t.name, 1) from tags t where left(t.name, 1) = $2 and t.tenant_id = $1",
        "select c.id from contacts c join contact_tags x on x.tenant_id = $1 and x.contact_id = c.id
         where c.tenant_id = $1",
        "select c.id from contacts c join contact_tags x on x.contact_id = c.id
         where c.tenant_id = $1 and x.tenant_id = $1",
        "select c.id from contacts c left join tags t on t.tenant_id = $1 and t.id = c.id where c.tenant_id = $1",
        "select c.id from contacts c, tags t where c.tenant_id = $1 and t.tenant_id = $1",
        "select c.id from contacts c where c.tenant_id = $1
         and exists (select from contact_tags x where x.tenant_id = $1 and x.contact_id = c.id)",
        "select c.id, (select count(*) from tags t where t.tenant_id = $1) from contacts c where c.tenant_id = $1",
        "select c.id from (select id from contacts where tenant_id = $1) c",
        "select c.id from contacts c left join lateral (select t.id from tags t where t.tenant_id = $1) t on true
         where c.tenant_id = $1 order by c.id",
        "select id from tags where tenant_id = $1 union all select id from contacts where tenant_id = $1",
        "with x as (select id from tags where tenant_id = $1), y as (select id from x) select id from y",
        "insert into tags (tenant_id, id) values ($1, $2), ($1, $3)",
        "insert into tags (tenant_id, id) values ($1, $2) on conflict (tenant_id, id) do update set name = excluded.name",
        "insert into tags (tenant_id, id) select $1, n.* from unnest($2::uuid[]) as n on conflict do nothing",
        "insert into tags (tenant_id, id) select $1, c.id from contacts c where c.tenant_id = $1",
        "update tags set name = $2 where tenant_id = $1",
        "update tags t set name = $2::text, n = string_to_array(x.n, ',')::integer[], m = 'a'::text
         from unnest($3::text[]) as x (n) where t.tenant_id = $1",
        "select t.name::text from tags t where t.tenant_id = $1 for update",
        "update tags t set name = $2 from contacts c where t.tenant_id = $1 and c.tenant_id = $1",
        "delete from tags where tenant_id = $1",
        "delete from contact_tags x using tags t where x.tenant_id = $1 and t.tenant_id = $1",
        "select tenant_id from tenant_slugs where slug = $1",
        "select extract(epoch from created_at) from tags where tenant_id = $1",
    ] {
        assert_eq!(violations(sql), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn a_table_without_the_tenant_is_caught() {
    for sql in [
        "select id from tags",
        "select id from tags where id = $1",
        "select id from tags where tenant_id = $2",
        "select id from tags where tenant_id = any($1)",
        "select id from tags where tenant_id <> $1",
        "select id from tags where not tenant_id = $1",
        "select id from tags where tenant_id = $1 or id = $2",
        "select id from tags where (tenant_id = $1 or id = $2) and name = $3",
        "select id from tags where coalesce(tenant_id = $1, true)",
        "select id, tenant_id = $1 from tags",
        "select id from tags order by tenant_id = $1",
        "select id from tags group by id having tenant_id = $1",
        "select t.id from tags t where tags.tenant_id = $1",
        "select c.id from contacts c join tags t on t.id = c.id where c.tenant_id = $1",
        "select c.id from contacts c join tags t on t.tenant_id = c.tenant_id where c.tenant_id = $1",
        "select c.id from contacts c join tags t on t.tenant_id = $1 or true where c.tenant_id = $1",
        "select c.id from contacts c join tags t on t.tenant_id = $1 where t.tenant_id = $1",
        "select c.id from contacts c left join tags t on t.tenant_id = $1 and c.tenant_id = $1",
        "select c.id from contacts c join tags t on t.tenant_id = $1 where tenant_id = $1",
        "select c.id from contacts c, tags t where c.tenant_id = $1",
        "select c.id from contacts c join fields f on f.tenant_id = $1, tags t where c.tenant_id = $1",
        "select id from tags where tenant_id = $1 union select id from contacts",
        "select c.id from contacts c where c.tenant_id = $1 and exists (select from tags t where t.id = c.id)",
        "select c.id from contacts c where exists (select from tags t where t.tenant_id = $1 and c.tenant_id = $1)",
        "select (select count(*) from tags) from contacts c where c.tenant_id = $1",
        "select c.id from contacts c cross join lateral (select t.id from tags t where t.tenant_id = c.tenant_id) t
         where c.tenant_id = $1",
        "with x as (select id from tags) select id from contacts where tenant_id = $1",
        "with x as (delete from tags t where t.id = $2) select id from contacts where tenant_id = $1",
        "update tags set name = $2",
        "update tags set name = $2 where id = $1",
        "update tags t set name = $2 from contacts c where t.tenant_id = $1",
        "update tags set tenant_id = $1",
        "delete from tags",
        "delete from tags t using contacts c where t.tenant_id = $1",
    ] {
        assert!(violations(sql).iter().any(|one| one.contains("is missing")), "{sql}: {:?}", violations(sql));
    }
}

#[test]
fn inserts_and_updates_that_do_not_keep_to_the_tenant_are_caught() {
    for sql in [
        "insert into tags values ($1, $2)",
        "insert into tags (id, tenant_id) values ($2, $1)",
        "insert into tags (tenant_id, id) values ($2, $1)",
        "insert into tags (tenant_id, id) values ($1, $2), ($3, $4)",
        "insert into tags (tenant_id, id) values ($1::uuid, $2)",
        "insert into tags (tenant_id, id) values ($1, (select id from contacts where tenant_id = $1))",
        "insert into tags (tenant_id, id) select n.* from unnest($1::uuid[], $2::uuid[]) as n",
        "insert into tags (tenant_id, id) select c.tenant_id, c.id from contacts c where c.tenant_id = $1",
        "insert into tags (tenant_id, id) default values",
        "insert into tags (tenant_id, id) values ($1, $2) on conflict (id) do nothing",
        "insert into tags (tenant_id, id) values ($1, $2) on conflict (tenant_id, id) do update set tenant_id = $3",
        "update tags set name = $2, tenant_id = $3 where tenant_id = $1",
        "update tags set (name, tenant_id) = ($2, $3) where tenant_id = $1",
        "update tags t set n = x.n::integer[] from unnest($2::text[]) as x (n) where t.tenant_id = $1",
        "update tags t set n = coalesce(x.n::integer[], t.n) from unnest($2::text[]) as x (n) where t.tenant_id = $1",
        "update tags t set n = (x.n)::integer[] from unnest($2::text[]) as x (n) where t.tenant_id = $1",
        "update tags set name = $2 where tenant_id = $1 and name::text = $3",
        "with x as (update tags set n = name::integer where tenant_id = $1) select 1",
    ] {
        assert_ne!(violations(sql), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn what_differs_from_node_to_node_is_caught() {
    for sql in [
        "update tags set updated_at = now() where tenant_id = $1",
        "update tags set updated_at = NOW() where tenant_id = $1",
        "update tags set updated_at = current_timestamp where tenant_id = $1",
        "insert into tags (tenant_id, id) values ($1, gen_random_uuid())",
        "select id from tags where tenant_id = $1 and created_at < clock_timestamp()",
        "select id from tags where tenant_id = $1 and id = current_setting('app.id')::uuid",
        "merge into tags using contacts c on true when matched then do nothing",
        "select id from tags where tenant_id::text = $1",
        "select id from tags where tenant_id = $1 and tenant_id::text = $2",
    ] {
        assert_ne!(violations(sql), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn what_cannot_be_read_is_not_let_pass() {
    for sql in [
        "select id from nowhere where tenant_id = $1",
        "select id from public.tags where tenant_id = $1",
        "select id from \"tags\" where tenant_id = $1",
        "select id from (tags t join contacts c on true) where tenant_id = $1",
        "select c.id from contacts c natural join tags t where c.tenant_id = $1 and t.tenant_id = $1",
        "select c.id from contacts c right join tags t on t.tenant_id = $1 where c.tenant_id = $1",
        "select c.id from contacts c join tags t using (tenant_id) where c.tenant_id = $1",
        "with tags as (select id from contacts where tenant_id = $1) select id from tags",
        "insert into nowhere (tenant_id) values ($1)",
        "select id from tags where (tenant_id = $1",
        "select 'id from tags",
    ] {
        assert_ne!(violations(sql), Vec::<String>::new(), "{sql}");
    }
}
