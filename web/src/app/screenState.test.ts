import { describe, expect, it } from "vitest";
import { DEFAULT_STATE, parseState, printState, sameState, type ScreenState } from "./screenState";

describe("the address", () => {
  const states: ScreenState[] = [
    DEFAULT_STATE,
    { query: '{a="b&c=d#e"} |= "+ %"\n| json', range: { kind: "relative", seconds: 604800 }, limit: 5000, direction: "forward", live: true },
    { ...DEFAULT_STATE, range: { kind: "absolute", from: 1795219210123456789n, to: 1795219211000000001n } },
  ];
  it("carries the whole state", () => {
    for (const state of states) expect(parseState(printState(state))).toEqual(state);
  });
  it("falls back to defaults for what is missing or broken", () => {
    expect(parseState("")).toEqual(DEFAULT_STATE);
    expect(parseState("?from=bad&limit=x&direction=up&live=yes")).toEqual(DEFAULT_STATE);
  });
  it("holds the limit inside what the server allows", () => {
    expect(parseState("?limit=1").limit).toBe(100);
    expect(parseState("?limit=999999").limit).toBe(5000);
  });
  it("keeps an empty query empty", () => {
    expect(parseState("?query=").query).toBe("");
  });
  it("is the same state only when every part is", () => {
    expect(sameState(DEFAULT_STATE, parseState(printState(DEFAULT_STATE)))).toBe(true);
    for (const change of [{ query: "x" }, { limit: 101 }, { live: true }, { direction: "forward" }, { range: { kind: "relative", seconds: 1 } }] as Partial<ScreenState>[]) {
      expect(sameState(DEFAULT_STATE, { ...DEFAULT_STATE, ...change })).toBe(false);
    }
  });
});
