import { describe, expect, it } from "vitest";
import { levelOf } from "./levels";
import { identityOf, mergeStreams, recordFromTail } from "./record";

const T = 1795219210000000000n;
const ns = (offset: number) => String(T + BigInt(offset));

describe("merging streams", () => {
  const streams = [
    { stream: { app: "a" }, values: [[ns(9), "a9"], [ns(5), "a5"], [ns(1), "a1"]] },
    { stream: { app: "b" }, values: [[ns(7), "b7"], [ns(5), "b5"], [ns(0), "b0"]] },
  ] as const;
  it("is newest first when backward, equal times in the server's order", () => {
    expect(mergeStreams(streams, "backward").map((r) => r.message)).toEqual(["a9", "b7", "a5", "b5", "a1", "b0"]);
  });
  it("is oldest first when forward, equal times in the server's order", () => {
    const forward = streams.map((s) => ({ ...s, values: [...s.values].reverse() }));
    expect(mergeStreams(forward, "forward").map((r) => r.message)).toEqual(["b0", "a1", "a5", "b5", "b7", "a9"]);
  });
  it("tells times one nanosecond apart, which numbers cannot", () => {
    const close = [
      { stream: { app: "a" }, values: [[ns(1), "one"]] },
      { stream: { app: "b" }, values: [[ns(2), "two"]] },
    ] as const;
    expect(Number(T + 1n)).toBe(Number(T + 2n));
    expect(mergeStreams(close, "backward").map((r) => r.message)).toEqual(["two", "one"]);
  });
  it("reads level and fields from the third element", () => {
    const [row] = mergeStreams(
      [{ stream: { app: "a" }, values: [[ns(1), "x", { structuredMetadata: { detected_level: "WARNING", user: "ann" }, parsed: { code: "7" } }]] }],
      "backward",
    );
    expect(row).toMatchObject({ ts: T + 1n, level: "warn", labels: { app: "a" }, fields: { user: "ann", code: "7" } });
  });
});

describe("levels", () => {
  it("fold the usual spellings", () => {
    expect(["FATAL", "err", "Warning", "notice", "dbug", "trace", "weird", "", undefined].map(levelOf)).toEqual([
      "critical", "error", "warn", "info", "debug", "trace", "unknown", "unknown", "unknown",
    ]);
  });
});

it("a tail record keeps its nanoseconds", () => {
  const row = recordFromTail({ timestamp: ns(3), labels: { app: "a" }, fields: { k: "v" }, level: "error", message: "m" });
  expect(row).toEqual({ ts: T + 3n, labels: { app: "a" }, fields: { k: "v" }, level: "error", message: "m" });
});

it("identity ignores the order of labels but nothing else", () => {
  const base = { ts: T, labels: { a: "1", b: "2" }, fields: {}, level: "info", message: "m" } as const;
  expect(identityOf({ ...base, labels: { b: "2", a: "1" } })).toBe(identityOf(base));
  expect(identityOf({ ...base, fields: { a: "1" } })).not.toBe(identityOf(base));
  expect(identityOf({ ...base, message: "n" })).not.toBe(identityOf(base));
});
