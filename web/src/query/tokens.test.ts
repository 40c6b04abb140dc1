import { describe, expect, it } from "vitest";
import { errorSpan, isLogQuery, quote, tokenize, unquote } from "./tokens";

const shape = (text: string) => tokenize(text).filter((t) => t.kind !== "space").map((t) => `${t.kind}:${t.text}`);

describe("tokens", () => {
  it("cover every character exactly once", () => {
    const text = 'sum by (a) (rate({b=~"x.+", c!="y"} |= `z` | json | d >= 1.5s [5m])) # end\n € "open';
    expect(tokenize(text).map((t) => t.text).join("")).toBe(text);
  });
  it("tell matchers from line filters", () => {
    expect(shape('{a!="b"} != "c" !~ "d"')).toEqual([
      "brace:{", "label:a", "operator:!=", 'string:"b"', "brace:}", "filter:!=", 'string:"c"', "filter:!~", 'string:"d"',
    ]);
  });
  it("know functions only where they are called", () => {
    expect(shape("sum by (x) (y)")[0]).toBe("function:sum");
    expect(shape('{sum="x"} | duration > 5s')).toContain("label:sum");
    expect(shape('{sum="x"} | duration > 5s')).toContain("label:duration");
    expect(shape('{sum="x"} | duration > 5s')).toContain("number:5s");
  });
  it("keep a brace inside a string inside the string", () => {
    expect(shape('{a="}"}')).toEqual(["brace:{", "label:a", "operator:=", 'string:"}"', "brace:}"]);
    expect(shape('{a="x\\"}"}')[3]).toBe('string:"x\\"}"');
  });
  it("read an unfinished string to the end", () => {
    expect(shape('{a="b} |')).toEqual(["brace:{", "label:a", "operator:=", 'string:"b} |']);
  });
});

describe("strings", () => {
  it("are unquoted with their escapes", () => {
    expect(unquote('"a\\n\\"\\u00e9\\x41\\101"')).toBe('a\n"éAA');
    expect(unquote("`a\\n`")).toBe("a\\n");
    expect(unquote('"open')).toBeNull();
    expect(unquote('"')).toBeNull();
  });
  it("survive quoting and unquoting", () => {
    for (const text of ["plain", 'quo"te', "back\\slash", "line\nfeed\ttab", "日本 😀"]) expect(unquote(quote(text))).toBe(text);
  });
});

describe("kind of query", () => {
  it("is log for a selector, also in parentheses or after a comment", () => {
    for (const text of ['{a="b"}', ' ( {a="b"} )', '# why\n{a="b"}', ""]) expect(isLogQuery(text)).toBe(true);
  });
  it("is metric for anything else", () => {
    for (const text of ['rate({a="b"}[5m])', "vector(1)", "(1+1)", 'sum(rate({a="b"}[5m]))']) expect(isLogQuery(text)).toBe(false);
  });
});

describe("error position", () => {
  const at = (query: string, message: string) => {
    const span = errorSpan(query, message);
    return span && query.slice(span.start, span.end);
  };
  it("underlines the whole token", () => {
    expect(at('{a="b"} | bogus | json', "parse error at line 1, col 11: syntax error")).toBe("bogus");
    expect(at('{a="b",}', "parse error at line 1, col 8: syntax error: unexpected }, expecting IDENTIFIER")).toBe("}");
  });
  it("counts lines and characters, not UTF-16 units", () => {
    expect(at('{a="😀"}\n|= 5', "parse error at line 2, col 4: x")).toBe("5");
    expect(at('{a="😀"} 5', "parse error at line 1, col 9: x")).toBe("5");
  });
  it("points at the last character when the end is the problem", () => {
    expect(at('{a="b"', "parse error at line 1, col 7: syntax error: unexpected $end")).toBe('"');
  });
  it("is absent without a usable position", () => {
    expect(at("{}", "parse error : queries require")).toBeNull();
    expect(at("{}", "parse error at line 0, col 0: bad duration")).toBeNull();
    expect(at("{}", "parse error at line 9, col 1: x")).toBeNull();
  });
});
