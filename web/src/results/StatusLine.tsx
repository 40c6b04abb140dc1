import { formatBytes, formatCount, formatSeconds } from "../app/format";
import type { QueryStats } from "../api/types";
import { formatLocalSecond, formatRfc3339 } from "../time/nanos";
import type { Span } from "../time/range";

interface Props {
  /** What is on screen, in words. */
  shown: string;
  stats: QueryStats | null;
  span: Span | null;
  warnings: readonly string[];
}

export function StatusLine({ shown, stats, span, warnings }: Props) {
  return (
    <footer className="status" role="status" data-testid="status-line">
      <span className="status-shown">{shown}</span>
      {warnings.map((text) => (
        <span key={text} className="status-warning" title={text}>
          {text}
        </span>
      ))}
      <span className="status-space" />
      {span && (
        <span title={`${formatRfc3339(span.start)}\n${formatRfc3339(span.end)}`}>
          {formatLocalSecond(span.start)} → {formatLocalSecond(span.end)}
        </span>
      )}
      {stats && (
        <span title="What the server read to answer">
          {formatCount(stats.totalLinesProcessed)} lines · {formatBytes(stats.totalBytesProcessed)} in {formatSeconds(stats.execTime)}
        </span>
      )}
    </footer>
  );
}
