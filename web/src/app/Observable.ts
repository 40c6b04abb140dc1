// State that lives outside React: rows arrive far more often than the screen is
// drawn, so components only learn that something changed and read what they show.
import { useSyncExternalStore } from "react";

export class Observable {
  private version = 0;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getVersion = (): number => this.version;

  protected notify(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

/** Draws the component again whenever `source` changes; returns its version. */
export function useObservable(source: Observable): number {
  return useSyncExternalStore(source.subscribe, source.getVersion);
}
