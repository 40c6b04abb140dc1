import type { ReactNode } from "react";
import type { Direction } from "../api/loki";
import { Icon } from "../app/Icon";

interface Props {
  direction: Direction;
  isLive: boolean;
  isWrapped: boolean;
  onDirection(direction: Direction): void;
  onWrap(isWrapped: boolean): void;
  children?: ReactNode;
}

export function ListToolbar({ direction, isLive, isWrapped, onDirection, onWrap, children }: Props) {
  const isNewestFirst = isLive || direction === "backward";
  return (
    <div className="toolbar" role="toolbar" aria-label="Log lines">
      {children}
      <span className="toolbar-space" />
      <span className="toolbar-keys" aria-hidden="true">
        <kbd>J</kbd>
        <kbd>K</kbd> move <kbd>↵</kbd> open <kbd>/</kbd> query
      </span>
      <button
        type="button"
        className="small-button"
        data-testid="order-toggle"
        disabled={isLive}
        title={isLive ? "Live lines are always newest first" : "Change the order"}
        onClick={() => onDirection(isNewestFirst ? "forward" : "backward")}
      >
        <Icon name={isNewestFirst ? "down" : "up"} />
        {isNewestFirst ? "Newest first" : "Oldest first"}
      </button>
      <button type="button" className="small-button" aria-pressed={isWrapped} data-testid="wrap-toggle" onClick={() => onWrap(!isWrapped)}>
        <Icon name="wrap" />
        Wrap
      </button>
    </div>
  );
}
