// What a query looks for in the line, so that the list can mark it.
import { significant, tokenize, unquote } from "./tokens";

/** Longer lines are marked only up to here: expressions from users can be slow. */
const MARKED_CHARS_MAX = 4000;

export interface Piece {
  text: string;
  isMatch: boolean;
}

/** One expression for all `|=` and `|~` terms; null when there is nothing to mark. */
export function searchPattern(query: string): RegExp | null {
  const sources: string[] = [];
  let operator = "";
  for (const token of significant(tokenize(query))) {
    if (token.kind === "filter") operator = token.text;
    else if (token.kind === "string") {
      const text = unquote(token.text);
      const source = text ? termSource(operator, text) : null;
      if (source) sources.push(source);
    } else if (token.text.toLowerCase() !== "or") operator = "";
  }
  if (sources.length === 0) return null;
  return new RegExp(sources.map((s) => `(?:${s})`).join("|"), "gu");
}

function termSource(operator: string, text: string): string | null {
  if (operator === "|=") return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  if (operator !== "|~") return null;
  // RE2 writes "ignore case" as a prefix; JS has scoped flags only in new
  // engines, so letters are spelled both ways. What JS cannot read is not marked.
  const folded = /^\(\?i\)(.*)$/s.exec(text);
  const source = folded ? foldCase(folded[1] ?? "") : text.replace(/\(\?P</g, "(?<");
  try {
    new RegExp(source, "gu");
    return source;
  } catch {
    return null;
  }
}

function foldCase(source: string): string {
  let inClass = false;
  return source.replace(/\\.|[[\]]|\p{L}/gsu, (part) => {
    if (part === "[") inClass = true;
    if (part === "]") inClass = false;
    if (part.length > 1 && part.startsWith("\\")) return part;
    const [lower, upper] = [part.toLowerCase(), part.toUpperCase()];
    if (lower === upper || upper.length !== lower.length) return part;
    return inClass ? lower + upper : `[${lower}${upper}]`;
  });
}

export function markMatches(line: string, pattern: RegExp | null): Piece[] {
  if (!pattern) return [{ text: line, isMatch: false }];
  const head = line.slice(0, MARKED_CHARS_MAX);
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of head.matchAll(pattern)) {
    if (match[0] === "") continue;
    if (match.index > at) pieces.push({ text: line.slice(at, match.index), isMatch: false });
    pieces.push({ text: match[0], isMatch: true });
    at = match.index + match[0].length;
  }
  if (at < line.length || pieces.length === 0) pieces.push({ text: line.slice(at), isMatch: false });
  return pieces;
}
