import { describe, expect, it } from "vitest";
import { applyCompletion, completionAt, rankCandidates } from "./complete";

/** `|` marks the caret. */
function at(text: string) {
  const caret = text.indexOf("¦");
  const query = text.replace("¦", "");
  return { query, found: completionAt(query, caret) };
}

function choose(text: string, choice: string): string {
  const { query, found } = at(text);
  if (!found) return "nothing";
  const result = applyCompletion(query, found, choice);
  return `${result.query.slice(0, result.caret)}¦${result.query.slice(result.caret)}`;
}

describe("completion", () => {
  it("offers names after a brace, a comma and while typing", () => {
    for (const text of ["{¦", "{¦}", '{a="b",¦}', '{a="b", ¦', "{se¦}"]) expect(at(text).found?.kind).toBe("name");
  });
  it("offers values of the label in question", () => {
    expect(at('{a="x", app="s¦h"}').found).toMatchObject({ kind: "value", label: "app", prefix: "s" });
    expect(at("{app=¦}").found).toMatchObject({ kind: "value", label: "app", prefix: "" });
    expect(at('{app=~"¦').found).toMatchObject({ kind: "value", label: "app" });
  });
  it("stays away outside the selector and after a finished value", () => {
    for (const text of ["¦{}", '{a="b"}¦', '{a="b"} | lev¦', '{a="b"¦}', 'sum by (a¦) (x)']) expect(at(text).found).toBeNull();
  });
  it("puts the caret where typing goes on", () => {
    expect(choose("{se¦}", "service_name")).toBe('{service_name="¦"}');
    expect(choose('{se¦="x"}', "service_name")).toBe('{service_name¦="x"}');
    expect(choose('{app="s¦h"}', "shop")).toBe('{app="shop"¦}');
    expect(choose("{app=¦}", "shop")).toBe('{app="shop"¦}');
  });
  it("gives back the brace an unclosed string has swallowed", () => {
    expect(choose('{app="s¦}', "shop")).toBe('{app="shop"¦}');
  });
  it("closes a selector that has no brace yet", () => {
    expect(choose("{app=¦", "shop")).toBe('{app="shop"¦}');
    expect(choose('{app="sh¦"', "shop")).toBe('{app="shop"¦}');
  });
  it("escapes a chosen value", () => {
    expect(choose("{app=¦}", 'a"b')).toBe('{app="a\\"b"¦}');
  });
});

describe("ranking", () => {
  it("puts prefixes first, ignores case and stops at the limit", () => {
    expect(rankCandidates(["xApp", "app", "b", "Apple"], "app", 9)).toEqual(["app", "Apple", "xApp"]);
    expect(rankCandidates(["a", "ab", "abc"], "a", 2)).toEqual(["a", "ab"]);
  });
});
