// A forgiving LogQL scanner. It never fails: the text is being typed. It serves
// colouring, completion and editing; the server alone decides what is valid.

export type TokenKind =
  | "space" | "comment" | "string" | "number" | "range" | "brace" | "paren"
  | "pipe" | "filter" | "operator" | "comma" | "label" | "keyword" | "function" | "flag" | "bad";

export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
  end: number;
}

/** Words that are never names, wherever they stand. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  ("by without bool on ignoring group_left group_right offset unwrap or and unless json logfmt regexp " +
    "pattern unpack line_format label_format decolorize drop keep").split(" "),
);

/** Words that are functions only in front of a parenthesis or a grouping. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  ("rate rate_counter count_over_time bytes_rate bytes_over_time avg_over_time sum_over_time min_over_time " +
    "max_over_time stdvar_over_time stddev_over_time quantile_over_time first_over_time last_over_time " +
    "absent_over_time sum avg count max min stddev stdvar topk bottomk sort sort_desc approx_topk vector " +
    "label_replace ip bytes duration duration_seconds").split(" "),
);

const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ["space", /[ \t\r\n]+/y],
  ["comment", /#[^\n]*/y],
  ["string", /"(?:[^"\\\n]|\\.)*"?|`[^`]*`?/y],
  ["range", /\[[^\]\n]*\]?/y],
  ["number", /(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?[A-Za-zµ\d.]*/y],
  ["flag", /--[a-z][a-z-]*/y],
  ["label", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["filter", /\|=|\|~|\|>|!=|!~|!>/y],
  ["pipe", /\|/y],
  ["operator", /=~|==|>=|<=|[=<>+\-*/%^]/y],
  ["comma", /,/y],
  ["brace", /[{}]/y],
  ["paren", /[()]/y],
  ["bad", /[^]/y],
];

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let inBraces = false;
  while (at < text.length) {
    const token = scan(text, at);
    if (token.kind === "label" && !inBraces) token.kind = wordKind(token, text);
    if (token.kind === "brace") inBraces = token.text === "{";
    // Inside braces these two are matchers, not line filters.
    if (inBraces && token.kind === "filter" && token.text[0] === "!" && token.text !== "!>") token.kind = "operator";
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function scan(text: string, at: number): Token {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at;
    const found = rule.exec(text)?.[0];
    if (found) return { kind, text: found, start: at, end: at + found.length };
  }
  return { kind: "bad", text: text.charAt(at), start: at, end: at + 1 };
}

function wordKind(token: Token, text: string): TokenKind {
  const word = token.text.toLowerCase();
  if (KEYWORDS.has(word)) return "keyword";
  if (FUNCTIONS.has(word) && /^\s*(\(|(by|without)\s*\()/i.test(text.slice(token.end))) return "function";
  return "label";
}

export function significant(tokens: readonly Token[]): Token[] {
  return tokens.filter((t) => t.kind !== "space" && t.kind !== "comment");
}

/** The text a string token stands for; null when it is broken. */
export function unquote(text: string): string | null {
  if (text.startsWith("`")) return text.length > 1 && text.endsWith("`") ? text.slice(1, -1) : null;
  if (text.length < 2 || !text.endsWith('"')) return null;
  const body = text.slice(1, -1);
  if (!body.includes("\\")) return body;
  return body.replace(ESCAPE, (whole, hex?: string, octal?: string) => {
    if (hex) return String.fromCodePoint(Math.min(parseInt(hex.slice(1), 16), 0x10ffff));
    if (octal) return String.fromCharCode(parseInt(octal, 8));
    return SIMPLE_ESCAPES[whole.charAt(1)] ?? whole.charAt(1);
  });
}

const ESCAPE = /\\(?:(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})|([0-7]{3})|.)/g;
const SIMPLE_ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

export function quote(value: string): string {
  // JSON's escapes are a subset of those LogQL reads.
  return JSON.stringify(value);
}

/** A log query returns lines and can be followed; anything else returns numbers. */
export function isLogQuery(query: string): boolean {
  const first = significant(tokenize(query)).find((t) => t.text !== "(");
  return first === undefined || first.text === "{";
}

/** Where "line L, col C" of an error text lies, as the token to underline. */
export function errorSpan(query: string, message: string): { start: number; end: number } | null {
  const match = /line (\d+), col (\d+)/.exec(message);
  if (!match) return null;
  const line = Number(match[1]);
  const lines = query.split("\n");
  if (line < 1 || line > lines.length) return null;
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  // The server counts characters, JS counts UTF-16 units.
  const column = [...(lines[line - 1] ?? "")].slice(0, Number(match[2]) - 1).join("").length;
  const at = before + column;
  const token = tokenize(query).find((t) => t.start <= at && at < t.end);
  if (token && token.kind !== "space") return { start: token.start, end: token.end };
  // Past the end: underline the last character, there is nothing else to point at.
  const last = query.trimEnd().length;
  return last > 0 ? { start: Math.min(at, last - 1), end: Math.min(at, last - 1) + 1 } : null;
}
