import { countLines, formatCount } from "../app/format";
import { Icon } from "../app/Icon";
import type { TailPhase, TailSession } from "./TailSession";

const PHASE_TEXT: Record<TailPhase, string> = {
  idle: "Stopped",
  connecting: "Connecting…",
  open: "Live",
  reconnecting: "Reconnecting…",
  failed: "Ended",
};

interface Props {
  tail: TailSession;
  onPause(): void;
  onFollow(): void;
}

/** The live tail's state and controls; its owner draws it again on every change. */
export function LiveBar({ tail, onPause, onFollow }: Props) {
  const { phase, rate, dropped, isFollowing } = tail;
  return (
    <>
      <span className={`live-state live-${phase}${isFollowing ? "" : " live-paused"}`} role="status" data-testid="live-state">
        <span className="live-dot" aria-hidden="true" />
        {phase === "open" && !isFollowing ? "Paused" : PHASE_TEXT[phase]}
      </span>
      <span className="live-rate" data-testid="live-rate">
        {rate >= 10 ? formatCount(rate) : rate.toFixed(1)} lines/s
      </span>
      {dropped > 0 && (
        <span className="live-dropped" data-testid="live-dropped" title="The server skipped these because this page was too slow">
          {formatCount(dropped)} dropped
        </span>
      )}
      <button type="button" className="small-button" data-testid="live-pause" disabled={phase === "failed" && isFollowing} aria-pressed={!isFollowing} onClick={isFollowing ? onPause : onFollow}>
        <Icon name={isFollowing ? "pause" : "play"} />
        {isFollowing ? "Pause" : "Resume"}
      </button>
    </>
  );
}

export function NewLinesPill({ tail, onFollow }: { tail: TailSession; onFollow(): void }) {
  if (tail.isFollowing || tail.waiting === 0) return null;
  return (
    <button type="button" className="pill" data-testid="new-lines-pill" onClick={onFollow}>
      <Icon name="up" />
      {countLines(tail.waiting).replace(" ", " new ")}
    </button>
  );
}
