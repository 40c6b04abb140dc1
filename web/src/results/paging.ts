// The next page of a limited answer. The server has no cursor: the client asks
// again from the last timestamp it holds, which returns the rows of that very
// timestamp a second time, and drops those.
import type { Direction } from "../api/loki";
import type { Span } from "../time/range";
import { identityOf, type LogRecord, type RowSource } from "./record";

export function nextSpan(span: Span, rows: RowSource, direction: Direction): Span {
  const last = rows.at(rows.count - 1);
  if (!last) return span;
  // `end` is exclusive: one more nanosecond keeps the boundary's other rows in.
  return direction === "backward" ? { start: span.start, end: last.ts + 1n } : { start: last.ts, end: span.end };
}

/** `page` without the rows that `rows` already ends with. */
export function withoutHeld(rows: RowSource, page: readonly LogRecord[]): LogRecord[] {
  const boundary = rows.at(rows.count - 1)?.ts;
  if (boundary === undefined) return [...page];
  // Counted, not only listed: a query can shape two different records alike.
  const held = new Map<string, number>();
  for (let i = rows.count - 1; i >= 0; i--) {
    const row = rows.at(i);
    if (!row || row.ts !== boundary) break;
    const identity = identityOf(row);
    held.set(identity, (held.get(identity) ?? 0) + 1);
  }
  return page.filter((row) => {
    if (row.ts !== boundary) return true;
    const identity = identityOf(row);
    const left = held.get(identity) ?? 0;
    if (left > 0) held.set(identity, left - 1);
    return left === 0;
  });
}
