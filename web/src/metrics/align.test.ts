import { expect, it } from "vitest";
import { alignSeries, seriesName } from "./align";

it("series lie on one grid, what is missing is a gap and not a zero", () => {
  const grid = { stepMs: 500, firstMs: 1000, count: 3 };
  const { times, series } = alignSeries(
    [{ metric: { app: "a" }, values: [[1, "1"], [2, "NaN"]] }, { metric: {}, values: [[1.5, "2.5"], [9, "7"]] }],
    grid,
  );
  expect(times).toEqual([1, 1.5, 2]);
  expect(series.map((s) => s.values)).toEqual([[1, null, null], [null, 2.5, null]]);
  expect(series.map((s) => s.last)).toEqual(["NaN", "7"]);
});

it("a series is named by its labels as LogQL writes them", () => {
  expect(seriesName({ app: 'a"b', env: "p" })).toBe('{app="a\\"b", env="p"}');
  expect(seriesName({})).toBe("{}");
});
