import { formatCount } from "../app/format";
import type { Level } from "../results/levels";
import { formatLocalClock, formatLocalSecond, nanosFromMs } from "../time/nanos";
import { stepText } from "./step";
import type { Volume } from "./volume";

interface Props {
  volume: Volume;
  hidden: ReadonlySet<Level>;
  index: number;
  left: number;
}

export function VolumeTooltip({ volume, hidden, index, left }: Props) {
  const { stepMs, firstMs, count } = volume.grid;
  const endMs = firstMs + index * stepMs;
  const rows = volume.levels.filter((l) => !hidden.has(l.level) && (l.counts[index] ?? 0) > 0);
  // Kept on the side with more room, so that it never covers the bar in question.
  const isRight = index > count / 2;
  return (
    <div className={`chart-tooltip${isRight ? " chart-tooltip-left" : ""}`} style={{ left }} role="presentation">
      <div className="chart-tooltip-time">
        {formatLocalSecond(nanosFromMs(endMs - stepMs))} – {formatLocalClock(new Date(endMs))}
        <span className="muted"> · {stepText(stepMs)}</span>
      </div>
      {rows.length === 0 && <div className="muted">No lines</div>}
      {rows.map(({ level, counts }) => (
        <div key={level} className="chart-tooltip-row">
          <span className={`swatch level-bg-${level}`} />
          {level}
          <b>{formatCount(counts[index] ?? 0)}</b>
        </div>
      ))}
    </div>
  );
}
