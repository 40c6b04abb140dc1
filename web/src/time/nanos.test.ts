import { describe, expect, it } from "vitest";
import { formatLocal, formatRfc3339, fromLocalInput, msFromNanos, parseNanos, parseRfc3339, toLocalInput } from "./nanos";

describe("nanoseconds", () => {
  it("keep their last digit, which a JS number would lose", () => {
    expect(parseNanos("1795219210123456789")).toBe(1795219210123456789n);
    expect(formatRfc3339(1795219210123456789n)).toBe("2026-11-21T00:00:10.123456789Z");
  });
  it("refuse what is not a decimal integer", () => {
    for (const text of ["", "1.5", "1e9", " 1", "abc", "12345678901234567890"]) expect(parseNanos(text)).toBeNull();
  });
  it("round down to milliseconds, also before 1970", () => {
    expect(msFromNanos(1_999_999n)).toBe(1);
    expect(msFromNanos(-1n)).toBe(-1);
    expect(msFromNanos(-1_000_000n)).toBe(-1);
  });
  it("print a time before 1970", () => {
    expect(formatRfc3339(-1n)).toBe("1969-12-31T23:59:59.999999999Z");
  });
});

describe("RFC 3339", () => {
  it("reads fractions of any length up to nine digits", () => {
    expect(parseRfc3339("2026-11-21T00:00:10Z")).toBe(1795219210000000000n);
    expect(parseRfc3339("2026-11-21T00:00:10.5Z")).toBe(1795219210500000000n);
    expect(parseRfc3339("2026-11-21T00:00:10.000000001Z")).toBe(1795219210000000001n);
  });
  it("reads offsets", () => {
    expect(parseRfc3339("2026-11-21T05:30:10+05:30")).toBe(1795219210000000000n);
  });
  it("refuses other text", () => {
    for (const text of ["2026-11-21", "now", "2026-13-41T00:00:00Z", "2026-11-21T00:00:10"]) expect(parseRfc3339(text)).toBeNull();
  });
  it("is the inverse of printing", () => {
    for (const ns of [0n, 1n, 999_999_999n, 1795219210123456789n]) expect(parseRfc3339(formatRfc3339(ns))).toBe(ns);
  });
});

describe("local time", () => {
  // The test run is at UTC+5:30.
  it("is shown in the viewer's zone with milliseconds", () => {
    expect(formatLocal(1795219210123456789n)).toBe("11-21 05:30:10.123");
  });
  it("goes through the date input and back", () => {
    expect(toLocalInput(1795219210000000000n)).toBe("2026-11-21T05:30:10");
    expect(fromLocalInput("2026-11-21T05:30:10")).toBe(1795219210000000000n);
    expect(fromLocalInput("2026-11-21T05:30")).toBe(1795219200000000000n);
    expect(fromLocalInput("")).toBeNull();
  });
});
