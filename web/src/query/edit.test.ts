import { describe, expect, it } from "vitest";
import { addFieldFilter, addLabelFilter, addLevelFilter, canFilter, findSelector } from "./edit";

describe("a label filter", () => {
  it("joins the selector", () => {
    expect(addLabelFilter('{app="shop"} |= "x"', "env", "=", "prod")).toBe('{app="shop", env="prod"} |= "x"');
    expect(addLabelFilter('{app="shop"}', "env", "!=", "dev")).toBe('{app="shop", env!="dev"}');
  });
  it("takes the place of 'any value' and of another value", () => {
    expect(addLabelFilter('{app=~".+"}', "app", "=", "shop")).toBe('{app="shop"}');
    expect(addLabelFilter('{app="gate", env="p"}', "app", "=", "shop")).toBe('{app="shop", env="p"}');
  });
  it("turns its own opposite round", () => {
    expect(addLabelFilter('{env="p", app!="shop"}', "app", "=", "shop")).toBe('{env="p", app="shop"}');
    expect(addLabelFilter('{env="p", app="shop"}', "app", "!=", "shop")).toBe('{env="p", app!="shop"}');
  });
  it("leaves a selector the server accepts", () => {
    expect(addLabelFilter('{app="shop"}', "app", "!=", "shop")).toBe('{app=~".+", app!="shop"}');
    expect(addLabelFilter("{}", "app", "!=", "shop")).toBe('{app=~".+", app!="shop"}');
    expect(addLabelFilter('{app=~".*"}', "env", "!=", "dev")).toBe('{app=~".*", env=~".+", env!="dev"}');
  });
  it("changes nothing the second time", () => {
    for (const operator of ["=", "!="] as const) {
      const once = addLabelFilter('{app=~".+"}', "env", operator, "prod");
      expect(addLabelFilter(once, "env", operator, "prod")).toBe(once);
    }
    expect(addLabelFilter("{app=`shop`}", "app", "=", "shop")).toBe("{app=`shop`}");
  });
  it("is not confused by braces and commas in strings", () => {
    expect(addLabelFilter('{a="},{"} | json', "b", "=", "c")).toBe('{a="},{", b="c"} | json');
  });
  it("escapes the value", () => {
    expect(addLabelFilter("{}", "path", "=", 'C:\\x "y"')).toBe('{path="C:\\\\x \\"y\\""}');
  });
  it("works on a query without selector", () => {
    expect(addLabelFilter("", "app", "=", "shop")).toBe('{app="shop"}');
    expect(addLabelFilter("", "app", "!=", "shop")).toBe('{app=~".+", app!="shop"}');
  });
});

describe("a field filter", () => {
  it("becomes a stage at the end", () => {
    expect(addFieldFilter('{app="shop"} | json ', "status", "=", "500")).toBe('{app="shop"} | json | status="500"');
    expect(addFieldFilter('{app="shop"}', "status", "!=", "200")).toBe('{app="shop"} | status!="200"');
  });
  it("is not added twice", () => {
    const once = '{app="shop"} | status="500" |= "x"';
    expect(addFieldFilter(once, "status", "=", "500")).toBe(once);
  });
  it("is not taken for present when it is only part of a longer condition", () => {
    const query = '{app="shop"} | status="500" or x="1"';
    expect(addFieldFilter(query, "status", "=", "500")).toBe(`${query} | status="500"`);
  });
  it("turns its opposite at the end round", () => {
    expect(addFieldFilter('{a="b"} | status="500"', "status", "!=", "500")).toBe('{a="b"} | status!="500"');
  });
  it("does not vanish in a comment", () => {
    expect(addFieldFilter('{a="b"} # why', "x", "=", "1")).toBe('{a="b"} # why\n| x="1"');
  });
});

describe("a level filter", () => {
  it("names one level or several spellings of it", () => {
    expect(addLevelFilter('{a="b"}', ["error"])).toBe('{a="b"} | detected_level="error"');
    expect(addLevelFilter('{a="b"}', ["fatal", "critical"])).toBe('{a="b"} | detected_level=~"fatal|critical"');
    expect(addLevelFilter('{a="b"}', [])).toBe('{a="b"}');
  });
});

describe("names", () => {
  it("that LogQL cannot spell cannot be filtered", () => {
    expect(canFilter("service_name")).toBe(true);
    for (const name of ["http.status", "1st", "", "by", "JSON", "a-b"]) expect(canFilter(name)).toBe(false);
  });
});

it("a selector being typed is not one yet", () => {
  expect(findSelector('{app="x')).toBeNull();
  expect(findSelector('{app="x", env=~"p"}')?.matchers.map((m) => m.name)).toEqual(["app", "env"]);
});
