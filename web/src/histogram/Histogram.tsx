// Lines per level over time. uPlot gives axes, cursor and selection; the stacked
// bars are painted by hand, because a bar ends at its point: (t-step, t].
import { useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { formatCount, formatShort } from "../app/format";
import { useObservable } from "../app/Observable";
import { type Theme, themeColor } from "../app/theme";
import type { Level } from "../results/levels";
import { nanosFromMs, type Nanos } from "../time/nanos";
import { HistogramLegend } from "./HistogramLegend";
import { timeLabels } from "./timeAxis";
import { axes, useChart } from "./useChart";
import { barTotals, type Volume } from "./volume";
import type { VolumeSession } from "./VolumeSession";
import { VolumeTooltip } from "./VolumeTooltip";

interface Props {
  session: VolumeSession;
  /** The query itself failed: what is drawn belongs to the one before. */
  isStale: boolean;
  theme: Theme;
  onZoom(from: Nanos, to: Nanos): void;
  onOnlyLevel(names: readonly string[]): void;
}

export function Histogram({ session, isStale, theme, onZoom, onOnlyLevel }: Props) {
  useObservable(session);
  const { volume, isLoading, error } = session;
  const [hidden, setHidden] = useState<ReadonlySet<Level>>(new Set());
  // Bars whose own question failed would belong to another query.
  const shown = volume && (error === "" || isStale || isLoading) ? volume : null;
  const total = shown?.levels.reduce((sum, l) => sum + l.total, 0) ?? 0;

  const toggle = (level: Level) => {
    const next = new Set(hidden);
    if (!next.delete(level)) next.add(level);
    setHidden(next);
  };

  return (
    <section className={`histogram${isLoading || isStale ? " is-loading" : ""}`} aria-label="Lines over time" data-testid="histogram">
      <HistogramLegend volume={shown} hidden={hidden} onToggle={toggle} onOnly={onOnlyLevel} total={total} />
      <div className="histogram-body">
        {shown ? (
          <Bars volume={shown} hidden={hidden} theme={theme} onZoom={onZoom} />
        ) : (
          <div className="histogram-empty">{emptyText(isLoading, isStale, error)}</div>
        )}
      </div>
    </section>
  );
}

function emptyText(isLoading: boolean, isStale: boolean, error: string): string {
  if (isLoading) return "Counting lines…";
  // The bars ask with a longer query: its error positions would mislead.
  return isStale || error === "" ? "" : `No histogram: ${error}`;
}

function Bars({ volume, hidden, theme, onZoom }: { volume: Volume; hidden: ReadonlySet<Level>; theme: Theme; onZoom: Props["onZoom"] }) {
  const box = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<{ index: number; left: number } | null>(null);
  const { stepMs, firstMs, count } = volume.grid;

  const data = useMemo<uPlot.AlignedData>(() => {
    const ends = Array.from({ length: count }, (_, i) => (firstMs + i * stepMs) / 1000);
    return [ends, barTotals(volume, hidden)];
  }, [volume, hidden, count, firstMs, stepMs]);

  // Read while drawing, which happens outside React.
  const shown = useRef({ volume, hidden, data, onZoom });
  shown.current = { volume, hidden, data, onZoom };

  const makeOptions = () => ({
    // Room for half of a time label at the right end.
    padding: [6, 26, 0, 0] as uPlot.Padding,
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
    },
    scales: {
      x: { time: true, range: () => xRange(shown.current.volume) },
      y: { range: (_: uPlot, __: number, max: number): uPlot.Range.MinMax => [0, Math.max(1, max * 1.05)] },
    },
    axes: axes(themeColor, timeLabels, (value) => (Number.isInteger(value) ? formatShort(value) : "")),
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      draw: [(chart: uPlot) => paintBars(chart, shown.current.volume, shown.current.hidden)],
      setCursor: [
        (chart: uPlot) => {
          const left = chart.cursor.left ?? -1;
          if (left < 0) return setHover(null);
          const { grid } = shown.current.volume;
          const index = Math.ceil((chart.posToVal(left, "x") * 1000 - grid.firstMs) / grid.stepMs);
          setHover(index < 0 || index >= grid.count ? null : { index, left: left + chart.over.offsetLeft });
        },
      ],
      setSelect: [
        (chart: uPlot) => {
          const { left, width } = chart.select;
          // A click wobbles by a pixel or two; that is no selection.
          if (width < 4) return;
          const from = chart.posToVal(left, "x");
          const to = chart.posToVal(left + width, "x");
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          shown.current.onZoom(nanosFromMs(from * 1000), nanosFromMs(Math.max(to, from + 0.001) * 1000));
        },
      ],
    },
  });

  useChart(box, makeOptions, data, theme);
  return (
    <div className="histogram-chart" ref={box} onMouseLeave={() => setHover(null)}>
      {hover && <VolumeTooltip volume={volume} hidden={hidden} index={hover.index} left={hover.left} />}
      <p className="visually-hidden">
        {volume.levels.map((l) => `${formatCount(l.total)} ${l.level}`).join(", ") || "No lines"}
      </p>
    </div>
  );
}

function xRange({ grid }: Volume): uPlot.Range.MinMax {
  return [(grid.firstMs - grid.stepMs) / 1000, (grid.firstMs + (grid.count - 1) * grid.stepMs) / 1000];
}

function paintBars(chart: uPlot, volume: Volume, hidden: ReadonlySet<Level>): void {
  const { grid, levels } = volume;
  const { ctx } = chart;
  // The least severe level is drawn first, so that errors stand on top where the eye is.
  const layers = levels.filter((l) => !hidden.has(l.level)).reverse();
  const fills = layers.map((l) => themeColor(`--level-${l.level}`));
  const base = chart.valToPos(0, "y", true);
  const gap = Math.max(1, Math.round(devicePixelRatio));
  ctx.save();
  for (let i = 0; i < grid.count; i++) {
    const end = (grid.firstMs + i * grid.stepMs) / 1000;
    const x0 = Math.round(chart.valToPos(end - grid.stepMs / 1000, "x", true));
    const x1 = Math.round(chart.valToPos(end, "x", true));
    let below = 0;
    layers.forEach((layer, k) => {
      const value = layer.counts[i] ?? 0;
      if (value === 0) return;
      const bottom = below === 0 ? base : chart.valToPos(below, "y", true);
      below += value;
      // One error among a million lines must still be visible.
      const height = Math.max(bottom - chart.valToPos(below, "y", true), gap);
      ctx.fillStyle = fills[k] ?? "";
      ctx.fillRect(x0, bottom - height, Math.max(1, x1 - x0 - gap), height);
    });
  }
  ctx.restore();
}
