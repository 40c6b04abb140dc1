// Timestamps are 64-bit counts of nanoseconds. A JS number holds 53 bits, so it
// would silently move a record by up to 256 ns: they are bigint here and
// decimal strings on the wire, never numbers.

export type Nanos = bigint;

export const NANOS_PER_MS = 1_000_000n;
export const NANOS_PER_SECOND = 1_000_000_000n;

/** Reads a decimal string of nanoseconds; null when it is not one. */
export function parseNanos(text: string): Nanos | null {
  return /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
}

export function nanosFromMs(ms: number): Nanos {
  return BigInt(Math.round(ms)) * NANOS_PER_MS;
}

export function nowNanos(): Nanos {
  return nanosFromMs(Date.now());
}

/** Whole milliseconds, rounded down (also before 1970). */
export function msFromNanos(ns: Nanos): number {
  const ms = ns / NANOS_PER_MS;
  return Number(ns % NANOS_PER_MS < 0n ? ms - 1n : ms);
}

/** The digits below one second: "123456789". */
function fraction(ns: Nanos): string {
  const rest = ((ns % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  return rest.toString().padStart(9, "0");
}

/** Exact UTC form with all nine digits: 2026-11-21T00:00:10.123456789Z. */
export function formatRfc3339(ns: Nanos): string {
  const date = new Date(msFromNanos(ns));
  if (Number.isNaN(date.getTime())) return `${ns} ns`;
  return `${date.toISOString().slice(0, -5)}.${fraction(ns)}Z`;
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

export function parseRfc3339(text: string): Nanos | null {
  const match = RFC3339.exec(text.trim());
  if (!match) return null;
  const [, day, clock, digits = "", zone = "Z"] = match;
  const ms = Date.parse(`${day}T${clock}${zone.toUpperCase()}`);
  if (Number.isNaN(ms)) return null;
  return nanosFromMs(ms) + BigInt(digits.padEnd(9, "0"));
}

const two = (value: number) => String(value).padStart(2, "0");

/** Local wall clock for the list: "11-21 05:30:10.123". */
export function formatLocal(ns: Nanos): string {
  const d = new Date(msFromNanos(ns));
  return `${two(d.getMonth() + 1)}-${two(d.getDate())} ${formatLocalClock(d)}.${String(d.getMilliseconds()).padStart(3, "0")}`;
}

export function formatLocalClock(d: Date): string {
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** Local date and clock to the second: "2026-11-21 05:30:10". */
export function formatLocalSecond(ns: Nanos): string {
  return toLocalInput(ns).replace("T", " ");
}

/** The value form of <input type="datetime-local" step="1">. */
export function toLocalInput(ns: Nanos): string {
  const d = new Date(msFromNanos(ns));
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${formatLocalClock(d)}`;
}

export function fromLocalInput(text: string): Nanos | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(text)) return null;
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? null : nanosFromMs(ms);
}
