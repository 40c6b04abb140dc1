import { memo } from "react";
import { formatLocal, formatRfc3339 } from "../time/nanos";
import { LEVEL_BADGE } from "./levels";
import { rowText } from "./lineText";
import type { LogRecord, RowSource } from "./record";
import { markMatches } from "../query/searchTerms";

interface Props {
  rows: RowSource;
  /** A row is looked up by its key: in a live list its place changes all the time. */
  rowKey: number;
  isExpanded: boolean;
  isWrapped: boolean;
  pattern: RegExp | null;
}

const SERVICE = ["service_name"];
const HOST = ["host", "hostname", "instance", "pod"];

export const LogRow = memo(function LogRow({ rows, rowKey, isExpanded, isWrapped, pattern }: Props) {
  const record = rows.at(rows.indexOf(rowKey));
  if (!record) return null;
  const service = pick(record, SERVICE);
  const host = pick(record, HOST);
  return (
    <>
      <span className="row-toggle" aria-hidden="true">
        {isExpanded ? "▾" : "▸"}
      </span>
      <span role="gridcell" className="row-time" title={`${record.ts} ns\n${formatRfc3339(record.ts)}`}>
        {formatLocal(record.ts)}
      </span>
      <span role="gridcell" className={`badge level-${record.level}`} data-testid="level-badge" data-level={record.level} title={record.level}>
        {LEVEL_BADGE[record.level]}
      </span>
      <span role="gridcell" className="row-chips">
        {service && <Chip name={service[0]} value={service[1]} />}
        {host && <Chip name={host[0]} value={host[1]} isQuiet />}
      </span>
      <span role="gridcell" className="row-message">
        {markMatches(rowText(record.message, isWrapped), pattern).map((piece, i) =>
          piece.isMatch ? <mark key={i}>{piece.text}</mark> : piece.text,
        )}
      </span>
    </>
  );
});

function Chip({ name, value, isQuiet = false }: { name: string; value: string; isQuiet?: boolean }) {
  return (
    <span className={`chip${isQuiet ? " chip-quiet" : ""}`} title={`${name}="${value}"`}>
      {value}
    </span>
  );
}

function pick(record: LogRecord, names: readonly string[]): [string, string] | null {
  for (const name of names) {
    const value = record.labels[name] ?? record.fields[name];
    if (value) return [name, value];
  }
  return null;
}
