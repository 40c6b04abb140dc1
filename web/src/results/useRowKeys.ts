// Moving through rows with the keyboard: J/K or arrows, Enter opens, Esc closes.
import { useEffect, useRef } from "react";
import type { RowSource } from "./record";

interface RowKeys {
  rows: RowSource;
  active: number | null;
  pageRows: number;
  moveTo(index: number): void;
  toggle(key: number): void;
  collapse(): void;
}

export function useRowKeys(keys: RowKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isBusyElsewhere(event.target, event.key)) return;
      const { rows, active, pageRows, moveTo, toggle, collapse } = latest.current;
      const at = active === null ? -1 : rows.indexOf(active);
      const target = targetOf(event.key, at, rows.count, pageRows);
      if (target !== null) {
        event.preventDefault();
        moveTo(Math.max(0, Math.min(rows.count - 1, target)));
      } else if (event.key === "Enter" && active !== null && at >= 0) {
        event.preventDefault();
        toggle(active);
      } else if (event.key === "Escape") collapse();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}

function targetOf(key: string, at: number, count: number, pageRows: number): number | null {
  if (count === 0) return null;
  if (key === "j" || key === "ArrowDown") return at + 1;
  if (key === "k" || key === "ArrowUp") return at < 0 ? 0 : at - 1;
  if (key === "PageDown") return at + pageRows;
  if (key === "PageUp") return at - pageRows;
  if (key === "Home" || key === "g") return 0;
  if (key === "End" || key === "G") return count - 1;
  return null;
}

/** Keys belong to whatever has the focus, when it can use them. */
function isBusyElsewhere(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [role=dialog], [contenteditable]")) return true;
  if (key === "Enter") return target.closest("button, a") !== null;
  // A scrollable part of an open record scrolls by itself.
  return target.closest(".detail-message, .metric-table-box") !== null && key !== "Escape";
}
