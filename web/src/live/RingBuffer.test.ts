import { describe, expect, it } from "vitest";
import { RateMeter } from "./RateMeter";
import { RingBuffer } from "./RingBuffer";

describe("ring buffer", () => {
  it("holds everything until it is full", () => {
    const ring = new RingBuffer<string>(3);
    expect([ring.count, ring.first, ring.end]).toEqual([0, 0, 0]);
    ring.push("a");
    ring.push("b");
    expect([ring.count, ring.first, ring.end]).toEqual([2, 0, 2]);
    expect([ring.get(0), ring.get(1), ring.get(2)]).toEqual(["a", "b", undefined]);
  });
  it("then forgets the oldest and keeps the numbers of the rest", () => {
    const ring = new RingBuffer<string>(3);
    for (const item of "abcde") ring.push(item);
    expect([ring.count, ring.first, ring.end]).toEqual([3, 2, 5]);
    expect([1, 2, 3, 4, 5].map((n) => ring.get(n))).toEqual([undefined, "c", "d", "e", undefined]);
  });
  it("works with room for one", () => {
    const ring = new RingBuffer<number>(1);
    ring.push(7);
    ring.push(8);
    expect([ring.count, ring.get(0), ring.get(1)]).toEqual([1, undefined, 8]);
  });
  it("refuses a capacity that holds nothing", () => {
    for (const capacity of [0, -1, 1.5, NaN]) expect(() => new RingBuffer(capacity)).toThrow(RangeError);
  });
});

describe("rate meter", () => {
  it("averages over five seconds", () => {
    const meter = new RateMeter();
    for (let second = 0; second < 20; second++) meter.add(10, second * 1000);
    expect(meter.perSecond(19_999)).toBe(10);
  });
  it("falls to zero when nothing comes", () => {
    const meter = new RateMeter();
    meter.add(100, 0);
    expect(meter.perSecond(500)).toBe(100);
    expect(meter.perSecond(60_000)).toBe(0);
  });
  it("knows nothing before the first line", () => {
    expect(new RateMeter().perSecond(1000)).toBe(0);
  });
});
