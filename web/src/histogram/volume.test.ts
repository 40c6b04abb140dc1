import { describe, expect, it } from "vitest";
import { barTotals, readVolume, volumeQuery } from "./volume";

describe("the volume query", () => {
  it("wraps the log query", () => {
    expect(volumeQuery('{a="b"} |= "x"', 30_000)).toBe('sum by (detected_level) (count_over_time({a="b"} |= "x" [30s]))');
  });
  it("drops parser marks, which would fail the count", () => {
    expect(volumeQuery('{a="b"} | json', 500)).toBe(
      'sum by (detected_level) (count_over_time({a="b"} | json | drop __error__, __error_details__ [500ms]))',
    );
  });
  it("is not fooled by a parser's name in a string", () => {
    expect(volumeQuery('{a="b"} |= "| json"', 1000)).not.toContain("drop");
  });
  it("does not end in the query's own comment", () => {
    expect(volumeQuery('{a="b"} # why', 1000)).toContain("# why\n [1s]");
  });
});

describe("the volume answer", () => {
  const grid = { stepMs: 30_000, firstMs: 90_000, count: 3 };
  const volume = readVolume(
    [
      { metric: { detected_level: "info" }, values: [[90, "3"], [150, "4"]] },
      { metric: { detected_level: "fatal" }, values: [[120, "1"]] },
      { metric: { detected_level: "critical" }, values: [[120, "2"]] },
      { metric: {}, values: [[60, "100"], [180, "100"], [150, "5"]] },
    ],
    grid,
  );
  it("becomes one column per level, most severe first", () => {
    expect(volume.levels).toEqual([
      { level: "critical", names: ["fatal", "critical"], counts: [0, 3, 0], total: 3 },
      { level: "info", names: ["info"], counts: [3, 0, 4], total: 7 },
      { level: "unknown", names: [""], counts: [0, 0, 5], total: 5 },
    ]);
  });
  it("stacks only the levels that are shown", () => {
    expect(barTotals(volume, new Set())).toEqual([3, 3, 9]);
    expect(barTotals(volume, new Set(["unknown"]))).toEqual([3, 3, 4]);
  });
});
