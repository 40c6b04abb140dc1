// Everything about one record, and what can be done with it.
import { type MouseEvent, useState } from "react";
import type { Labels } from "../api/types";
import { Icon } from "../app/Icon";
import { canFilter, type FilterOperator } from "../query/edit";
import { formatLocal, formatRfc3339, type Nanos, NANOS_PER_SECOND } from "../time/nanos";
import type { TimeRange } from "../time/range";
import { CopyButton } from "./CopyButton";
import { prettyJson, withoutAnsi } from "./lineText";
import type { LogRecord } from "./record";

export interface RecordActions {
  filterLabel(name: string, operator: FilterOperator, value: string): void;
  filterField(name: string, operator: FilterOperator, value: string): void;
  addressOf(range: TimeRange): string;
  showRange(range: TimeRange): void;
}

const AROUND = 300n * NANOS_PER_SECOND;

export function RecordDetail({ record, actions }: { record: LogRecord; actions: RecordActions }) {
  const pretty = prettyJson(record.message);
  const [isRaw, setRaw] = useState(false);
  const around: TimeRange = { kind: "absolute", from: record.ts - AROUND, to: record.ts + AROUND };
  return (
    <div className="detail" role="gridcell" aria-label="Record" data-testid="record-detail">
      <div className="detail-bar">
        <span className={`badge level-${record.level}`}>{record.level}</span>
        <Times ts={record.ts} />
        <span className="detail-buttons">
          {pretty && (
            <button type="button" className="small-button" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
              Raw
            </button>
          )}
          <CopyButton label="Copy line" text={() => record.message} />
          <CopyButton label="Copy as JSON" text={() => asJson(record)} />
          <a
            className="small-button"
            href={actions.addressOf(around)}
            onClick={(event: MouseEvent) => {
              // A plain click stays on the page; with a modifier it is a link like any other.
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              actions.showRange(around);
            }}
          >
            ± 5 min
          </a>
        </span>
      </div>
      <pre className="detail-message" tabIndex={0} aria-label="Message">
        {pretty && !isRaw ? pretty : withoutAnsi(record.message)}
      </pre>
      <div className="detail-pairs">
        <Pairs title="Labels" pairs={record.labels} filter={actions.filterLabel} />
        <Pairs title="Fields" pairs={record.fields} filter={actions.filterField} />
      </div>
    </div>
  );
}

function Times({ ts }: { ts: Nanos }) {
  return (
    <span className="detail-times">
      <time dateTime={formatRfc3339(ts)}>{formatRfc3339(ts)}</time>
      <span className="muted" title="Nanoseconds since 1970">
        {ts.toString()} ns
      </span>
      <span className="muted">{formatLocal(ts)} local</span>
    </span>
  );
}

function Pairs({ title, pairs, filter }: { title: string; pairs: Labels; filter: RecordActions["filterField"] }) {
  const entries = Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return null;
  return (
    <section className="pairs" aria-label={title}>
      <h3>{title}</h3>
      <dl>
        {entries.map(([name, value]) => (
          <div key={name} className="pair">
            <span className="pair-actions">
              <FilterButton isOut={false} name={name} value={value} onClick={() => filter(name, "=", value)} />
              <FilterButton isOut name={name} value={value} onClick={() => filter(name, "!=", value)} />
            </span>
            <dt title={name}>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function FilterButton({ isOut, name, value, onClick }: { isOut: boolean; name: string; value: string; onClick(): void }) {
  const isPossible = canFilter(name);
  const text = `${isOut ? "Filter out" : "Filter for"} ${name}="${value}"`;
  return (
    <button
      type="button"
      className="pair-button"
      data-testid={isOut ? "filter-out" : "filter-for"}
      data-name={name}
      aria-label={text}
      title={isPossible ? text : `LogQL cannot name “${name}”`}
      disabled={!isPossible}
      onClick={onClick}
    >
      <Icon name={isOut ? "minus" : "plus"} />
    </button>
  );
}

function asJson({ ts, labels, fields, level, message }: LogRecord): string {
  return JSON.stringify({ timestamp: ts.toString(), time: formatRfc3339(ts), level, labels, fields, message }, null, 2);
}
