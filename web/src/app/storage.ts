// Small things worth keeping between visits. A browser may forbid storage: then
// they are simply not kept.

export function readStored<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`logpond.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(`logpond.${key}`, JSON.stringify(value));
  } catch {
    // Full or forbidden: nothing to do, nothing is lost now.
  }
}
