import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The only part of Node this file needs; its whole type package would be one more dependency.
declare const process: { env: Record<string, string | undefined> };

// `npm run dev` serves the page itself and asks a running server for data.
const server = process.env["LOGPOND_URL"] ?? "http://127.0.0.1:3100";
const doors = ["/loki", "/api", "/ready", "/version", "/metrics"];

export default defineConfig({
  // Relative addresses keep the dashboard working behind a path prefix.
  base: "./",
  plugins: [react()],
  build: {
    target: "es2022",
    // The polyfill is an inline script, which a strict content policy forbids.
    modulePreload: { polyfill: false },
  },
  server: { proxy: Object.fromEntries(doors.map((door) => [door, server])) },
  test: {
    environment: "node",
    include: ["src/**/*.test.ts"],
    // Local time appears in texts; a zone with an odd offset catches mix-ups with UTC.
    env: { TZ: "Asia/Kolkata" },
  },
});
