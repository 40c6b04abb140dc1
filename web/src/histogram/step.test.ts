import { describe, expect, it } from "vitest";
import { PRESETS } from "../time/range";
import { barGrid, chooseStepMs, stepText } from "./step";

describe("step", () => {
  it("gives about 60 to 120 bars for every preset", () => {
    for (const { seconds } of PRESETS) {
      const bars = (seconds * 1000) / chooseStepMs(seconds * 1000);
      expect(bars, `${seconds} s`).toBeGreaterThanOrEqual(60);
      expect(bars, `${seconds} s`).toBeLessThanOrEqual(120);
    }
  });
  it("is round", () => {
    expect([300, 3600, 86400].map((s) => chooseStepMs(s * 1000))).toEqual([5000, 30_000, 900_000]);
  });
  it("never asks for more points than wanted, however long the range", () => {
    const years = 40 * 365 * 86_400_000;
    expect(years / chooseStepMs(years)).toBeLessThanOrEqual(120);
  });
  it("is spelled as LogQL reads it", () => {
    expect([500, 5000, 3_600_000].map(stepText)).toEqual(["500ms", "5s", "3600s"]);
  });
});

describe("bars", () => {
  const ns = (ms: number, rest = 0n) => BigInt(ms) * 1_000_000n + rest;
  it("stand where the server puts its points: multiples of the step, the first one step after the rounded start", () => {
    // 1795219237 .. 1795219281 by 30 s: the server rounds to 230 and 290.
    const grid = barGrid({ start: ns(1795219237000), end: ns(1795219281000) }, 30_000);
    expect(grid).toEqual({ stepMs: 30_000, firstMs: 1795219260000, count: 2 });
  });
  it("do not add a bar for an end on the line", () => {
    expect(barGrid({ start: ns(60_000), end: ns(120_000) }, 30_000)).toEqual({ stepMs: 30_000, firstMs: 90_000, count: 2 });
  });
  it("add one for a single nanosecond past the line", () => {
    expect(barGrid({ start: ns(60_000), end: ns(120_000, 1n) }, 30_000).count).toBe(3);
  });
  it("are at least one", () => {
    expect(barGrid({ start: ns(60_000), end: ns(60_000) }, 30_000).count).toBe(1);
  });
});
