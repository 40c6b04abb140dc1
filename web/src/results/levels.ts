// Severity as seven steps. Servers spell them in many ways.

export const LEVELS = ["critical", "error", "warn", "info", "debug", "trace", "unknown"] as const;
export type Level = (typeof LEVELS)[number];

const SPELLINGS: Record<string, Level> = {
  critical: "critical", crit: "critical", fatal: "critical", emerg: "critical", emergency: "critical",
  alert: "critical", panic: "critical",
  error: "error", err: "error", eror: "error",
  warn: "warn", warning: "warn",
  info: "info", information: "info", informational: "info", notice: "info",
  debug: "debug", dbug: "debug",
  trace: "trace",
};

export function levelOf(text: string | undefined): Level {
  return (text && SPELLINGS[text.toLowerCase()]) || "unknown";
}

/** What the badge of a row says; four letters keep the column narrow. */
export const LEVEL_BADGE: Record<Level, string> = {
  critical: "CRIT", error: "ERR", warn: "WARN", info: "INFO", debug: "DBUG", trace: "TRCE", unknown: "–",
};
