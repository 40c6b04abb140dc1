import { expect, it } from "vitest";
import { countLines, formatBytes, formatSeconds, formatShort } from "./format";

it("counts read the same in every browser language", () => {
  expect([0, 1, 1234567].map(countLines)).toEqual(["0 lines", "1 line", "1,234,567 lines"]);
});

it("short numbers keep three digits and no empty ones", () => {
  expect([999_999, -999_999_999, 999.7].map(formatShort)).toEqual(["1M", "-1G", "1k"]);
  expect([0, 999, 1000, 1234, 1_500_000, 2e9, 0.12345].map(formatShort)).toEqual(["0", "999", "1k", "1.23k", "1.5M", "2G", "0.1235"]);
});

it("sizes and durations pick their unit", () => {
  expect([999_999, -999_999_999, 999.7].map(formatShort)).toEqual(["1M", "-1G", "1k"]);
  expect([0, 999, 1000, 345_221_114].map(formatBytes)).toEqual(["0 B", "999 B", "1 kB", "345 MB"]);
  expect([0.0000231, 0.0231, 1.5, 62].map(formatSeconds)).toEqual(["23 µs", "23.1 ms", "1.5 s", "62 s"]);
});
