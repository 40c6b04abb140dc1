// Starts what the state asks for and stops what it no longer wants.
import { useEffect } from "react";
import type { VolumeSession } from "../histogram/VolumeSession";
import type { TailSession } from "../live/TailSession";
import type { MetricSession } from "../metrics/MetricSession";
import { isLogQuery } from "../query/tokens";
import type { LogSession } from "../results/LogSession";
import { nowNanos } from "../time/nanos";
import { resolveRange } from "../time/range";
import type { ScreenState } from "./screenState";

/** While live the bars move along, but need not move at every line. */
const LIVE_BARS_EVERY_MS = 10_000;

interface Sessions {
  logs: LogSession;
  tail: TailSession;
  volume: VolumeSession;
  metrics: MetricSession;
}

export function useRun({ logs, tail, volume, metrics }: Sessions, state: ScreenState, run: number): void {
  useEffect(() => {
    const { query, limit, direction, live, range } = state;
    const span = resolveRange(range, nowNanos());
    if (!isLogQuery(query)) {
      void metrics.run(query, span);
      return () => metrics.cancel();
    }
    void volume.run(query, span);
    if (!live) {
      void logs.run({ query, span, limit, direction });
      return () => {
        logs.cancel();
        volume.cancel();
      };
    }
    tail.start(query, limit);
    const timer = setInterval(() => {
      if (range.kind === "relative" && !document.hidden) void volume.run(query, resolveRange(range, nowNanos()));
    }, LIVE_BARS_EVERY_MS);
    return () => {
      clearInterval(timer);
      tail.stop();
      volume.cancel();
    };
  }, [logs, tail, volume, metrics, state, run]);
}
