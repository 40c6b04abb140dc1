// Puts the screen together: what runs follows from the state, and every part
// that wants something else asks through `go`.
import { useEffect, useMemo, useRef, useState } from "react";
import { LabelCatalog } from "../api/labelCatalog";
import { Histogram } from "../histogram/Histogram";
import { VolumeSession } from "../histogram/VolumeSession";
import { LiveView } from "../live/LiveView";
import { TailSession } from "../live/TailSession";
import { MetricSession } from "../metrics/MetricSession";
import { MetricView } from "../metrics/MetricView";
import { addLevelFilter } from "../query/edit";
import { QueryBar } from "../query/QueryBar";
import { searchPattern } from "../query/searchTerms";
import { isLogQuery } from "../query/tokens";
import { LogSession } from "../results/LogSession";
import { LogView } from "../results/LogView";
import { StatusLine } from "../results/StatusLine";
import { formatCount } from "./format";
import { Header } from "./Header";
import { useObservable } from "./Observable";
import { useRecordActions } from "./recordActions";
import { readStored, store } from "./storage";
import { useTheme } from "./theme";
import { useRun } from "./useRun";
import { useScreen } from "./useScreen";

export function App() {
  const { state, run, go } = useScreen();
  const [sessions] = useState(() => ({
    logs: new LogSession(),
    tail: new TailSession(),
    volume: new VolumeSession(),
    metrics: new MetricSession(),
  }));
  const { logs, tail, volume, metrics } = sessions;
  const [catalog] = useState(() => new LabelCatalog());
  const [isWrapped, setWrapped] = useState(() => readStored<unknown>("wrap", false) === true);
  const { theme, toggleTheme } = useTheme();
  const input = useRef<HTMLTextAreaElement>(null);

  useRun(sessions, state, run);
  useObservable(logs);
  useObservable(metrics);
  const failedTail = useTailError(tail);

  const isLog = isLogQuery(state.query);
  const isLive = state.live && isLog;
  const error = isLive ? failedTail : isLog ? logs.error : metrics.error;
  const isLoading = !isLive && (isLog ? logs : metrics).phase === "loading";
  const pattern = useMemo(() => searchPattern(state.query), [state.query]);
  const actions = useRecordActions(state, go);
  const onWrap = (next: boolean) => {
    store("wrap", next);
    setWrapped(next);
  };
  useSlashKey(input);

  const zoom = (from: bigint, to: bigint) => go({ range: { kind: "absolute", from, to }, live: false });
  return (
    <div className="screen">
      <Header theme={theme} onTheme={toggleTheme} />
      <main className="main">
        <QueryBar
          state={state}
          run={run}
          go={go}
          error={error}
          isLoading={isLoading}
          onCancel={() => {
            for (const session of [logs, volume, metrics]) session.cancel();
          }}
          catalog={catalog}
          inputRef={input}
        />
        <div className={`progress${isLoading ? " progress-on" : ""}`} aria-hidden="true" />
        {isLog && <Histogram session={volume} isStale={error !== ""} theme={theme} onZoom={zoom} onOnlyLevel={(names) => go({ query: addLevelFilter(state.query, names) })} />}
        {isLive && <LiveView tail={tail} isWrapped={isWrapped} onWrap={onWrap} pattern={pattern} actions={actions} />}
        {isLog && !isLive && (
          <LogView
            session={logs}
            direction={state.direction}
            onDirection={(direction) => go({ direction })}
            isWrapped={isWrapped}
            onWrap={onWrap}
            pattern={pattern}
            actions={actions}
          />
        )}
        {!isLog && (
          <section className="results" aria-label="Metric">
            <MetricView session={metrics} theme={theme} onZoom={zoom} />
            <StatusLine
              shown={metrics.result ? `${formatCount(metrics.result.series.length)} series` : ""}
              stats={metrics.stats}
              span={metrics.span}
              warnings={metrics.warnings}
            />
          </section>
        )}
      </main>
    </div>
  );
}

/** Only the end of a tail concerns the whole screen; its lines do not. */
function useTailError(tail: TailSession): string {
  const [error, setError] = useState("");
  useEffect(() => tail.subscribe(() => setError(tail.phase === "failed" ? tail.error : "")), [tail]);
  return error;
}

function useSlashKey(input: React.RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest("input, textarea, [role=dialog]");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.setSelectionRange(input.current.value.length, input.current.value.length);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [input]);
}
