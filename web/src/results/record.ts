import type { Labels, StreamAnswer, TailRecord } from "../api/types";
import type { Direction } from "../api/loki";
import { type Nanos, parseNanos } from "../time/nanos";
import { type Level, levelOf } from "./levels";

/** One log event as the screen uses it. */
export interface LogRecord {
  ts: Nanos;
  labels: Labels; // what defines the stream
  fields: Labels; // structured metadata and parsed labels
  level: Level;
  message: string;
}

/** Rows in display order, read one at a time. */
export interface RowSource {
  readonly count: number;
  at(index: number): LogRecord | undefined;
  /** Names the row for as long as it exists, wherever it moves. */
  keyAt(index: number): number;
  /** The row's place now, or -1 when it is gone. */
  indexOf(key: number): number;
}

const NOTHING: Labels = Object.freeze({});

/** All streams of an answer as one list; equal timestamps keep the server's order. */
export function mergeStreams(streams: readonly StreamAnswer[], direction: Direction): LogRecord[] {
  const rows: LogRecord[] = [];
  for (const { stream, values } of streams) {
    for (const [ns, message, extra] of values) {
      const { structuredMetadata, parsed } = extra ?? {};
      const fields = parsed && structuredMetadata ? { ...structuredMetadata, ...parsed } : (structuredMetadata ?? parsed ?? NOTHING);
      const level = levelOf(fields["detected_level"] ?? fields["level"] ?? stream["detected_level"] ?? stream["level"]);
      rows.push({ ts: parseNanos(ns) ?? 0n, labels: stream, fields, level, message });
    }
  }
  if (streams.length > 1) {
    // Array sort is stable, which is what keeps equal timestamps in place.
    const sign = direction === "backward" ? -1 : 1;
    rows.sort((a, b) => (a.ts === b.ts ? 0 : a.ts < b.ts ? -sign : sign));
  }
  return rows;
}

export function recordFromTail(tail: TailRecord): LogRecord {
  const fields = tail.fields ?? NOTHING;
  return {
    ts: parseNanos(tail.timestamp) ?? 0n,
    labels: tail.labels ?? NOTHING,
    fields,
    level: levelOf(tail.level || fields["detected_level"]),
    message: tail.message,
  };
}

/** Equal for records the server cannot tell apart (their timestamp is compared elsewhere). */
export function identityOf(row: LogRecord): string {
  return JSON.stringify([sortedPairs(row.labels), sortedPairs(row.fields), row.message]);
}

function sortedPairs(labels: Labels): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
