// Runs a log query and its further pages, and holds what came back.
import { Observable } from "../app/Observable";
import { type Direction, queryRange } from "../api/loki";
import { isAbort, messageOf } from "../api/request";
import type { QueryStats } from "../api/types";
import type { Span } from "../time/range";
import { nextSpan, withoutHeld } from "./paging";
import { mergeStreams } from "./record";
import { ROWS_MAX, RowTable } from "./RowTable";

export interface LogQuery {
  query: string;
  span: Span;
  limit: number;
  direction: Direction;
}

/** Why no further page follows; "more" when one does. */
export type Ending = "more" | "all" | "cap" | "crowded";

export class LogSession extends Observable {
  rows = new RowTable();
  phase: "idle" | "loading" | "done" | "failed" = "idle";
  ending: Ending = "all";
  isPaging = false;
  pageError = "";
  error = "";
  stats: QueryStats | null = null;
  warnings: readonly string[] = [];
  /** Grows with each new answer (not with its further pages). */
  answers = 0;
  /** What the rows answer, which lags behind what was asked while loading. */
  shown: LogQuery | null = null;
  private abort: AbortController | null = null;

  /** Asks anew. The old rows stay until the answer is there. */
  async run(query: LogQuery): Promise<void> {
    this.cancel();
    const abort = (this.abort = new AbortController());
    this.phase = "loading";
    this.error = this.pageError = "";
    this.isPaging = false;
    this.notify();
    try {
      const answer = await queryRange({ ...query, ...query.span }, abort.signal);
      if (abort.signal.aborted) return;
      const page = answer.kind === "streams" ? mergeStreams(answer.result, query.direction) : [];
      this.rows = new RowTable();
      this.rows.append(page);
      this.answers++;
      this.shown = query;
      this.stats = answer.stats;
      this.warnings = answer.warnings;
      this.ending = page.length < query.limit ? "all" : "more";
      this.phase = "done";
    } catch (cause) {
      if (isAbort(cause) || abort.signal.aborted) return;
      this.phase = "failed";
      this.error = messageOf(cause);
    }
    this.notify();
  }

  async loadMore(): Promise<void> {
    const query = this.shown;
    if (!query || this.phase !== "done" || this.isPaging || this.ending !== "more" || !this.abort) return;
    const { signal } = this.abort;
    this.isPaging = true;
    this.pageError = "";
    this.notify();
    try {
      const span = nextSpan(query.span, this.rows, query.direction);
      const answer = await queryRange({ ...query, ...span }, signal);
      if (signal.aborted || answer.kind !== "streams") return;
      const page = mergeStreams(answer.result, query.direction);
      const fresh = withoutHeld(this.rows, page);
      this.rows.append(fresh.slice(0, ROWS_MAX - this.rows.count));
      this.ending = endingAfter(page.length, fresh.length, query.limit, this.rows.count);
    } catch (cause) {
      if (isAbort(cause) || signal.aborted) return;
      this.pageError = messageOf(cause);
    }
    this.isPaging = false;
    this.notify();
  }

  cancel(): void {
    this.abort?.abort();
    this.abort = null;
    if (this.phase === "loading") {
      this.phase = this.shown ? "done" : "idle";
      this.notify();
    }
  }
}

export function endingAfter(pageRows: number, freshRows: number, limit: number, held: number): Ending {
  if (held >= ROWS_MAX) return "cap";
  if (pageRows < limit) return "all";
  // A full page of rows we already hold: they share one timestamp and asking again would loop.
  return freshRows === 0 ? "crowded" : "more";
}
