// The answer of a metric query: lines over time and the last value of each.
import { useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { formatShort } from "../app/format";
import { useObservable } from "../app/Observable";
import { type Theme, themeColor } from "../app/theme";
import { timeLabels } from "../histogram/timeAxis";
import { axes, useChart } from "../histogram/useChart";
import { formatLocalSecond, type Nanos, nanosFromMs } from "../time/nanos";
import type { MetricResult, MetricSession } from "./MetricSession";
import { MetricTable } from "./MetricTable";

/** Colours repeat after this many series: no one tells more apart. */
const COLORS = 10;
export const seriesColor = (index: number) => `--series-${index % COLORS}`;

interface Props {
  session: MetricSession;
  theme: Theme;
  onZoom(from: Nanos, to: Nanos): void;
}

export function MetricView({ session, theme, onZoom }: Props) {
  useObservable(session);
  const { result, phase } = session;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  if (!result || result.series.length === 0) {
    return <div className="notice">{phase === "loading" ? "Running the query…" : phase === "done" ? <b>No series in this time range</b> : ""}</div>;
  }
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  return (
    <div className={`metrics${phase === "loading" ? " is-loading" : ""}`}>
      <Lines result={result} hidden={hidden} theme={theme} onZoom={onZoom} />
      <MetricTable result={result} hidden={hidden} onToggle={toggle} />
    </div>
  );
}

function Lines({ result, hidden, theme, onZoom }: { result: MetricResult; hidden: ReadonlySet<string>; theme: Theme; onZoom: Props["onZoom"] }) {
  const box = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<{ index: number; left: number } | null>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const data = useMemo<uPlot.AlignedData>(() => [result.times, ...result.series.map((s) => s.values)], [result]);

  const makeOptions = () => ({
    padding: [8, 26, 0, 0] as uPlot.Padding,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: true }, y: { range: { min: { soft: 0, mode: 1 as const }, max: { pad: 0.08 } } } },
    axes: axes(themeColor, timeLabels, formatShort),
    series: [
      {},
      ...result.series.map((s, i) => ({
        show: !hidden.has(s.name),
        stroke: themeColor(seriesColor(i)),
        width: 1.5,
        // A lone point between two gaps has no line: show it as a dot.
        points: { show: result.times.length < 3, size: 4 },
      })),
    ],
    hooks: {
      setCursor: [
        (chart: uPlot) => {
          const { left = -1, idx } = chart.cursor;
          setHover(left < 0 || idx === null || idx === undefined ? null : { index: idx, left: left + chart.over.offsetLeft });
        },
      ],
      setSelect: [
        (chart: uPlot) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          const from = chart.posToVal(left, "x");
          const to = chart.posToVal(left + width, "x");
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          zoom.current(nanosFromMs(from * 1000), nanosFromMs(to * 1000));
        },
      ],
    },
  });

  // Which series exist and show is part of the options, so it makes a new chart.
  const identity = `${theme} ${[...hidden].join()} ${result.series.map((s) => s.name).join()}`;
  useChart(box, makeOptions, data, identity);
  return (
    <div className="metric-chart" ref={box} data-testid="metric-chart" role="img" aria-label={`${result.series.length} series over time`} onMouseLeave={() => setHover(null)}>
      {hover && <MetricTooltip result={result} hidden={hidden} {...hover} />}
    </div>
  );
}

const TOOLTIP_ROWS = 12;

function MetricTooltip({ result, hidden, index, left }: { result: MetricResult; hidden: ReadonlySet<string>; index: number; left: number }) {
  const rows = result.series
    .map((s, i) => ({ name: s.name, value: s.values[index] ?? null, color: seriesColor(i) }))
    .filter((row) => row.value !== null && !hidden.has(row.name))
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const isRight = index > result.times.length / 2;
  return (
    <div className={`chart-tooltip${isRight ? " chart-tooltip-left" : ""}`} style={{ left }} role="presentation">
      <div className="chart-tooltip-time">{formatLocalSecond(nanosFromMs((result.times[index] ?? 0) * 1000))}</div>
      {rows.slice(0, TOOLTIP_ROWS).map((row, i) => (
        <div key={i} className="chart-tooltip-row">
          <span className="swatch" style={{ background: `var(${row.color})` }} />
          <span className="chart-tooltip-name">{row.name}</span>
          <b>{formatShort(row.value ?? 0)}</b>
        </div>
      ))}
      {rows.length > TOOLTIP_ROWS && <div className="muted">and {rows.length - TOOLTIP_ROWS} more</div>}
    </div>
  );
}
