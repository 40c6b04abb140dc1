// What the user chose to look at: "the last hour" moves with the clock,
// "from .. to" does not.
import { formatLocalSecond, formatRfc3339, NANOS_PER_SECOND, type Nanos, parseNanos, parseRfc3339 } from "./nanos";

export type TimeRange =
  | { kind: "relative"; seconds: number }
  | { kind: "absolute"; from: Nanos; to: Nanos };

/** A range pinned to the clock: [start, end). */
export interface Span {
  start: Nanos;
  end: Nanos;
}

export const PRESETS: readonly { seconds: number; code: string; label: string }[] = [
  { seconds: 300, code: "5m", label: "Last 5 minutes" },
  { seconds: 900, code: "15m", label: "Last 15 minutes" },
  { seconds: 3600, code: "1h", label: "Last 1 hour" },
  { seconds: 10800, code: "3h", label: "Last 3 hours" },
  { seconds: 21600, code: "6h", label: "Last 6 hours" },
  { seconds: 43200, code: "12h", label: "Last 12 hours" },
  { seconds: 86400, code: "24h", label: "Last 24 hours" },
  { seconds: 172800, code: "2d", label: "Last 2 days" },
  { seconds: 604800, code: "7d", label: "Last 7 days" },
];

export const DEFAULT_RANGE: TimeRange = { kind: "relative", seconds: 3600 };

export function resolveRange(range: TimeRange, now: Nanos): Span {
  if (range.kind === "absolute") return { start: range.from, end: range.to };
  return { start: now - BigInt(range.seconds) * NANOS_PER_SECOND, end: now };
}

export function sameRange(a: TimeRange, b: TimeRange): boolean {
  if (a.kind === "relative") return b.kind === "relative" && a.seconds === b.seconds;
  return b.kind === "absolute" && a.from === b.from && a.to === b.to;
}

export function describeRange(range: TimeRange): string {
  if (range.kind === "absolute") {
    const from = formatLocalSecond(range.from);
    const to = formatLocalSecond(range.to);
    // The same day is not worth saying twice.
    return from.slice(0, 10) === to.slice(0, 10) ? `${from} → ${to.slice(11)}` : `${from} → ${to}`;
  }
  const preset = PRESETS.find((p) => p.seconds === range.seconds);
  return preset?.label ?? `Last ${relativeCode(range.seconds)}`;
}

export function relativeCode(seconds: number): string {
  const preset = PRESETS.find((p) => p.seconds === seconds);
  if (preset) return preset.code;
  if (seconds % 86400 === 0) return `${seconds / 86400}d`;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  if (seconds % 60 === 0) return `${seconds / 60}m`;
  return `${seconds}s`;
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** Address form: from=now-1h&to=now, or two exact times. */
export function printRange(range: TimeRange): { from: string; to: string } {
  if (range.kind === "relative") return { from: `now-${relativeCode(range.seconds)}`, to: "now" };
  return { from: shortest(range.from), to: shortest(range.to) };
}

/** Zeros at the end say nothing and make an address long. */
function shortest(ns: Nanos): string {
  return formatRfc3339(ns).replace(/\.?0+Z$/, "Z");
}

export function parseRange(from: string | null, to: string | null): TimeRange | null {
  if (from === null) return null;
  const relative = /^now-(\d{1,9})([smhdw])$/.exec(from);
  if (relative && (to === null || to === "now")) {
    const seconds = Number(relative[1]) * (UNIT_SECONDS[relative[2] ?? ""] ?? 0);
    return seconds > 0 ? { kind: "relative", seconds } : null;
  }
  const start = parseInstant(from);
  const end = to === null ? null : parseInstant(to);
  if (start === null || end === null || end <= start) return null;
  return { kind: "absolute", from: start, to: end };
}

/** Accepts RFC 3339 and bare nanoseconds, so links written by other tools work. */
function parseInstant(text: string): Nanos | null {
  return parseRfc3339(text) ?? parseNanos(text);
}
