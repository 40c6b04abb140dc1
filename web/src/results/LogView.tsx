// The answer of a log query: toolbar, rows and what the server says it did.
import { useCallback } from "react";
import type { Direction } from "../api/loki";
import { countLines, formatCount } from "../app/format";
import { useObservable } from "../app/Observable";
import { ListToolbar } from "./ListToolbar";
import { LogList } from "./LogList";
import type { LogSession } from "./LogSession";
import type { RecordActions } from "./RecordDetail";
import { ROWS_MAX } from "./RowTable";
import { StatusLine } from "./StatusLine";

interface Props {
  session: LogSession;
  direction: Direction;
  onDirection(direction: Direction): void;
  isWrapped: boolean;
  onWrap(isWrapped: boolean): void;
  pattern: RegExp | null;
  actions: RecordActions;
}

export function LogView({ session, direction, onDirection, isWrapped, onWrap, pattern, actions }: Props) {
  const version = useObservable(session);
  const { rows, phase } = session;
  const onNearEnd = useCallback(() => void session.loadMore(), [session]);
  return (
    <section className={`results${phase === "loading" || phase === "failed" ? " is-loading" : ""}`} aria-label="Log lines" aria-busy={phase === "loading"}>
      <ListToolbar direction={direction} isLive={false} isWrapped={isWrapped} onDirection={onDirection} onWrap={onWrap}>
        <span className="toolbar-count">{session.shown ? countLines(rows.count) : ""}</span>
        {phase === "failed" && session.shown && <span className="toolbar-stale">of the previous query</span>}
      </ListToolbar>
      <div className="list-frame">
        {rows.count === 0 ? (
          <EmptyNotice session={session} />
        ) : (
          <LogList
            // Another answer is another list: scroll place and open rows belong to the old one.
            key={session.answers}
            rows={rows}
            version={version}
            isWrapped={isWrapped}
            pattern={pattern}
            actions={actions}
            onNearEnd={session.pageError === "" ? onNearEnd : undefined}
            jumps={0}
            footer={<ListEnd session={session} />}
          />
        )}
      </div>
      <StatusLine shown={shownText(session)} stats={session.stats} span={session.shown?.span ?? null} warnings={session.warnings} />
    </section>
  );
}

function shownText({ rows, ending, shown }: LogSession): string {
  if (!shown) return "No query has run yet";
  const count = countLines(rows.count);
  if (ending === "more") return `${count} so far, more when you scroll`;
  return ending === "cap" ? `${count}: the most this page holds` : `${count}, all of this range`;
}

function EmptyNotice({ session }: { session: LogSession }) {
  if (session.phase === "loading") return <Skeleton />;
  if (session.phase === "failed") return <div className="notice"><b>The query did not run</b>See the message under the query.</div>;
  if (!session.shown) return <div className="notice">Run a query to see lines.</div>;
  return (
    <div className="notice" data-testid="empty-state">
      <b>No lines match in this time range</b>
      Widen the range, or remove a filter from the query.
    </div>
  );
}

function ListEnd({ session }: { session: LogSession }) {
  const { ending, isPaging, pageError, shown } = session;
  if (pageError) {
    return (
      <div className="list-end" role="alert">
        {pageError}{" "}
        <button type="button" className="small-button" onClick={() => void session.loadMore()}>
          Try again
        </button>
      </div>
    );
  }
  if (isPaging) return <div className="list-end">Loading more lines…</div>;
  const text = {
    more: "",
    all: "End of the range",
    cap: `This page holds at most ${formatCount(ROWS_MAX)} lines: narrow the query to read on`,
    crowded: `More than ${formatCount(shown?.limit ?? 0)} lines share one timestamp: raise the limit to read past them`,
  }[ending];
  return <div className="list-end">{text}</div>;
}

/** The shape of what is coming, so that nothing jumps when it arrives. */
function Skeleton() {
  return (
    <div className="skeleton" aria-label="Loading">
      {Array.from({ length: 14 }, (_, i) => (
        <span key={i} style={{ width: `${88 - ((i * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
