import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "uplot/dist/uPlot.min.css";
import "./theme.css";
import "./layout.css";
import "./header.css";
import "../query/query.css";
import "../histogram/histogram.css";
import "../metrics/metrics.css";
import "../results/results.css";
import "../results/detail.css";
import "../live/live.css";
import { App } from "./App";
import { applyTheme, storedTheme } from "./theme";

applyTheme(storedTheme());

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
