// Numbers for people. Always the same grouping, whatever the browser's language,
// so that two people on a call read the same text.

export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function countLines(value: number): string {
  return `${formatCount(value)} ${value === 1 ? "line" : "lines"}`;
}

/** 1234567 -> "1.23M": for places with room for few characters. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  for (const [limit, unit] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    // Rounded first: 999,999 is one million, not "1000k".
    if (Number(size.toPrecision(3)) >= limit) return `${trimZeros((value / limit).toPrecision(3))}${unit}`;
  }
  return Number.isInteger(value) ? String(value) : trimZeros(value.toPrecision(4));
}

function trimZeros(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : trimZeros(value.toPrecision(3))} ${units[unit]}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${trimZeros((seconds * 1000).toPrecision(3))} ms`;
  return `${trimZeros(seconds.toPrecision(3))} s`;
}
