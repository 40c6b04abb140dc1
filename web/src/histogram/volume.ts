// Lines per level over time: the question to the server and its answer as columns.
import type { SeriesAnswer } from "../api/types";
import { significant, tokenize } from "../query/tokens";
import { type Level, levelOf, LEVELS } from "../results/levels";
import { type Grid, stepText } from "./step";

export interface LevelVolume {
  level: Level;
  /** The spellings the server used, for a filter that finds them again. */
  names: string[];
  counts: number[];
  total: number;
}

export interface Volume {
  grid: Grid;
  /** Most severe first; only levels that occur. */
  levels: LevelVolume[];
}

export function volumeQuery(query: string, stepMs: number): string {
  const tokens = tokenize(query);
  const stages = significant(tokens);
  // One line that a parser cannot read would fail the whole count, while the
  // log query only marks it: drop the mark.
  const hasParser = stages.some((t, i) => stages[i - 1]?.text === "|" && /^(json|logfmt|regexp|pattern|unpack|line_format|label_format)$/i.test(t.text));
  const hasComment = tokens.some((t) => t.kind === "comment");
  const drop = hasParser ? " | drop __error__, __error_details__" : "";
  const text = query.trim();
  return `sum by (detected_level) (count_over_time(${text}${hasComment ? "\n" : ""}${drop} [${stepText(stepMs)}]))`;
}

export function readVolume(result: readonly SeriesAnswer[], grid: Grid): Volume {
  const found = new Map<Level, LevelVolume>();
  for (const { metric, values } of result) {
    const name = metric["detected_level"] ?? "";
    const level = levelOf(name);
    let entry = found.get(level);
    if (!entry) {
      entry = { level, names: [], counts: new Array<number>(grid.count).fill(0), total: 0 };
      found.set(level, entry);
    }
    entry.names.push(name);
    for (const [seconds, text] of values) {
      const index = Math.round((seconds * 1000 - grid.firstMs) / grid.stepMs);
      const value = Number(text);
      // The server may answer a point more at either end, outside our bars.
      if (index < 0 || index >= grid.count || !Number.isFinite(value)) continue;
      entry.counts[index] = (entry.counts[index] ?? 0) + value;
      entry.total += value;
    }
  }
  return { grid, levels: LEVELS.flatMap((level) => found.get(level) ?? []).filter(({ total }) => total > 0) };
}

/** Height of each bar when the hidden levels are left out. */
export function barTotals(volume: Volume, hidden: ReadonlySet<Level>): number[] {
  const totals = new Array<number>(volume.grid.count).fill(0);
  for (const { level, counts } of volume.levels) {
    if (hidden.has(level)) continue;
    for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + (counts[i] ?? 0);
  }
  return totals;
}
