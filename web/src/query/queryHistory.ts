// The queries that were run, newest first, like a shell's history.
import { readStored, store } from "../app/storage";

const KEPT = 100;

export function readHistory(): string[] {
  const kept = readStored<unknown>("queries", []);
  return Array.isArray(kept) ? kept.filter((q): q is string => typeof q === "string") : [];
}

export function withQuery(history: readonly string[], query: string): string[] {
  const text = query.trim();
  if (text === "") return [...history];
  return [text, ...history.filter((other) => other !== text)].slice(0, KEPT);
}

export function remember(query: string): void {
  store("queries", withQuery(readHistory(), query));
}

/** Walks the history; the text being written is the place before the newest entry. */
export class HistoryWalk {
  private place = -1;
  private draft = "";

  /** Older (+1) or newer (-1); null when there is nothing further. */
  step(direction: 1 | -1, current: string): string | null {
    const history = readHistory();
    if (this.place === -1) this.draft = current;
    let next = this.place + direction;
    // The query on screen is usually the newest entry itself: no empty step.
    while (direction === 1 && history[next] === current) next++;
    if (next < -1 || next >= history.length) return null;
    this.place = next;
    return next === -1 ? this.draft : (history[next] ?? null);
  }

  reset(): void {
    this.place = -1;
  }
}
