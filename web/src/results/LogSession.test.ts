import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LogSession } from "./LogSession";

const T = 1795219210000000000n;
const QUERY = { query: '{a="b"}', span: { start: T - 1000n, end: T + 1000n }, limit: 2, direction: "backward" } as const;

interface Asked {
  url: URL;
  headers: Record<string, string>;
  signal: AbortSignal;
  answer(offsets: number[]): void;
  refuse(status: number, text: string): void;
}
let asked: Asked[] = [];

const body = (offsets: number[]) => ({
  status: "success",
  data: {
    resultType: "streams",
    result: [{ stream: { a: "b" }, values: offsets.map((n) => [String(T + BigInt(n)), `m${n}`]) }],
    stats: { summary: { execTime: 0.5, totalLinesProcessed: 7, totalBytesProcessed: 9 } },
  },
});

beforeEach(() => {
  asked = [];
  vi.stubGlobal("document", { baseURI: "http://pond.test/prefix/" });
  vi.stubGlobal("fetch", (url: string, { signal, headers }: { signal: AbortSignal; headers: Record<string, string> }) =>
    new Promise<Response>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("gone", "AbortError")));
      asked.push({
        url: new URL(url),
        headers,
        signal,
        answer: (offsets) => resolve(Response.json(body(offsets))),
        refuse: (status, text) => resolve(new Response(text, { status })),
      });
    }),
  );
});
afterEach(() => vi.unstubAllGlobals());

const shown = ({ rows }: LogSession) => Array.from({ length: rows.count }, (_, i) => rows.at(i)?.message);

it("a run asks for the range in nanoseconds and shows the answer", async () => {
  const session = new LogSession();
  const done = session.run(QUERY);
  expect(asked[0]?.url.pathname).toBe("/prefix/loki/api/v1/query_range");
  expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toEqual({
    query: '{a="b"}', start: String(T - 1000n), end: String(T + 1000n), limit: "2", direction: "backward",
  });
  expect(asked[0]?.headers["X-Loki-Response-Encoding-Flags"]).toBe("categorize-labels");
  asked[0]?.answer([5]);
  await done;
  expect([shown(session), session.phase, session.ending, session.stats?.totalLinesProcessed]).toEqual([["m5"], "done", "all", 7]);
});

it("a newer run cancels the older one, whose late answer changes nothing", async () => {
  const session = new LogSession();
  const first = session.run(QUERY);
  const second = session.run({ ...QUERY, query: '{c="d"}' });
  expect(asked[0]?.signal.aborted).toBe(true);
  asked[0]?.answer([1]);
  asked[1]?.answer([2]);
  await Promise.all([first, second]);
  expect([shown(session), session.error]).toEqual([["m2"], ""]);
});

it("a failure keeps the former rows and carries the server's sentence", async () => {
  const session = new LogSession();
  const first = session.run(QUERY);
  asked[0]?.answer([5]);
  await first;
  const second = session.run(QUERY);
  asked[1]?.refuse(400, "parse error at line 1, col 2: no\n");
  await second;
  expect([shown(session), session.phase, session.error]).toEqual([["m5"], "failed", "parse error at line 1, col 2: no"]);
});

it("pages follow one another without doubles until a page is not full", async () => {
  const session = new LogSession();
  const run = session.run(QUERY);
  asked[0]?.answer([9, 5]);
  await run;
  const more = session.loadMore();
  void session.loadMore(); // Scrolling asks again and again; one page at a time is enough.
  expect(asked).toHaveLength(2);
  expect(asked[1]?.url.searchParams.get("end")).toBe(String(T + 6n));
  asked[1]?.answer([5, 3]);
  await more;
  const last = session.loadMore();
  asked[2]?.answer([3]);
  await last;
  expect([shown(session), session.ending]).toEqual([["m9", "m5", "m3"], "all"]);
  await session.loadMore();
  expect(asked).toHaveLength(3);
});

it("a page that fails can be asked for again", async () => {
  const session = new LogSession();
  const run = session.run(QUERY);
  asked[0]?.answer([9, 5]);
  await run;
  const bad = session.loadMore();
  asked[1]?.refuse(500, "disk");
  await bad;
  expect([session.pageError, session.phase, shown(session).length]).toEqual(["disk", "done", 2]);
  const good = session.loadMore();
  asked[2]?.answer([5, 4]);
  await good;
  expect([session.pageError, shown(session).length]).toEqual(["", 3]);
});
