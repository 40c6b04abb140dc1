// How wide one bar is. People read round widths at a glance.
import { msFromNanos } from "../time/nanos";
import type { Span } from "../time/range";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NICE_MS: readonly number[] = [
  100, 200, 500,
  SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 20 * SECOND, 30 * SECOND,
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY,
];

export const BARS_MAX = 120;
/** A line chart reads well with more points than a bar chart has bars. */
export const POINTS_MAX = 300;

/** The smallest round step that needs at most `countMax` steps. */
export function chooseStepMs(spanMs: number, countMax = BARS_MAX): number {
  return NICE_MS.find((step) => spanMs / step <= countMax) ?? Math.ceil(spanMs / countMax / DAY) * DAY;
}

/** LogQL's spelling: "500ms", "90s". */
export function stepText(stepMs: number): string {
  return stepMs % 1000 === 0 ? `${stepMs / 1000}s` : `${stepMs}ms`;
}

export interface Grid {
  stepMs: number;
  /** End of the first bar. */
  firstMs: number;
  count: number;
}

/**
 * The bars that cover `span`. The value at t counts (t-step, t], so the first
 * bar *ends* one step after the rounded start and the last one ends at or after
 * the span's end. Both are multiples of the step, as the server rounds them.
 */
export function barGrid(span: Span, stepMs: number): Grid {
  const first = Math.floor(msFromNanos(span.start) / stepMs) + 1;
  // Round the end up from nanoseconds, not from its whole milliseconds.
  const endMs = msFromNanos(span.end + 999_999n);
  const last = Math.max(first, Math.ceil(endMs / stepMs));
  return { stepMs, firstMs: first * stepMs, count: last - first + 1 };
}
