// The server's answers as they come over the wire (Loki's HTTP API).

export type Labels = Readonly<Record<string, string>>;

export interface StreamAnswer {
  stream: Labels;
  values: readonly (readonly [ns: string, line: string, extra?: { structuredMetadata?: Labels; parsed?: Labels }])[];
}

export interface SeriesAnswer {
  metric: Labels;
  values: readonly (readonly [seconds: number, value: string])[];
}

export interface QueryStats {
  execTime: number;
  totalLinesProcessed: number;
  totalBytesProcessed: number;
}

export type QueryAnswer =
  | { kind: "streams"; result: readonly StreamAnswer[]; stats: QueryStats; warnings: readonly string[] }
  | { kind: "matrix"; result: readonly SeriesAnswer[]; stats: QueryStats; warnings: readonly string[] };

/** One record of the live tail. */
export interface TailRecord {
  timestamp: string;
  labels: Labels;
  fields: Labels;
  level: string;
  message: string;
}
