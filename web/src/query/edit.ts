// Changes to a log query made by clicking on values. The text around the change
// stays as the user wrote it.
import { KEYWORDS, quote, significant, type Token, tokenize } from "./tokens";

export type FilterOperator = "=" | "!=";

interface Matcher {
  name: string;
  operator: string;
  value: string; // as written, with quotes
  start: number;
  end: number;
}

interface Selector {
  open: number;
  close: number; // offset of the closing brace
  matchers: Matcher[];
}

/** Names a query cannot spell have no filter buttons. */
export function canFilter(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !KEYWORDS.has(name.toLowerCase());
}

export function addLabelFilter(query: string, name: string, operator: FilterOperator, value: string): string {
  const selector = findSelector(query);
  const wanted = `${name}${operator}${quote(value)}`;
  if (!selector) return `{${operator === "!=" ? `${name}=~".+", ` : ""}${wanted}} ${query}`.trim();
  const own = selector.matchers.filter((m) => m.name === name);
  const isSame = (m: Matcher) => m.value === quote(value) || m.value === `\`${value}\``;
  if (own.some((m) => m.operator === operator && isSame(m))) return query;

  // A matcher that the new one replaces: "any value" and other equalities when
  // asking for one value, the very same value when the sign flips.
  const replaced = own.find((m) =>
    operator === "="
      ? m.operator === "=" || isAnyValue(m) || (m.operator === "!=" && isSame(m))
      : m.operator === "=" && isSame(m),
  );
  const rest = selector.matchers.filter((m) => m !== replaced);
  // The server refuses a selector that could match a stream without labels.
  const text = operator === "!=" && !rest.some(isPositive) ? `${name}=~".+", ${wanted}` : wanted;
  if (replaced) return splice(query, replaced.start, replaced.end, text);
  const last = selector.matchers.at(-1);
  return last ? splice(query, last.end, last.end, `, ${text}`) : splice(query, selector.open + 1, selector.close, text);
}

export function addFieldFilter(query: string, name: string, operator: FilterOperator, value: string): string {
  return appendStage(query, `${name}${operator}${quote(value)}`, `${name}${operator === "=" ? "!=" : "="}${quote(value)}`);
}

/** Keeps only lines of the named levels. */
export function addLevelFilter(query: string, names: readonly string[]): string {
  const [only] = names;
  if (only === undefined) return query;
  return appendStage(query, names.length === 1 ? `detected_level=${quote(only)}` : `detected_level=~${quote(names.join("|"))}`);
}

function appendStage(query: string, stage: string, opposite?: string): string {
  const text = query.trimEnd();
  if (hasStage(text, stage)) return query;
  // The opposite filter at the very end is turned round, not contradicted.
  if (opposite && text.endsWith(`| ${opposite}`)) return `${text.slice(0, -opposite.length)}${stage}`;
  // A comment runs to the end of its line and would swallow the new stage.
  const endsInComment = tokenize(text).at(-1)?.kind === "comment";
  return `${text}${endsInComment ? "\n" : " "}| ${stage}`;
}

function hasStage(query: string, stage: string): boolean {
  const shape = (text: string) => significant(tokenize(text)).map((t) => t.text);
  const have = shape(query);
  const want = ["|", ...shape(stage)];
  return have.some((_, at) => {
    const next = have[at + want.length];
    const isWhole = next === undefined || next === "|" || /^[|!]./.test(next);
    return isWhole && want.every((text, i) => have[at + i] === text);
  });
}

/** The selector's parts; null when there is no complete one. */
export function findSelector(query: string): Selector | null {
  const tokens = significant(tokenize(query));
  const open = tokens.findIndex((t) => t.text === "{");
  const close = tokens.findIndex((t, i) => i > open && t.text === "}");
  if (open < 0 || close < 0) return null;
  const matchers: Matcher[] = [];
  for (let i = open + 1; i + 2 < close + 1; i++) {
    const [name, operator, value] = tokens.slice(i, i + 3) as [Token, Token, Token];
    if (name.kind === "label" && operator.kind === "operator" && value.kind === "string") {
      matchers.push({ name: name.text, operator: operator.text, value: value.text, start: name.start, end: value.end });
    }
  }
  return { open: tokens[open]?.start ?? 0, close: tokens[close]?.start ?? 0, matchers };
}

function isAnyValue(m: Matcher): boolean {
  return m.operator === "=~" && /^["`]\.[+*]["`]$/.test(m.value);
}

function isPositive(m: Matcher): boolean {
  const isEmpty = m.value.length <= 2;
  if (m.operator === "=") return !isEmpty;
  return m.operator === "=~" && !isEmpty && !/^["`]\.\*["`]$/.test(m.value);
}

function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}
