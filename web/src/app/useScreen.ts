// The screen's state, kept in step with the address bar: running something new
// makes a history entry, Back returns to the former view and runs it again.
import { useCallback, useEffect, useRef, useState } from "react";
import { parseState, printState, sameState, type ScreenState } from "./screenState";

export interface Screen {
  state: ScreenState;
  /** Grows with each run, also when nothing changed: "the last hour" has moved. */
  run: number;
  go(change: Partial<ScreenState>): void;
}

export function useScreen(): Screen {
  const [screen, setScreen] = useState(() => ({ state: parseState(location.search), run: 0 }));
  const current = useRef(screen.state);

  useEffect(() => {
    // The first view gets its full address too, ready to be shared.
    history.replaceState(null, "", printState(current.current));
    const onBack = () => {
      current.current = parseState(location.search);
      setScreen((old) => ({ state: current.current, run: old.run + 1 }));
    };
    addEventListener("popstate", onBack);
    return () => removeEventListener("popstate", onBack);
  }, []);

  const go = useCallback((change: Partial<ScreenState>) => {
    const next = { ...current.current, ...change };
    if (!sameState(next, current.current)) history.pushState(null, "", printState(next));
    current.current = next;
    setScreen((old) => ({ state: next, run: old.run + 1 }));
  }, []);

  return { ...screen, go };
}
