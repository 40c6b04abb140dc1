import { describe, expect, it } from "vitest";
import { markMatches, searchPattern } from "./searchTerms";

const marked = (query: string, line: string) =>
  markMatches(line, searchPattern(query)).filter((p) => p.isMatch).map((p) => p.text);

describe("search terms", () => {
  it("come from positive line filters only", () => {
    const line = "error timeout prod json x";
    expect(marked('{env="prod"} |= "timeout" != "error" | json | level="x"', line)).toEqual(["timeout"]);
  });
  it("end with the filter they belong to", () => {
    expect(marked('{} |= "timeout" | level="x"', "timeout x")).toEqual(["timeout"]);
  });
  it("are literal after |= and expressions after |~", () => {
    expect(marked('{} |= "a.c"', "abc a.c")).toEqual(["a.c"]);
    expect(marked('{} |~ "a.c"', "abc a.c")).toEqual(["abc", "a.c"]);
  });
  it("follow an or chain", () => {
    expect(marked('{} |= "one" or "two" | json', "one two three")).toEqual(["one", "two"]);
  });
  it("ignore case on demand, also in classes", () => {
    expect(marked('{} |~ "(?i)time[o]ut\\\\d"', "TimeOUT7 timeout")).toEqual(["TimeOUT7"]);
  });
  it("leave out what JS cannot read or what matches nothing", () => {
    expect(searchPattern('{} |~ "("')).toBeNull();
    expect(searchPattern('{} |= ""')).toBeNull();
    expect(marked('{} |~ "x*"', "abc")).toEqual([]);
  });
  it("give back the whole line in pieces", () => {
    const line = "a needle in a needle stack";
    const pieces = markMatches(line, searchPattern('{} |= "needle"'));
    expect(pieces.map((p) => p.text).join("")).toBe(line);
    expect(pieces).toHaveLength(5);
  });
  it("mark only the head of a very long line but keep all of it", () => {
    const line = `${"x".repeat(5000)}needle`;
    const pieces = markMatches(line, searchPattern('{} |= "needle"'));
    expect(pieces).toEqual([{ text: line, isMatch: false }]);
  });
});
