// Label names and values for completion, asked once and kept for a while.
import type { Span } from "../time/range";
import { apiUrl, request } from "./request";

const KEPT_MS = 60_000;

export class LabelCatalog {
  private readonly kept = new Map<string, { at: number; values: Promise<string[]> }>();

  names(span: Span): Promise<string[]> {
    return this.ask("loki/api/v1/labels", span);
  }

  values(name: string, span: Span): Promise<string[]> {
    return this.ask(`loki/api/v1/label/${encodeURIComponent(name)}/values`, span);
  }

  private ask(path: string, span: Span): Promise<string[]> {
    // A moving range would miss the cache at every key stroke: its length is what counts.
    const key = `${path} ${span.end - span.start}`;
    const hit = this.kept.get(key);
    if (hit && Date.now() - hit.at < KEPT_MS) return hit.values;
    const values = request(apiUrl(path, { start: String(span.start), end: String(span.end) }))
      .then((response) => response.json() as Promise<{ data?: string[] }>)
      .then((body) => body.data ?? [])
      .catch(() => {
        // Completion is a comfort: a failure shows no list and is tried again next time.
        this.kept.delete(key);
        return [];
      });
    this.kept.set(key, { at: Date.now(), values });
    return values;
  }
}
