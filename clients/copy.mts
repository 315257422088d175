// Keeps a copy of a tenant's contacts and catalogue in a file, by the stream of changes, through restarts of either side and
// through resets: BASE=http://127.0.0.1:8080 TOKEN=… node copy.mjs copy.json
import { readFile, rename, writeFile } from "node:fs/promises";
type Thing = { id: string };
type Item = { type: string; id: string; event: string; data: Thing | null };
type Page = { data: Item[]; nextCursor: string; hasMore: boolean };
type Listing = { data: Thing[]; lastPage: number; nextCursor: string | null };
type Copy = { cursor: string | null; things: Record<string, Thing> };
const CATALOGUE = { tag: "tags", company: "companies", group: "groups", channel: "channels", field: "contacts/fields" };

async function call(path: string, more: Record<string, string> = {}): Promise<Response> {
  const headers = { Authorization: `Bearer ${process.env.TOKEN}`, ...more };
  const answer = await fetch(`${process.env.BASE}/api/v1/${path}`, { headers });
  if (!answer.ok) throw Object.assign(new Error(await answer.text()), { status: answer.status });
  return answer;
}
async function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  return (await call(`${path}?${new URLSearchParams(query)}`)).json() as Promise<T>;
}

/** All of it. What is deleted or renamed meanwhile moves others to a page that was read before: then it is read again. */
async function readCatalogue(things: Copy["things"]): Promise<void> {
  let { nextCursor: since } = await get<Page>("changes");
  for (const [type, path] of Object.entries(CATALOGUE)) {
    for (let page = 1, last = 1; page <= last; page++) {
      const listing = await get<Listing>(path, { page: `${page}`, pageSize: "100" });
      for (const one of listing.data) things[`${type} ${one.id}`] = one;
      last = listing.lastPage;
    }
  }
  for (let more = true; more; ) {
    const page: Page = await get<Page>("changes", { since, types: Object.keys(CATALOGUE).join() });
    if (page.data.some((item) => item.event !== "create")) return readCatalogue(things);
    [since, more] = [page.nextCursor, page.hasMore];
  }
}

async function readEverything(): Promise<Copy> {
  const { nextCursor: cursor } = await get<Page>("changes"); // first: what changes meanwhile comes after it
  const things: Copy["things"] = {};
  await readCatalogue(things);
  for (let after: string | null = ""; after !== null; ) {
    const query = { sort: "createdAt", count: "none", pageSize: "100", cursor: after };
    const page: Listing = await get<Listing>("contacts", query);
    for (const one of page.data) things[`contact ${one.id}`] = one;
    after = page.nextCursor;
  }
  return { cursor, things };
}

async function follow(copy: Copy, save: () => Promise<void>): Promise<void> {
  const events = await call("changes/stream", { "Last-Event-ID": copy.cursor ?? "" });
  let text = "";
  for await (const part of events.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + part).split("\n\n");
    text = blocks.pop()!;
    for (const block of blocks) {
      const field = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
      if (field.event === "reset") return void (copy.cursor = null); // everything is read anew
      const item = JSON.parse(field.data ?? "null") as Item | null;
      if (item?.data) copy.things[`${item.type} ${item.id}`] = item.data;
      else if (item) delete copy.things[`${item.type} ${item.id}`];
      copy.cursor = field.id ?? copy.cursor;
    }
    await save(); // what was told together with its cursor
  }
}
const [file = "copy.json"] = process.argv.slice(2);
let copy: Copy = await readFile(file, "utf8").then(JSON.parse, () => ({ cursor: null, things: {} }));
const save = () => writeFile(`${file}.new`, JSON.stringify(copy)).then(() => rename(`${file}.new`, file));
for (;; await new Promise((resolve) => setTimeout(resolve, 1000))) {
  try {
    if (copy.cursor === null) copy = await readEverything();
    await follow(copy, save);
  } catch (error) {
    const { status = 503 } = error as { status?: number };
    if (status < 500 && status !== 410) throw error;
  }
}
