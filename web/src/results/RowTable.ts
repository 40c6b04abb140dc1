// Holds up to a million rows. One array per column instead of one object per
// row: a row object is made when it is looked at and forgotten afterwards.
import type { Labels } from "../api/types";
import { type Level, LEVELS } from "./levels";
import type { LogRecord, RowSource } from "./record";

/** More rows make the page itself heavy; a narrower query serves better. */
export const ROWS_MAX = 1_000_000;

export class RowTable implements RowSource {
  private size = 0;
  private times = new BigInt64Array(1024);
  private levels = new Uint8Array(1024);
  private readonly labels: Labels[] = [];
  private readonly fields: Labels[] = [];
  private readonly messages: string[] = [];
  // Most rows share their labels and have one field, the level: keep each set once.
  private readonly shared = new Map<string, Labels>();

  get count(): number {
    return this.size;
  }

  append(rows: readonly LogRecord[]): void {
    this.reserve(this.size + rows.length);
    for (const row of rows) {
      this.times[this.size] = row.ts;
      this.levels[this.size] = LEVELS.indexOf(row.level);
      this.labels.push(this.share(row.labels, 32));
      this.fields.push(this.share(row.fields, 1));
      this.messages.push(row.message);
      this.size++;
    }
  }

  at(index: number): LogRecord | undefined {
    const message = this.messages[index];
    if (message === undefined) return undefined;
    return {
      ts: this.times[index] ?? 0n,
      labels: this.labels[index] ?? {},
      fields: this.fields[index] ?? {},
      level: (LEVELS[this.levels[index] ?? 0] ?? "unknown") satisfies Level,
      message,
    };
  }

  // Rows are only added at the end, so a place is a name.
  keyAt(index: number): number {
    return index;
  }

  indexOf(key: number): number {
    return key >= 0 && key < this.size ? key : -1;
  }

  private reserve(needed: number): void {
    if (needed <= this.times.length) return;
    const capacity = Math.max(needed, this.times.length * 2);
    const times = new BigInt64Array(capacity);
    const levels = new Uint8Array(capacity);
    times.set(this.times);
    levels.set(this.levels);
    this.times = times;
    this.levels = levels;
  }

  private share(labels: Labels, keysMax: number): Labels {
    const pairs = Object.entries(labels);
    if (pairs.length > keysMax) return labels;
    const key = JSON.stringify(pairs);
    const known = this.shared.get(key);
    if (known) return known;
    // Values that never repeat would only fill the map.
    if (this.shared.size < 10_000) this.shared.set(key, labels);
    return labels;
  }
}
