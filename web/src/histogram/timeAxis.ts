// Labels under a time axis: as much as tells two ticks apart, 24-hour clock.

const two = (value: number) => String(value).padStart(2, "0");

export function timeLabels(seconds: readonly number[]): string[] {
  const spacing = seconds.length > 1 ? (seconds[1] ?? 0) - (seconds[0] ?? 0) : 60;
  let lastDay = "";
  return seconds.map((at) => {
    const d = new Date(at * 1000);
    const day = `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
    const clock = `${two(d.getHours())}:${two(d.getMinutes())}`;
    // A new day is named once, at its first tick; the very first tick needs it only over days.
    const isNewDay = day !== lastDay && (lastDay !== "" || spacing >= 43_200);
    lastDay = day;
    if (spacing >= 86_400) return day;
    if (isNewDay) return clock === "00:00" ? day : `${day} ${clock}`;
    if (spacing >= 60) return clock;
    const fine = `${clock}:${two(d.getSeconds())}`;
    return spacing >= 1 ? fine : `${fine}.${String(d.getMilliseconds()).padStart(3, "0")}`;
  });
}
