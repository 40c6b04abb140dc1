// What of a message fits into a row. The whole text is in the expanded record.

const ROW_CHARS = 1500;
const WRAPPED_CHARS = 10_000;
// eslint-disable-next-line no-control-regex
const ANSI = /\x1b\[[0-9;:]*[A-Za-z]/g;

/** Colour codes of terminals are noise here; levels have their own colours. */
export function withoutAnsi(text: string): string {
  return text.includes("\x1b") ? text.replace(ANSI, "") : text;
}

export function rowText(message: string, isWrapped: boolean): string {
  const max = isWrapped ? WRAPPED_CHARS : ROW_CHARS;
  const text = withoutAnsi(message.length > max ? `${message.slice(0, max)}…` : message).trimEnd();
  // On one line a line feed is shown, not obeyed.
  return isWrapped ? text : text.replace(/\r?\n/g, " ⏎ ");
}

/** The message as indented JSON; null when it is not a JSON object or list. */
export function prettyJson(message: string): string | null {
  const text = message.trim();
  if (!/^[[{]/.test(text) || hasLongNumber(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

/** Reading and printing again would change the digits of a number that JS cannot hold. */
function hasLongNumber(text: string): boolean {
  return /[:[,\s]-?\d{16,}/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')) || /[:[,\s]-?\d+\.\d{16,}/.test(text);
}
