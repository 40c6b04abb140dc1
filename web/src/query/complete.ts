// What could be typed at the caret inside a stream selector.
import { quote, tokenize } from "./tokens";

export type Completion =
  | { kind: "name"; from: number; to: number; prefix: string; hasOperator: boolean }
  | { kind: "value"; from: number; to: number; prefix: string; label: string };

export function completionAt(query: string, caret: number): Completion | null {
  let inBraces = false;
  let label = "";
  let last = ""; // the last meaningful token before the caret: "{", ",", "name", "op", "value"
  for (const token of tokenize(query)) {
    const touches = token.start < caret && caret <= token.end;
    if (inBraces && touches && token.kind === "label") {
      const hasOperator = /^\s*(=~|!=|!~|=)/.test(query.slice(token.end));
      return { kind: "name", from: token.start, to: token.end, prefix: query.slice(token.start, caret), hasOperator };
    }
    if (inBraces && token.kind === "string" && last === "op" && token.start < caret) {
      const isClosed = token.text.length > 1 && token.text.endsWith(token.text.charAt(0));
      if (caret < token.end || (caret === token.end && !isClosed)) {
        return { kind: "value", from: token.start, to: token.end, prefix: query.slice(token.start + 1, caret), label };
      }
    }
    if (token.start >= caret) break;
    if (token.kind === "brace") {
      inBraces = token.text === "{";
      last = token.text;
    } else if (token.kind === "comma") last = ",";
    else if (token.kind === "label") [last, label] = ["name", token.text];
    else if (token.kind === "operator") last = "op";
    else if (token.kind === "string") last = "value";
  }
  if (!inBraces) return null;
  if (last === "{" || last === ",") return { kind: "name", from: caret, to: caret, prefix: "", hasOperator: false };
  if (last === "op") return { kind: "value", from: caret, to: caret, prefix: "", label };
  return null;
}

/** The query after choosing `choice`, and where the caret goes. */
export function applyCompletion(query: string, at: Completion, choice: string): { query: string; caret: number } {
  if (at.kind === "name") {
    const insert = at.hasOperator ? choice : `${choice}=""`;
    const caret = at.from + insert.length - (at.hasOperator ? 0 : 1);
    return { query: query.slice(0, at.from) + insert + query.slice(at.to), caret };
  }
  // An unclosed string has swallowed the closing brace: give back what follows the prefix.
  const isClosed = at.to - at.from > 1 && /["`]$/.test(query.slice(at.from, at.to));
  const rest = query.slice(isClosed ? at.to : Math.min(at.to, at.from + (at.to > at.from ? 1 : 0) + at.prefix.length));
  const insert = quote(choice);
  // Whoever types "{" and chooses twice has a query that runs.
  const brace = rest.includes("}") ? "" : "}";
  return { query: query.slice(0, at.from) + insert + brace + rest, caret: at.from + insert.length };
}

/** Candidates that contain the typed text, those that start with it first. */
export function rankCandidates(all: readonly string[], prefix: string, max: number): string[] {
  const wanted = prefix.toLowerCase();
  const starts: string[] = [];
  const contains: string[] = [];
  for (const candidate of all) {
    const at = candidate.toLowerCase().indexOf(wanted);
    if (at === 0) starts.push(candidate);
    else if (at > 0) contains.push(candidate);
  }
  return [...starts, ...contains].slice(0, max);
}
