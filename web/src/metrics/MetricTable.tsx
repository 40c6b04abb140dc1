import type { MetricResult } from "./MetricSession";
import { seriesColor } from "./MetricView";

interface Props {
  result: MetricResult;
  hidden: ReadonlySet<string>;
  onToggle(name: string): void;
}

export function MetricTable({ result, hidden, onToggle }: Props) {
  // Two series can carry the same labels: the place tells them apart.
  const rows = result.series.map((s, place) => ({ ...s, place, color: seriesColor(place) }));
  rows.sort((a, b) => Number(b.last) - Number(a.last) || a.name.localeCompare(b.name));
  return (
    <>
      <div className="legend metric-legend" role="group" aria-label="Series" data-testid="metric-legend">
        {rows.map(({ name, color, place }) => (
          <button key={place} type="button" className="legend-toggle mono" aria-pressed={!hidden.has(name)} title={name} onClick={() => onToggle(name)}>
            <span className="swatch" style={{ background: `var(${color})` }} />
            {name}
          </button>
        ))}
      </div>
      <div className="metric-table-box" tabIndex={0} role="region" aria-label="Last values">
        <table className="metric-table" data-testid="metric-table">
          <thead>
            <tr>
              <th scope="col">Series</th>
              <th scope="col" className="numeric">
                Last value
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, last, color, place }) => (
              <tr key={place}>
                <td className="mono">
                  <span className="swatch" style={{ background: `var(${color})` }} />
                  {name}
                </td>
                <td className="numeric">{last}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
