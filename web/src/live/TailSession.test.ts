import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LIVE_ROWS_MAX, TailSession } from "./TailSession";

const T = 1795219210000000000n;

/** Stands in for the browser's EventSource; the test plays the server. */
class FakeSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = FakeSource.CONNECTING;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.made.push(this);
  }
  close(): void {
    this.readyState = FakeSource.CLOSED;
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  break(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
  send(type: string, data: unknown, lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }
  record(number: number): void {
    const timestamp = String(T + BigInt(number));
    this.send("record", { timestamp, labels: {}, fields: {}, level: "info", message: `m${number}` }, `id${number}`);
  }
}

const source = () => FakeSource.made.at(-1) as FakeSource;
const shown = (tail: TailSession) => Array.from({ length: tail.count }, (_, i) => tail.at(i)?.message);

let frames: (() => void)[] = [];
let tail: TailSession;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.made = [];
  frames = [];
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("document", { baseURI: "http://pond.test/" });
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => frames.push(draw));
  vi.stubGlobal("cancelAnimationFrame", () => {});
  tail = new TailSession();
  tail.start('{a="b"}', 100);
});

afterEach(() => {
  tail.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the live tail", () => {
  it("asks with the query and the history", () => {
    const url = new URL(source().url);
    expect(url.pathname).toBe("/api/v1/tail");
    expect(Object.fromEntries(url.searchParams)).toEqual({ query: '{a="b"}', limit: "100" });
  });
  it("shows the newest line first and keeps its nanoseconds", () => {
    source().open();
    for (const n of [1, 2, 3]) source().record(n);
    expect(shown(tail)).toEqual(["m3", "m2", "m1"]);
    expect(tail.at(0)?.ts).toBe(T + 3n);
  });
  it("tells the screen once per frame, however many lines come", () => {
    source().open();
    const before = tail.getVersion();
    for (let n = 0; n < 50; n++) source().record(n);
    expect(tail.getVersion()).toBe(before);
    expect(frames).toHaveLength(1);
    frames.pop()?.();
    expect(tail.getVersion()).toBe(before + 1);
  });
  it("stands still while paused, counts what waits, and catches up", () => {
    source().open();
    source().record(1);
    const key = tail.keyAt(0);
    tail.pause();
    source().record(2);
    source().record(3);
    expect([shown(tail), tail.waiting]).toEqual([["m1"], 2]);
    tail.follow();
    expect([shown(tail), tail.waiting, tail.indexOf(key)]).toEqual([["m3", "m2", "m1"], 0, 2]);
  });
  it("lets the oldest go when full", () => {
    source().open();
    for (let n = 0; n <= LIVE_ROWS_MAX; n++) source().record(n);
    expect([tail.count, tail.isFull, tail.indexOf(0)]).toEqual([LIVE_ROWS_MAX, true, -1]);
    expect(tail.at(tail.count - 1)?.message).toBe("m1");
  });
  it("adds up what the server had to drop", () => {
    source().send("dropped", { count: 3 });
    source().send("dropped", { count: 4 });
    expect(tail.dropped).toBe(7);
  });
  it("survives an event it cannot read", () => {
    source().open();
    source().dispatchEvent(new MessageEvent("record", { data: "{broken" }));
    source().record(1);
    expect(shown(tail)).toEqual(["m1"]);
  });
});

describe("a broken connection", () => {
  it("is left to the browser while it tries again", () => {
    source().open();
    source().break(FakeSource.CONNECTING);
    expect([tail.phase, FakeSource.made.length]).toEqual(["reconnecting", 1]);
  });
  it("is made anew when the browser gives up, without showing a line twice", () => {
    source().open();
    source().record(1);
    source().break(FakeSource.CLOSED);
    vi.advanceTimersByTime(1000);
    expect(FakeSource.made).toHaveLength(2);
    source().open();
    for (const n of [1, 2]) source().record(n);
    expect(shown(tail)).toEqual(["m2", "m1"]);
  });
  it("is explained by a plain request when it never opened", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("parse error at line 1, col 2: no", { status: 400 })));
    source().break(FakeSource.CLOSED);
    await vi.waitFor(() => expect(tail.phase).toBe("failed"));
    expect(tail.error).toBe("parse error at line 1, col 2: no");
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.made).toHaveLength(1);
  });
  it("is tried again when the server is only not ready", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("starting", { status: 503 })));
    source().break(FakeSource.CLOSED);
    await vi.advanceTimersByTimeAsync(1000);
    expect([tail.phase, FakeSource.made.length]).toEqual(["connecting", 2]);
  });
  it("ends for good when the server says why", () => {
    source().open();
    source().send("failed", { message: "limit exceeded" });
    source().break(FakeSource.CLOSED);
    vi.advanceTimersByTime(60_000);
    expect([tail.phase, tail.error, FakeSource.made.length]).toEqual(["failed", "limit exceeded", 1]);
  });
});
