// The rows on screen. Of up to a million rows held only those in sight exist as
// elements; everything else is a number in the virtualiser's table.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { LogRow } from "./LogRow";
import { type RecordActions, RecordDetail } from "./RecordDetail";
import type { RowSource } from "./record";
import { useRowKeys } from "./useRowKeys";

const ROW_PX = 23;
/** How many rows before the end the next page is asked for. */
const AHEAD_ROWS = 30;

interface Props {
  rows: RowSource;
  /** Changes whenever the rows do. */
  version: number;
  isWrapped: boolean;
  pattern: RegExp | null;
  actions: RecordActions;
  onNearEnd?(): void;
  /** The reader has begun to read (true) or is back at the top (false). */
  onReading?(isReading: boolean, byScroll: boolean): void;
  /** Grows when the list should jump to its top. */
  jumps: number;
  footer: ReactNode;
}

export function LogList({ rows, version, isWrapped, pattern, actions, onNearEnd, onReading, jumps, footer }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const [active, setActive] = useState<number | null>(null);
  // Rows that were ever open are measured for good, so that closing shrinks them.
  const opened = useRef(new Set<number>());

  // A new identity tells the virtualiser that places and keys have moved.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const getItemKey = useCallback((index: number) => rows.keyAt(index), [rows, version]);
  const virtual = useVirtualizer({
    count: rows.count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    getItemKey,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();

  useLayoutEffect(() => virtual.measure(), [isWrapped, virtual]);
  useEffect(() => {
    if (jumps > 0) box.current?.scrollTo({ top: 0 });
  }, [jumps]);

  const lastShown = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (lastShown >= rows.count - AHEAD_ROWS) onNearEnd?.();
  }, [lastShown, rows, version, onNearEnd]);

  const toggle = (key: number) => {
    opened.current.add(key);
    const next = new Set(expanded);
    if (!next.delete(key)) next.add(key);
    setExpanded(next);
    setActive(key);
    onReading?.(true, false);
  };

  useRowKeys({
    rows,
    active,
    pageRows: Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_PX) - 2),
    moveTo: (index) => {
      onReading?.(true, false);
      setActive(rows.keyAt(index));
      virtual.scrollToIndex(index, { align: "auto" });
      // Keys work from anywhere; reading aids need the focus to be here.
      box.current?.focus({ preventScroll: true });
    },
    toggle,
    collapse: () => {
      if (active !== null && expanded.has(active)) toggle(active);
      else setExpanded(new Set());
    },
  });

  const activeIsShown = active !== null && items.some((item) => item.key === active);
  return (
    <div
      ref={box}
      className={`list${isWrapped ? " list-wrapped" : ""}`}
      data-testid="log-list"
      role="grid"
      aria-label="Log lines"
      aria-rowcount={rows.count}
      aria-activedescendant={activeIsShown ? `row-${active}` : undefined}
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        if (scrollTop > ROW_PX) onReading?.(true, true);
        else if (scrollTop < 2 && expanded.size === 0) onReading?.(false, true);
      }}
    >
      <div className="list-space" style={{ height: virtual.getTotalSize() }} role="presentation">
        {items.map((item) => {
          const key = item.key as number;
          const isExpanded = expanded.has(key);
          const record = isExpanded ? rows.at(item.index) : undefined;
          const needsMeasure = isWrapped || isExpanded || opened.current.has(key);
          return (
            <div
              key={key}
              ref={needsMeasure ? virtual.measureElement : undefined}
              data-index={item.index}
              className={`row-slot${key === active ? " row-active" : ""}${isExpanded ? " row-open" : ""}`}
              style={{ transform: `translateY(${item.start}px)` }}
              role="presentation"
            >
              <div
                id={`row-${key}`}
                className={`row stripe-${rows.at(item.index)?.level ?? "unknown"}`}
                role="row"
                aria-rowindex={item.index + 1}
                aria-expanded={isExpanded}
                data-testid="log-row"
                // In a live list the row would move away between press and release.
                onPointerDown={() => onReading?.(true, false)}
                onClick={() => {
                  // Marking text with the mouse must not open the row.
                  if (getSelection()?.isCollapsed !== false) toggle(key);
                }}
              >
                <LogRow rows={rows} rowKey={key} isExpanded={isExpanded} isWrapped={isWrapped} pattern={pattern} />
              </div>
              {record && (
                <div role="row">
                  <RecordDetail record={record} actions={actions} />
                </div>
              )}
            </div>
          );
        })}
      </div>
      {footer}
    </div>
  );
}
