// Dark or light: the system decides until the user does.
import { useCallback, useEffect, useState } from "react";
import { readStored, store } from "./storage";

export type Theme = "dark" | "light";

export function storedTheme(): Theme | null {
  const kept = readStored<string | null>("theme", null);
  return kept === "dark" || kept === "light" ? kept : null;
}

function systemTheme(): Theme {
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

export function applyTheme(theme: Theme | null): void {
  document.documentElement.dataset["theme"] = theme ?? systemTheme();
}

export function useTheme(): { theme: Theme; toggleTheme(): void } {
  const [chosen, setChosen] = useState<Theme | null>(storedTheme);
  const [system, setSystem] = useState<Theme>(systemTheme);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: light)");
    const onChange = () => setSystem(systemTheme());
    media.addEventListener("change", onChange);
    return () => media.removeEventListener("change", onChange);
  }, []);
  const theme = chosen ?? system;
  useEffect(() => applyTheme(theme), [theme]);
  const toggleTheme = useCallback(() => {
    const next = theme === "dark" ? "light" : "dark";
    // Charts read their colours while they draw, before effects run.
    applyTheme(next);
    store("theme", next);
    setChosen(next);
  }, [theme]);
  return { theme, toggleTheme };
}

/** The current value of a custom property, for canvas drawing. */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
