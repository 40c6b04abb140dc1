// Runs a metric query and keeps its series for the chart and the table.
import { Observable } from "../app/Observable";
import { queryRange } from "../api/loki";
import { isAbort, messageOf } from "../api/request";
import type { Labels, QueryStats } from "../api/types";
import { barGrid, chooseStepMs, POINTS_MAX } from "../histogram/step";
import { msFromNanos } from "../time/nanos";
import type { Span } from "../time/range";
import { alignSeries } from "./align";

export interface MetricSeries {
  name: string;
  metric: Labels;
  values: (number | null)[];
  last: string;
}

export interface MetricResult {
  times: number[];
  series: MetricSeries[];
}

export class MetricSession extends Observable {
  phase: "idle" | "loading" | "done" | "failed" = "idle";
  result: MetricResult | null = null;
  stats: QueryStats | null = null;
  warnings: readonly string[] = [];
  span: Span | null = null;
  error = "";
  private abort: AbortController | null = null;

  async run(query: string, span: Span): Promise<void> {
    this.cancel();
    const abort = (this.abort = new AbortController());
    this.phase = "loading";
    this.error = "";
    this.notify();
    const stepMs = chooseStepMs(msFromNanos(span.end - span.start), POINTS_MAX);
    const { firstMs, count } = barGrid(span, stepMs);
    try {
      const answer = await queryRange({ query, ...span, stepMs }, abort.signal);
      if (abort.signal.aborted) return;
      // The server rounds both ends outwards: one point before our first bar's end.
      const grid = { stepMs, firstMs: firstMs - stepMs, count: count + 1 };
      this.result = alignSeries(answer.kind === "matrix" ? answer.result : [], grid);
      this.stats = answer.stats;
      this.warnings = answer.warnings;
      this.span = span;
      this.phase = "done";
    } catch (cause) {
      if (isAbort(cause) || abort.signal.aborted) return;
      this.phase = "failed";
      this.error = messageOf(cause);
    }
    this.notify();
  }

  cancel(): void {
    this.abort?.abort();
    this.abort = null;
    if (this.phase !== "loading") return;
    this.phase = this.result ? "done" : "idle";
    this.notify();
  }
}
