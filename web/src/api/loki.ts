import type { Nanos } from "../time/nanos";
import { ApiError, apiUrl, request } from "./request";
import type { QueryAnswer, QueryStats } from "./types";

export type Direction = "backward" | "forward";

export interface RangeQuery {
  query: string;
  start: Nanos;
  end: Nanos;
  limit?: number;
  direction?: Direction;
  stepMs?: number;
}

export async function queryRange(ask: RangeQuery, signal: AbortSignal): Promise<QueryAnswer> {
  const parameters: Record<string, string> = {
    query: ask.query,
    start: wireTime(ask.start),
    end: wireTime(ask.end),
  };
  if (ask.limit !== undefined) parameters["limit"] = String(ask.limit);
  if (ask.direction) parameters["direction"] = ask.direction;
  if (ask.stepMs !== undefined) parameters["step"] = String(ask.stepMs / 1000);
  const response = await request(apiUrl("loki/api/v1/query_range", parameters), {
    signal,
    // Keeps stream labels, structured metadata and parsed labels apart.
    headers: { "X-Loki-Response-Encoding-Flags": "categorize-labels" },
  });
  return readAnswer((await response.json()) as Envelope);
}

interface Envelope {
  data?: { resultType?: string; result?: unknown; stats?: { summary?: Partial<QueryStats> } };
  warnings?: string[];
}

export function readAnswer(body: Envelope): QueryAnswer {
  const { resultType, result, stats } = body.data ?? {};
  const rest = {
    stats: { execTime: 0, totalLinesProcessed: 0, totalBytesProcessed: 0, ...stats?.summary },
    warnings: body.warnings ?? [],
  };
  if (resultType !== "streams" && resultType !== "matrix") {
    throw new ApiError(200, `The server answered with an unknown result type (${String(resultType)}).`);
  }
  return { kind: resultType, result: (result ?? []) as never, ...rest };
}

/** The server reads ten digits or fewer as seconds; a leading "0." keeps tiny times exact enough. */
function wireTime(ns: Nanos): string {
  return ns < 10_000_000_000n ? (Number(ns) / 1e9).toFixed(3) : ns.toString();
}
