// Everything that makes a view worth sharing, and its form in the address bar.
import type { Direction } from "../api/loki";
import { DEFAULT_RANGE, parseRange, printRange, sameRange, type TimeRange } from "../time/range";

export interface ScreenState {
  query: string;
  range: TimeRange;
  limit: number;
  direction: Direction;
  live: boolean;
}

export const DEFAULT_QUERY = '{service_name=~".+"}';
export const LIMIT_MIN = 100;
export const LIMIT_MAX = 5000;

export const DEFAULT_STATE: ScreenState = {
  query: DEFAULT_QUERY,
  range: DEFAULT_RANGE,
  limit: 500,
  direction: "backward",
  live: false,
};

export function clampLimit(value: number): number {
  if (!Number.isFinite(value)) return DEFAULT_STATE.limit;
  return Math.min(LIMIT_MAX, Math.max(LIMIT_MIN, Math.round(value)));
}

/** What is missing or unreadable falls back to the default: an old link still opens. */
export function parseState(search: string): ScreenState {
  const given = new URLSearchParams(search);
  const limit = given.get("limit");
  return {
    query: given.get("query") ?? DEFAULT_STATE.query,
    range: parseRange(given.get("from"), given.get("to")) ?? DEFAULT_STATE.range,
    limit: limit === null || !/^\d+$/.test(limit) ? DEFAULT_STATE.limit : clampLimit(Number(limit)),
    direction: given.get("direction") === "forward" ? "forward" : "backward",
    live: given.get("live") === "1",
  };
}

export function printState(state: ScreenState): string {
  const given = new URLSearchParams({ query: state.query, ...printRange(state.range), limit: String(state.limit) });
  if (state.direction !== "backward") given.set("direction", state.direction);
  if (state.live) given.set("live", "1");
  return `?${given}`;
}

export function sameState(a: ScreenState, b: ScreenState): boolean {
  return (
    a.query === b.query && a.limit === b.limit && a.direction === b.direction && a.live === b.live && sameRange(a.range, b.range)
  );
}
