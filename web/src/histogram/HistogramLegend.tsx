import { countLines, formatCount } from "../app/format";
import { Icon } from "../app/Icon";
import type { Level } from "../results/levels";
import type { Volume } from "./volume";

interface Props {
  volume: Volume | null;
  hidden: ReadonlySet<Level>;
  total: number;
  onToggle(level: Level): void;
  onOnly(names: readonly string[]): void;
}

export function HistogramLegend({ volume, hidden, total, onToggle, onOnly }: Props) {
  return (
    <div className="legend" data-testid="histogram-legend" role="group" aria-label="Levels in the histogram">
      {volume?.levels.map(({ level, total: count, names }) => (
        <span key={level} className="legend-item">
          <button
            type="button"
            className="legend-toggle"
            aria-pressed={!hidden.has(level)}
            title={hidden.has(level) ? `Show ${level} in the histogram` : `Hide ${level} in the histogram`}
            onClick={() => onToggle(level)}
          >
            <span className={`swatch level-bg-${level}`} />
            {level}
            <span className="legend-count">{formatCount(count)}</span>
          </button>
          {names.every((name) => name !== "") && (
            <button
              type="button"
              className="legend-only"
              aria-label={`Show only ${level} lines`}
              title={`Only ${level} lines: adds a filter to the query`}
              onClick={() => onOnly(names)}
            >
              <Icon name="filter" />
            </button>
          )}
        </span>
      ))}
      <span className="legend-total">{volume && countLines(total)}</span>
    </div>
  );
}
