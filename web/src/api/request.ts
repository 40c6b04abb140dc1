// One way to ask the server, and one form of failure.

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/** Relative to the page, so the dashboard also works behind a path prefix. */
export function apiUrl(path: string, parameters: Record<string, string> = {}): string {
  const url = new URL(path, document.baseURI);
  url.search = new URLSearchParams(parameters).toString();
  return url.toString();
}

export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError(0, "The server cannot be reached. Is it running?");
  }
  if (!response.ok) throw await failure(response);
  return response;
}

export async function failure(response: Response): Promise<ApiError> {
  const body = await response.text().catch(() => "");
  return new ApiError(response.status, errorText(body) || `${response.status} ${response.statusText}`.trim());
}

/** Errors are plain sentences; some doors wrap them in JSON. */
export function errorText(body: string): string {
  const text = body.trim();
  if (!text.startsWith("{")) return text.startsWith("<") ? "" : text;
  try {
    const parsed = JSON.parse(text) as { message?: unknown; error?: unknown };
    const inner = typeof parsed.error === "object" && parsed.error !== null ? parsed.error : parsed;
    const { message, hint } = inner as { message?: unknown; hint?: unknown };
    if (typeof message !== "string") return typeof parsed.error === "string" ? parsed.error : text;
    return typeof hint === "string" && hint !== "" ? `${message} (${hint})` : message;
  } catch {
    return text;
  }
}

export function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === "AbortError";
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
