import { apiUrl, request } from "./request";

export type Readiness = { state: "unknown" | "ready" | "starting" | "offline"; detail: string };

export async function readReadiness(signal: AbortSignal): Promise<Readiness> {
  try {
    const response = await fetch(apiUrl("ready"), { signal, cache: "no-store" });
    const text = (await response.text()).trim().slice(0, 200);
    return response.ok ? { state: "ready", detail: "Server is ready" } : { state: "starting", detail: text || `HTTP ${response.status}` };
  } catch {
    return { state: "offline", detail: "Server cannot be reached" };
  }
}

export interface Version {
  version: string;
  commit: string;
}

/** An older or foreign server has no such page: that is not an error. */
export async function readVersion(signal: AbortSignal): Promise<Version | null> {
  try {
    const body = (await (await request(apiUrl("version"), { signal })).json()) as Partial<Version>;
    return typeof body.version === "string" ? { version: body.version, commit: body.commit ?? "" } : null;
  } catch {
    return null;
  }
}
