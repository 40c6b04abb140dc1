import { expect, it } from "vitest";
import { withQuery } from "./queryHistory";

it("the newest query comes first and only once", () => {
  expect(withQuery(["a", "b"], " b ")).toEqual(["b", "a"]);
  expect(withQuery(["a"], "   ")).toEqual(["a"]);
});

it("the history does not grow without end", () => {
  const full = Array.from({ length: 100 }, (_, i) => `q${i}`);
  const next = withQuery(full, "new");
  expect(next).toHaveLength(100);
  expect(next[0]).toBe("new");
  expect(next).not.toContain("q99");
});
