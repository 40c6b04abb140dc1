import { describe, expect, it } from "vitest";
import { endingAfter } from "./LogSession";
import { nextSpan, withoutHeld } from "./paging";
import type { LogRecord } from "./record";
import { ROWS_MAX, RowTable } from "./RowTable";

const T = 1795219210000000000n;
const row = (offset: number, message: string, labels = { app: "a" }): LogRecord => ({
  ts: T + BigInt(offset), labels, fields: {}, level: "info", message,
});
function table(...rows: LogRecord[]): RowTable {
  const made = new RowTable();
  made.append(rows);
  return made;
}
const messages = (rows: LogRecord[]) => rows.map((r) => r.message);

describe("the next page", () => {
  const span = { start: T - 1000n, end: T + 1000n };
  it("ends one nanosecond after the oldest row when backward", () => {
    expect(nextSpan(span, table(row(9, "a"), row(5, "b")), "backward")).toEqual({ start: span.start, end: T + 6n });
  });
  it("starts at the newest row when forward", () => {
    expect(nextSpan(span, table(row(5, "a"), row(9, "b")), "forward")).toEqual({ start: T + 9n, end: span.end });
  });
  it("loses the rows that are held and keeps others of the same time", () => {
    const held = table(row(9, "a"), row(5, "b"), row(5, "c"));
    expect(messages(withoutHeld(held, [row(5, "b"), row(5, "c"), row(5, "d"), row(4, "b")]))).toEqual(["d", "b"]);
  });
  it("keeps an equal line of another stream", () => {
    const held = table(row(5, "b"));
    expect(withoutHeld(held, [row(5, "b"), row(5, "b", { app: "other" })])).toHaveLength(1);
  });
  it("counts rows that look alike", () => {
    const held = table(row(5, "x"), row(5, "x"));
    expect(withoutHeld(held, [row(5, "x"), row(5, "x"), row(5, "x"), row(4, "y")])).toHaveLength(2);
  });
});

describe("whether more follows", () => {
  it("depends on the page being full", () => {
    expect(endingAfter(99, 98, 100, 500)).toBe("all");
    expect(endingAfter(100, 99, 100, 500)).toBe("more");
  });
  it("stops when a full page brings nothing new, instead of asking for ever", () => {
    expect(endingAfter(100, 0, 100, 500)).toBe("crowded");
  });
  it("stops at the cap", () => {
    expect(endingAfter(100, 99, 100, ROWS_MAX)).toBe("cap");
  });
});

describe("the row table", () => {
  it("gives back what was put in, past its first capacity", () => {
    const made = table(...Array.from({ length: 3000 }, (_, i) => row(-i, `m${i}`)));
    expect(made.count).toBe(3000);
    expect(made.at(2999)).toEqual(row(-2999, "m2999"));
    expect(made.at(3000)).toBeUndefined();
    expect(made.at(-1)).toBeUndefined();
  });
  it("keeps equal label sets once", () => {
    const made = table(row(2, "a", { app: "x" }), row(1, "b", { app: "x" }));
    expect(made.at(0)?.labels).toBe(made.at(1)?.labels);
  });
});
