// Owns one uPlot instance: made when the options change, resized with its box.
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import uPlot from "uplot";

export function useChart(
  box: RefObject<HTMLDivElement | null>,
  makeOptions: () => Omit<uPlot.Options, "width" | "height">,
  data: uPlot.AlignedData,
  /** A new chart is made when this changes; otherwise only its data. */
  identity: string,
): void {
  const chart = useRef<uPlot | null>(null);
  const options = useRef(makeOptions);
  options.current = makeOptions;
  const latest = useRef(data);
  latest.current = data;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const size = () => ({ width: Math.max(80, element.clientWidth), height: Math.max(40, element.clientHeight) });
    const made = new uPlot({ ...options.current(), ...size() }, latest.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [box, identity]);

  useEffect(() => {
    chart.current?.setData(data);
  }, [data]);
}

/** Parts that both charts share: quiet axes in the theme's colours. */
export function axes(color: (name: string) => string, labels: (seconds: readonly number[]) => string[], values: (value: number) => string): uPlot.Axis[] {
  const shared = {
    stroke: color("--text-muted"),
    font: `11px ${color("--font-sans")}`,
    ticks: { show: false },
    gap: 4,
  };
  return [
    { ...shared, size: 22, space: 72, grid: { show: false }, values: (_, splits) => labels(splits) },
    {
      ...shared,
      size: 46,
      space: 26,
      grid: { stroke: color("--grid"), width: 1 },
      values: (_, splits) => splits.map(values),
    },
  ];
}
