// Twenty and some calls through the client that is generated from the service's own document. `.ci/clients` type-checks
// and runs them against a running service; docs/clients.md says how the client is made.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./contacts.js";

type Contact = components["schemas"]["Contact"];
// The client's types lack what is always null.
type ErrorBody = Omit<components["schemas"]["ErrorBody"], "data">;

const { BASE, TOKEN } = process.env;
assert(BASE && TOKEN, "BASE and TOKEN are set");
const api = createClient<paths>({
  baseUrl: BASE,
  headers: { Authorization: `Bearer ${TOKEN}` },
  querySerializer: { object: { style: "form", explode: true } },
});

// The tenant may have data already, also of an earlier run.
const run = Date.now().toString(36);
const number = Date.now().toString().slice(-8);

interface Answer<T> {
  data?: T;
  error?: ErrorBody;
  response: Response;
}

let calls = 0;

/** What a call answers where it succeeds. */
async function ok<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  calls += 1;
  assert(data !== undefined, `${response.url}: ${response.status} ${JSON.stringify(error)}`);
  return data;
}

/** The error of a call that is refused. */
async function refused(status: number, call: Promise<Answer<unknown>>): Promise<ErrorBody> {
  const { error, response } = await call;
  calls += 1;
  assert.equal(response.status, status, response.url);
  assert(error, response.url);
  return error;
}

/** The ids of all pages, by their cursors. */
async function pages(tag: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { tag: [tag], pageSize: 2, sort: "name" as const, count: "none" as const, ...(cursor && { cursor }) };
    const page = await ok(api.GET("/api/v1/contacts", { params: { query } }));
    assert.equal(page.total, null);
    ids.push(...page.data.map((contact) => contact.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return ids;
}

async function etag(id: string): Promise<string> {
  const { data, response } = await api.GET("/api/v1/contacts/{id}", { params: { path: { id } } });
  calls += 1;
  assert.equal(data?.data.id, id);
  return response.headers.get("etag") ?? assert.fail("a contact has an etag");
}

// What is needed first: a field, a group, a channel.
const field = await ok(
  api.POST("/api/v1/contacts/fields", { body: { display_name: `Sector ${run}`, system_name: `cf_${run}`, type: "text" } }),
);
assert.deepEqual([field.data.type, field.data.is_required, field.data.options], ["text", false, []]);
const group = await ok(api.POST("/api/v1/groups", { body: { value: `g-${run}` } }));
assert.equal(group.data.label, `g-${run}`);
await ok(api.POST("/api/v1/channels", { body: { name: `c-${run}` } }));
const channels = await ok(api.GET("/api/v1/channels", { params: { query: { archived: "false", pageSize: 100 } } }));
assert(channels.data.every((channel) => !channel.is_archived) && channels.total > 0);

// Create and read.
const frank: Contact = await ok(
  api.POST("/api/v1/contacts", {
    params: { header: { "Idempotency-Key": `frank-${run}` } },
    body: {
      name: `Frank ${run}`,
      channel: `c-${run}`,
      email: [{ email: `frank-${run}@example.com`, isPrimary: true }],
      phone: [{ phone: `+95 9 7${number}` }],
      tags: [`a-${run}`, { name: `b-${run}` }],
      company: { name: `Company ${run}` },
      customFields: { [`cf_${run}`]: "Finance" },
      contact_groups: [group.data.id],
    },
  }),
);
assert.equal(frank.username, `Frank ${run}`);
assert.deepEqual(frank.tags.map((tag) => tag.name), [`a-${run}`, `b-${run}`]);
assert.equal(frank.customFields[0]?.value, "Finance");
assert(Date.parse(frank.createdAt) > 0);
const first = await etag(frank.id);

// Find it: filters of all kinds, one of them twice.
const query = {
  keyword: `frank ${run}`,
  tag: [`a-${run}`, `b-${run}`],
  has: ["email", "phone"],
  createdAfter: ["2020-01-01T00:00:00Z"],
  customFields: { [`cf_${run}`]: "finance" },
  sort: "-updatedAt" as const,
  count: "exact" as const,
};
const found = await ok(api.GET("/api/v1/contacts", { params: { query } }));
assert.deepEqual([found.total, found.data[0]?.id], [1, frank.id]);
const none = await ok(api.GET("/api/v1/contacts", { params: { query: { ...query, customFields: { [`cf_${run}`]: "Trade" } } } }));
assert.equal(none.total, 0);

// Change it, if nobody else did.
const path = { id: frank.id };
await ok(
  api.PUT("/api/v1/contacts/{id}", {
    params: { path, header: { "If-Match": first } },
    body: { specific_update_fields: ["notes"], name: "Not this", notes: "Moved to Mandalay." },
  }),
);
const outdated = await refused(
  412,
  api.PATCH("/api/v1/contacts/{id}", { params: { path, header: { "If-Match": first } }, body: { notes: null } }),
);
assert.equal(outdated.error.type, "precondition_failed");
const second = await etag(frank.id);
assert.notEqual(second, first);
await ok(api.PATCH("/api/v1/contacts/{id}", { params: { path, header: { "If-Match": second } }, body: { address: "Yangon" } }));
await ok(api.PATCH("/api/v1/contacts/{id}/tags", { params: { path }, body: { actionType: "MERGE", tags: [`c-${run}`] } }));
const changed = (await ok(api.GET("/api/v1/contacts/{id}", { params: { path } }))).data;
assert.deepEqual([changed.name, changed.notes, changed.address], [`Frank ${run}`, "Moved to Mandalay.", "Yangon"]);
// What was read may be sent back.
await ok(api.PUT("/api/v1/contacts/{id}", { params: { path }, body: { ...changed, specific_update_fields: [] } }));

// Tags: one goes into another.
const tags = await ok(api.GET("/api/v1/tags", { params: { query: { keyword: run } } }));
const idOf = (name: string): string => tags.data.find((tag) => tag.name === name)?.id ?? assert.fail(name);
const merged = await ok(
  api.POST("/api/v1/tags/{id}/merge", { params: { path: { id: idOf(`c-${run}`) } }, body: { into: idOf(`b-${run}`) } }),
);
assert("name" in merged.data && merged.data.name === `b-${run}`);

// Many at once, and what a filter finds.
const bulk = await ok(
  api.POST("/api/v1/contacts/bulk", {
    body: {
      operations: [
        { action: "create", contact: { name: `May ${run}`, tags: [`bulk-${run}`], email: [], phone: [{ phone: `+95 9 8${number}` }] } },
        { action: "upsert", by: "email", value: `aye-${run}@example.com`, contact: { name: `Aye ${run}`, tags: [`bulk-${run}`] } },
        { action: "tag", id: frank.id, actionType: "MERGE", tags: [`bulk-${run}`] },
        { action: "delete", id: "0198c0de-8a2f-7d40-b1c9-2f1f9f6f0a56" },
      ],
    },
  }),
);
assert.deepEqual(bulk.data.results.map((result) => result.status), [201, 201, 200, 404]);
assert.equal(bulk.data.results[3]?.error?.type, "not_found");
const may = bulk.data.results[0]?.id ?? assert.fail("May was made");
const dryRun = await ok(
  api.POST("/api/v1/contacts/bulk/by-filter", {
    body: { filter: { tag: `bulk-${run}`, has: ["phone"] }, action: "delete", dryRun: true },
  }),
);
assert("matched" in dryRun.data && dryRun.data.matched === 2);
assert.equal(new Set(await pages(`bulk-${run}`)).size, 3);

// By a value: there is one with this phone.
const upserted = await ok(
  api.PUT("/api/v1/contacts/by/{key}/{value}", {
    params: { path: { key: "phone", value: `+95 9 7${number}` } },
    body: { notes: "Called back." },
  }),
);
assert.equal(upserted.notes, "Called back.");

// Twice there: merged, and not after all.
const twin = await ok(
  api.POST("/api/v1/contacts", { body: { name: `Twin ${run}`, email: [{ email: `frank-${run}@example.com` }], phone: [] } }),
);
const duplicates = await ok(api.GET("/api/v1/contacts/duplicates", { params: { query: { by: "email", pageSize: 100 } } }));
assert(duplicates.data.some((group) => group.reason === "email" && group.contacts.some((one) => one.id === twin.id)));
const merge = await ok(
  api.POST("/api/v1/contacts/{id}/merge", { params: { path }, body: { from: [twin.id], prefer: { name: twin.id } } }),
);
assert.equal(merge.data.contact.name, `Twin ${run}`);
const undone = await ok(
  api.POST("/api/v1/contacts/merges/{id}/undo", { params: { path: { id: merge.data.mergeId ?? assert.fail("no merge") } } }),
);
assert(undone.data.undoneAt !== null && !undone.data.isUndoable);

// Members of a group.
const inGroup = { path: { id: group.data.id } };
const added = await ok(api.POST("/api/v1/groups/{id}/members", { params: inGroup, body: { contactIds: [frank.id, may] } }));
assert.deepEqual([added.data.changed, added.data.unchanged], [1, 1]);
const removed = await ok(api.POST("/api/v1/groups/{id}/members/remove", { params: inGroup, body: { contactIds: [may] } }));
assert.equal(removed.data.changed, 1);
const members = await ok(api.GET("/api/v1/groups/{id}/members", { params: { ...inGroup, query: { sort: "name" } } }));
assert.deepEqual(members.data.map((contact) => contact.id), [frank.id]);

// Companies and their contacts.
const company = frank.company ?? assert.fail("Frank has a company");
const renamed = await ok(
  api.PATCH("/api/v1/companies/{id}", { params: { path: { id: company.id } }, body: { industry: "Trade" } }),
);
assert("industry" in renamed.data && renamed.data.industry === "Trade");
const colleagues = await ok(api.GET("/api/v1/companies/{id}/contacts", { params: { path: { id: company.id } } }));
assert.deepEqual(colleagues.data.map((contact) => contact.company?.name), [`Company ${run}`]);

// Jobs and history.
const jobs = await ok(api.GET("/api/v1/jobs"));
assert(jobs.data.every((job) => job.done <= job.total));
const history = await ok(api.GET("/api/v1/contacts/{id}/history", { params: { path } }));
assert.equal(history.data.at(-1)?.action, "created");

// The trash, the way back, and the end.
await ok(api.DELETE("/api/v1/contacts/{id}", { params: { path } }));
const trashed = await ok(api.GET("/api/v1/contacts/trash/{id}", { params: { path } }));
assert(Date.parse(trashed.data.deletedAt) >= Date.parse(trashed.data.createdAt));
const restored = await ok(api.POST("/api/v1/contacts/{id}/restore", { params: { path } }));
assert.equal(restored.data.id, frank.id);
await ok(api.DELETE("/api/v1/contacts/{id}", { params: { path, query: { permanent: true } } }));
const gone = await refused(404, api.GET("/api/v1/contacts/{id}", { params: { path } }));
assert.equal(gone.error.type, "not_found");

// Every invalid field is named.
const invalid = await refused(
  422,
  api.POST("/api/v1/contacts", { body: { email: [{ email: "no address" }], phone: [{ phone: "+95 9 797 877 765" }] } }),
);
assert.equal(invalid.error.type, "validation_failed");
assert.deepEqual(invalid.error.details.map((detail) => detail.field).sort(), ["email[0].email", "username"]);

// What the document does not know does not compile.
// @ts-expect-error
void (() => api.GET("/api/v1/contacts", { params: { query: { sort: "colour" } } }));
// @ts-expect-error
void (() => api.PATCH("/api/v1/contacts/{id}", { params: { path }, body: { notes: 5 } }));

console.log(`TypeScript: ${calls} calls`);
