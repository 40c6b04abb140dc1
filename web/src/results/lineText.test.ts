import { describe, expect, it } from "vitest";
import { prettyJson, rowText } from "./lineText";

describe("a row's text", () => {
  it("is one line unless wrapped", () => {
    expect(rowText("a\nb\r\nc\n", false)).toBe("a ⏎ b ⏎ c");
    expect(rowText("a\nb\n", true)).toBe("a\nb");
  });
  it("has no terminal colours", () => {
    expect(rowText("\x1b[31mred\x1b[0m alert", false)).toBe("red alert");
  });
  it("is cut, and says so", () => {
    expect(rowText("x".repeat(2000), false)).toHaveLength(1501);
    expect(rowText("x".repeat(2000), false).endsWith("…")).toBe(true);
    expect(rowText("x".repeat(2000), true)).toHaveLength(2000);
  });
});

describe("pretty JSON", () => {
  it("indents objects and lists only", () => {
    expect(prettyJson(' {"a":[1]} ')).toBe('{\n  "a": [\n    1\n  ]\n}');
    for (const text of ["plain", "7", '"x"', "{broken", ""]) expect(prettyJson(text)).toBeNull();
  });
  it("leaves a message alone whose numbers would change", () => {
    expect(prettyJson('{"id":9007199254740993}')).toBeNull();
    expect(prettyJson('{"id":"9007199254740993"}')).not.toBeNull();
  });
});
