// What a record's buttons do to the screen.
import { useMemo } from "react";
import { addFieldFilter, addLabelFilter } from "../query/edit";
import { remember } from "../query/queryHistory";
import type { RecordActions } from "../results/RecordDetail";
import { printState, type ScreenState } from "./screenState";

export function useRecordActions(state: ScreenState, go: (change: Partial<ScreenState>) => void): RecordActions {
  return useMemo(() => {
    const run = (query: string) => {
      remember(query);
      go({ query });
    };
    return {
      filterLabel: (name, operator, value) => run(addLabelFilter(state.query, name, operator, value)),
      filterField: (name, operator, value) => run(addFieldFilter(state.query, name, operator, value)),
      addressOf: (range) => printState({ ...state, range, live: false }),
      showRange: (range) => go({ range, live: false }),
    };
  }, [state, go]);
}
