// The list while it follows: new lines on top until the reader starts to read.
import { useRef, useState } from "react";
import { countLines, formatCount } from "../app/format";
import { useObservable } from "../app/Observable";
import { ListToolbar } from "../results/ListToolbar";
import { LogList } from "../results/LogList";
import type { RecordActions } from "../results/RecordDetail";
import { StatusLine } from "../results/StatusLine";
import { LiveBar, NewLinesPill } from "./LiveBar";
import { LIVE_ROWS_MAX, type TailSession } from "./TailSession";

interface Props {
  tail: TailSession;
  isWrapped: boolean;
  onWrap(isWrapped: boolean): void;
  pattern: RegExp | null;
  actions: RecordActions;
}

export function LiveView({ tail, isWrapped, onWrap, pattern, actions }: Props) {
  const version = useObservable(tail);
  const [jumps, setJumps] = useState(0);
  // Scrolling back up resumes only what scrolling paused, not the Pause button.
  const pausedByScroll = useRef(false);

  const follow = () => {
    tail.follow();
    setJumps((n) => n + 1);
  };
  const pause = (byScroll: boolean) => {
    if (tail.isFollowing) pausedByScroll.current = byScroll;
    else if (!byScroll) pausedByScroll.current = false;
    tail.pause();
  };
  const onReading = (isReading: boolean, byScroll: boolean) => {
    if (isReading) pause(byScroll);
    else if (pausedByScroll.current) tail.follow();
  };

  return (
    <section className="results" aria-label="Live log lines">
      <ListToolbar direction="backward" isLive isWrapped={isWrapped} onDirection={() => {}} onWrap={onWrap}>
        <LiveBar tail={tail} onPause={() => pause(false)} onFollow={follow} />
      </ListToolbar>
      <div className="list-frame">
        <NewLinesPill tail={tail} onFollow={follow} />
        {tail.count === 0 ? (
          <div className="notice">{emptyText(tail)}</div>
        ) : (
          <LogList
            rows={tail}
            version={version}
            isWrapped={isWrapped}
            pattern={pattern}
            actions={actions}
            onReading={onReading}
            jumps={jumps}
            footer={null}
          />
        )}
      </div>
      <StatusLine shown={shownText(tail)} stats={null} span={null} warnings={tail.phase === "failed" ? [] : tail.error ? [tail.error] : []} />
    </section>
  );
}

function shownText(tail: TailSession): string {
  const cap = formatCount(LIVE_ROWS_MAX);
  return tail.isFull ? `Newest ${cap} lines held; older ones were let go` : `${countLines(tail.count)} held, at most ${cap}`;
}

function emptyText(tail: TailSession) {
  if (tail.phase === "failed") {
    return (
      <>
        <b>The tail has ended</b>
        Run starts it again.
      </>
    );
  }
  if (!tail.isFollowing && tail.waiting > 0) return <b>The paused lines have left the buffer</b>;
  if (tail.phase === "open") {
    return (
      <>
        <b>Waiting for lines</b>
        Nothing that matches has arrived yet.
      </>
    );
  }
  return "Connecting…";
}
