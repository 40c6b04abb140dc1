import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "../app/Icon";
import { formatRfc3339, fromLocalInput, type Nanos, nowNanos, toLocalInput } from "../time/nanos";
import { describeRange, PRESETS, relativeCode, resolveRange, sameRange, type TimeRange } from "../time/range";

interface Props {
  range: TimeRange;
  onChange(range: TimeRange): void;
}

export function TimeRangePicker({ range, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", onPointer);
    return () => removeEventListener("pointerdown", onPointer);
  }, [isOpen]);

  const choose = (next: TimeRange) => {
    setOpen(false);
    button.current?.focus();
    onChange(next);
  };

  return (
    <div
      className="picker"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className="control picker-button"
        data-testid="time-range"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        title={range.kind === "absolute" ? `${formatRfc3339(range.from)}\n${formatRfc3339(range.to)}` : "Time range"}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="clock" />
        <span>{describeRange(range)}</span>
        <Icon name="chevron" />
      </button>
      {isOpen && (
        <div className="popover picker-popover" role="dialog" aria-label="Time range">
          <ul className="picker-presets" aria-label="Relative ranges">
            {PRESETS.map(({ seconds, label }) => {
              const preset: TimeRange = { kind: "relative", seconds };
              const isCurrent = sameRange(preset, range);
              return (
                <li key={seconds}>
                  <button
                    type="button"
                    className="picker-preset"
                    aria-pressed={isCurrent}
                    autoFocus={isCurrent}
                    data-range={relativeCode(seconds)}
                    onClick={() => choose(preset)}
                  >
                    {label}
                  </button>
                </li>
              );
            })}
          </ul>
          <AbsoluteForm range={range} onChange={choose} />
        </div>
      )}
    </div>
  );
}

function AbsoluteForm({ range, onChange }: Props) {
  const [initial] = useState(() => resolveRange(range, nowNanos()));
  const [from, setFrom] = useState(() => toLocalInput(initial.start));
  const [to, setTo] = useState(() => toLocalInput(initial.end));
  const start = fromLocalInput(from);
  const end = fromLocalInput(to);
  const problem = start === null || end === null ? "Both times are needed." : end <= start ? "“To” must be after “From”." : "";
  return (
    <form
      className="picker-absolute"
      aria-label="Absolute range"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === "" && start !== null && end !== null) onChange({ kind: "absolute", from: start, to: end });
      }}
    >
      <h2>Absolute, local time</h2>
      <TimeField label="From" value={from} ns={start} onChange={setFrom} />
      <TimeField label="To" value={to} ns={end} onChange={setTo} />
      <p className="picker-problem" role="alert">
        {problem}
      </p>
      <button type="submit" className="control control-primary" disabled={problem !== ""}>
        Apply
      </button>
    </form>
  );
}

function TimeField({ label, value, ns, onChange }: { label: string; value: string; ns: Nanos | null; onChange(v: string): void }) {
  const id = useId();
  return (
    <div className="picker-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="datetime-local" step={1} value={value} onChange={(event) => onChange(event.target.value)} />
      <span className="picker-utc">{ns === null ? " " : `${formatRfc3339(ns).slice(0, 19).replace("T", " ")} UTC`}</span>
    </div>
  );
}
