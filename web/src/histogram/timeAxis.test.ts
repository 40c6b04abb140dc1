import { expect, it } from "vitest";
import { timeLabels } from "./timeAxis";

// 2026-11-21 05:30:00 where the tests run (UTC+5:30).
const T = 1795219200;

it("ticks say as much as tells them apart", () => {
  expect(timeLabels([T, T + 60])).toEqual(["05:30", "05:31"]);
  expect(timeLabels([T, T + 5])).toEqual(["05:30:00", "05:30:05"]);
  expect(timeLabels([T, T + 0.5])).toEqual(["05:30:00.000", "05:30:00.500"]);
  expect(timeLabels([T, T + 86_400])).toEqual(["11-21", "11-22"]);
});

it("a new day is named at its first tick", () => {
  const midnight = T + 18.5 * 3600;
  expect(timeLabels([midnight - 3600, midnight, midnight + 3600])).toEqual(["23:00", "11-22", "01:00"]);
});
