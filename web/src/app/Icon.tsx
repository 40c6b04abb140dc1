// A handful of line icons on a 16 by 16 grid.
const PATHS = {
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.2l2.2 1.4",
  chevron: "M4.5 6.5 8 10l3.5-3.5",
  right: "M6.5 4.5 10 8l-3.5 3.5",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z",
  down: "M8 3v10M4.5 9.5 8 13l3.5-3.5",
  up: "M8 13V3M4.5 6.5 8 3l3.5 3.5",
  wrap: "M2.5 4h11M2.5 8h8.7a2.2 2.2 0 0 1 0 4.4H8.5M10 10.8l-1.7 1.6 1.7 1.6M2.5 12.4h3",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6l7.5-4.8Z",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  filter: "M2.5 4h11M4.8 8h6.4M6.8 12h2.4",
  stop: "M4.5 4.5h7v7h-7Z",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
