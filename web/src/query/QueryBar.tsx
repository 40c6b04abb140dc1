import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import type { LabelCatalog } from "../api/labelCatalog";
import { Icon } from "../app/Icon";
import { clampLimit, LIMIT_MAX, LIMIT_MIN, type ScreenState } from "../app/screenState";
import { nowNanos } from "../time/nanos";
import { resolveRange } from "../time/range";
import { QueryEditor } from "./QueryEditor";
import { remember } from "./queryHistory";
import { TimeRangePicker } from "./TimeRangePicker";
import { errorSpan, isLogQuery } from "./tokens";

interface Props {
  state: ScreenState;
  run: number;
  go(change: Partial<ScreenState>): void;
  error: string;
  isLoading: boolean;
  onCancel(): void;
  catalog: LabelCatalog;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

export function QueryBar({ state, run, go, error, isLoading, onCancel, catalog, inputRef }: Props) {
  const [draft, setDraft] = useState(state.query);
  const [limit, setLimit] = useState(String(state.limit));
  // Whatever changed the state (Back, a click on a value) is what the bar shows.
  useEffect(() => {
    setDraft(state.query);
    setLimit(String(state.limit));
  }, [state, run]);

  const canFollow = isLogQuery(draft);
  // The position belongs to the text that was run, not to what is typed since.
  const wrong = useMemo(() => (draft === state.query ? errorSpan(draft, error) : null), [draft, state.query, error]);
  const range = useRef(state.range);
  range.current = state.range;
  const [span] = useState(() => () => resolveRange(range.current, nowNanos()));

  const start = (change: Partial<ScreenState> = {}) => {
    remember(draft);
    // A metric query cannot be followed; keeping the switch on would be a lie.
    const live = change.live ?? state.live;
    go({ query: draft, limit: clampLimit(Number(limit)), ...change, live: live && canFollow });
  };

  return (
    <section className="query" aria-label="Query">
      <div className="query-row">
        <QueryEditor
          value={draft}
          onChange={setDraft}
          onRun={start}
          error={wrong}
          isInvalid={error !== ""}
          catalog={catalog}
          span={span}
          inputRef={inputRef}
        />
        <div className="query-controls">
          <TimeRangePicker range={state.range} onChange={(next) => start({ range: next })} />
          <label className="control control-field" title="Most lines one answer brings; more follow when you scroll">
            <span>Limit</span>
            <input
              type="number"
              min={LIMIT_MIN}
              max={LIMIT_MAX}
              step={100}
              value={limit}
              data-testid="limit"
              onChange={(event) => setLimit(event.target.value)}
              onBlur={() => setLimit(String(clampLimit(Number(limit))))}
              onKeyDown={(event) => event.key === "Enter" && start()}
            />
          </label>
          <button
            type="button"
            className="control control-live"
            data-testid="live-toggle"
            aria-pressed={state.live}
            disabled={!canFollow}
            title={canFollow ? "Follow new lines as they arrive" : "Only log queries can be followed"}
            onClick={() => start({ live: !state.live })}
          >
            <span className="live-dot" aria-hidden="true" />
            Live
          </button>
          <button
            type="button"
            className="control control-primary control-run"
            data-testid="run-button"
            title={isLoading ? "Cancel the running query" : "Run (Enter)"}
            onClick={() => (isLoading ? onCancel() : start())}
          >
            <Icon name={isLoading ? "stop" : "play"} />
            {isLoading ? "Cancel" : "Run"}
          </button>
        </div>
      </div>
      {error !== "" && (
        <p id="query-error" className="query-error" role="alert" data-testid="error-message">
          {error}
        </p>
      )}
    </section>
  );
}
