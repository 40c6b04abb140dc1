// Series of different lengths on one time grid; a missing point is a gap.
import type { Labels, SeriesAnswer } from "../api/types";
import { type Grid } from "../histogram/step";
import { quote } from "../query/tokens";
import type { MetricResult } from "./MetricSession";

export function seriesName(metric: Labels): string {
  const pairs = Object.entries(metric).map(([name, value]) => `${name}=${quote(value)}`);
  return `{${pairs.join(", ")}}`;
}

export function alignSeries(result: readonly SeriesAnswer[], { stepMs, firstMs, count }: Grid): MetricResult {
  const times = Array.from({ length: count }, (_, i) => (firstMs + i * stepMs) / 1000);
  const series = result.map(({ metric, values }) => {
    const row = new Array<number | null>(count).fill(null);
    for (const [seconds, text] of values) {
      const index = Math.round((seconds * 1000 - firstMs) / stepMs);
      const value = Number(text);
      if (index >= 0 && index < count && Number.isFinite(value)) row[index] = value;
    }
    return { name: seriesName(metric), metric, values: row, last: values.at(-1)?.[1] ?? "" };
  });
  return { times, series };
}
