import { useEffect, useState } from "react";
import { readReadiness, readVersion, type Readiness, type Version } from "../api/server";
import { apiUrl } from "../api/request";
import { Icon } from "./Icon";
import type { Theme } from "./theme";

const CHECK_EVERY_MS = 10_000;

export function Header({ theme, onTheme }: { theme: Theme; onTheme(): void }) {
  const readiness = useReadiness();
  const version = useVersion(readiness.state === "ready");
  return (
    <header className="header">
      <h1 className="header-name">
        <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
          <rect width="16" height="16" rx="4" className="header-mark" />
          <path d="M3.5 5h9M3.5 8h6M3.5 11h7.5" stroke="#fff" strokeWidth="1.6" strokeLinecap="round" />
        </svg>
        Logpond
      </h1>
      <span className={`ready ready-${readiness.state}`} role="status" title={readiness.detail} data-testid="readiness">
        <span className="ready-dot" aria-hidden="true" />
        {READY_TEXT[readiness.state]}
      </span>
      {version && (
        <span className="header-version" title={version.commit && `Commit ${version.commit}`} data-testid="version">
          {version.version}
          {version.commit && <span className="header-commit">{version.commit.slice(0, 7)}</span>}
        </span>
      )}
      <nav className="header-nav" aria-label="Server pages">
        <a href={apiUrl("metrics")} target="_blank" rel="noreferrer">
          Metrics
        </a>
      </nav>
      <button
        type="button"
        className="icon-button"
        onClick={onTheme}
        aria-label={theme === "dark" ? "Use the light theme" : "Use the dark theme"}
        title={theme === "dark" ? "Light theme" : "Dark theme"}
        data-testid="theme-toggle"
      >
        <Icon name={theme === "dark" ? "sun" : "moon"} />
      </button>
    </header>
  );
}

const READY_TEXT: Record<Readiness["state"], string> = {
  unknown: "Checking",
  ready: "Ready",
  starting: "Not ready",
  offline: "Offline",
};

function useReadiness(): Readiness {
  const [readiness, setReadiness] = useState<Readiness>({ state: "unknown", detail: "Asking the server" });
  useEffect(() => {
    const abort = new AbortController();
    const check = () => void readReadiness(abort.signal).then((now) => abort.signal.aborted || setReadiness(now));
    check();
    const timer = setInterval(check, CHECK_EVERY_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, []);
  return readiness;
}

/** Asked again whenever the server comes back: it may have been upgraded. */
function useVersion(isReady: boolean): Version | null {
  const [version, setVersion] = useState<Version | null>(null);
  useEffect(() => {
    if (!isReady) return;
    const abort = new AbortController();
    void readVersion(abort.signal).then((found) => abort.signal.aborted || setVersion(found));
    return () => abort.abort();
  }, [isReady]);
  return version;
}
