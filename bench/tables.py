"""Tables and sentences made from the results: for the terminal and for the pages."""

import statistics

WORD_QUERY = "rare word"  # what the third ratio compares
RATIO_AIMS = (1.0, 0.37, 0.1)

# (title, figure, scale, decimals)
INGEST_COLUMNS = (
    ("CPU s", "cpu_s", 1.0, 2),
    ("CPU s/GB", "cpu_s_per_gb", 1.0, 2),
    ("MB/CPU s", "mb_per_cpu_s", 1.0, 0),
    ("wall s", "wall_s", 1.0, 2),
    ("MB/s wall", "mb_per_s_wall", 1.0, 0),
    ("MB on disk", "disk_bytes", 1e-6, 2),
    ("bytes/line", "bytes_per_line", 1.0, 2),
    ("peak MB", "rss_peak_bytes", 1e-6, 0),
)


def figure(runs, key, corpus):
    """The median of a measured figure, or of what follows from one and the size of the corpus."""
    derived = {
        "cpu_s_per_gb": lambda run: run["cpu_s"] / corpus["bytes"] * 1e9,
        "mb_per_cpu_s": lambda run: corpus["bytes"] / 1e6 / max(run["cpu_s"], 1e-9),
        "mb_per_s_wall": lambda run: corpus["bytes"] / 1e6 / max(run["wall_s"], 1e-9),
        "bytes_per_line": lambda run: run["disk_bytes"] / max(corpus["lines"], 1)}
    value_of = derived.get(key, lambda run: run.get(key))
    values = [value for run in runs or () if (value := value_of(run)) is not None]
    return statistics.median(values) if values else None


def asked(entry, state="warm", clock="cpu_ms"):
    """The median of what a system took for a query, or None."""
    values = (entry or {}).get(state, {}).get(clock)
    return statistics.median(values) if values else None


def ratio(numerator, denominator):
    return None if numerator is None or not denominator else numerator / denominator


def ingest_ratio(section, system, key, to="zstd -3"):
    """Of a figure, to what `zstd -3` takes for the same file."""
    runs, corpus = section["ingest"], section["corpus"]
    return ratio(figure(runs.get(system), key, corpus), figure(runs.get(to), key, corpus))


def headline(lines):
    """[(sentence, value or None, aim)]: the three figures that hold on any machine."""
    word = lines["queries"].get(WORD_QUERY, {}).get("systems", {})
    values = (ingest_ratio(lines, "logpond", "cpu_s"), ingest_ratio(lines, "logpond", "disk_bytes"),
              ratio(asked(word.get("logpond")), asked(word.get("rg"))))
    sentences = ("Logpond ingest CPU / zstd -3 CPU", "Logpond bytes on disk / zstd -3 bytes",
                 "Logpond word query CPU / rg CPU")
    return list(zip(sentences, values, RATIO_AIMS))


def number(value, decimals):
    return "-" if value is None else f"{value:,.{decimals}f}"


def short(value):
    """Milliseconds with three digits that say something."""
    if value is None:
        return "-"
    return number(value, 0 if value >= 100 else 1 if value >= 10 else 2)


def ratio_rows(lines):
    return [["ratio", "value", "aim"]] + [
        [sentence, number(value, 3), f"at most {aim:g}"]
        for sentence, value, aim in headline(lines)]


def ingest_rows(section):
    rows = [["ingest"] + [title for title, *_ in INGEST_COLUMNS]]
    for system, runs in section["ingest"].items():
        cells = []
        for _, key, scale, decimals in INGEST_COLUMNS:
            value = figure(runs, key, section["corpus"])
            cells.append(number(None if value is None else value * scale, decimals))
        rows.append([system] + cells)
    return rows


def systems_of(queries):
    """Every system that was asked something, in the order of asking."""
    return list(dict.fromkeys(name for query in queries.values() for name in query["systems"]))


def cell(entry, state, clock):
    if entry and not entry["right"]:
        return "wrong"
    return short(asked(entry, state, clock))


def query_rows(queries, state, clock, head=("query", "hits")):
    """One row a query, a column a system, in milliseconds."""
    systems = systems_of(queries)
    rows = [[*head, *systems]]
    for name, query in queries.items():
        first = [name, f"{query['hits']:,}"] if "hits" in query else [query.get("title", name)]
        rows.append(first + [cell(query["systems"].get(system), state, clock)
                             for system in systems])
    return rows


def structured_rows(sections):
    """One row a kind of lines and system: bytes a line and CPU, and as ratios to zstd -3."""
    rows = [["lines", "system", "raw bytes/line", "bytes/line", "of zstd -3", "MB/CPU s",
             "CPU of zstd -3", "peak MB"]]
    for kind, section in sections.items():
        corpus = section["corpus"]
        for system, runs in section["ingest"].items():
            rss = figure(runs, "rss_peak_bytes", corpus)
            rows.append([
                kind, system, number(corpus["bytes"] / max(corpus["lines"], 1), 0),
                number(figure(runs, "bytes_per_line", corpus), 1),
                number(ingest_ratio(section, system, "disk_bytes"), 2),
                number(figure(runs, "mb_per_cpu_s", corpus), 0),
                number(ingest_ratio(section, system, "cpu_s"), 2),
                number(None if rss is None else rss * 1e-6, 0)])
    return rows


def question_rows(sections):
    """CPU milliseconds a GB of lines, so that corpora of different size can be compared."""
    systems = list(dict.fromkeys(name for section in sections.values()
                                 for name in systems_of(section["questions"])))
    rows = [["question", "lines"] + [f"{name} {state}" for name in systems
                                     for state in ("warm", "cold")]]
    for kind, section in sections.items():
        gigabytes = section["corpus"]["bytes"] / 1e9
        for question in section["questions"].values():
            cells = []
            for name in systems:
                entry = question["systems"].get(name)
                for state in ("warm", "cold"):
                    wrong = entry and not entry["right"]
                    cells.append("wrong" if wrong
                                 else short(ratio(asked(entry, state), gigabytes)))
            rows.append([question["title"], kind] + cells)
    return rows


def latency_rows(section):
    quantiles = list(section["push_ms"])
    rows = [["milliseconds", *quantiles]]
    for title, key in (("Logpond, acknowledged", "push_ms"), ("write + fdatasync",
                                                               "bare_write_ms")):
        rows.append([title] + [number(section[key][name], 2) for name in quantiles])
    rows.append(["ratio"] + [number(ratio(section["push_ms"][name], section["bare_write_ms"][name]),
                                    2) for name in quantiles])
    return rows


def stream_rows(sections):
    """Label to field: 1 would be that many streams cost nothing."""
    rows = [["as a label / as a field", "streams", "ingest CPU", "bytes", "peak memory",
             "word query CPU", "query by the value, CPU"]]
    for title, section in sections.items():
        corpus = {"bytes": section["bytes"], "lines": section["lines"]}
        ways = section["ingest"]
        cells = [number(ratio(figure(ways["label"], key, corpus),
                              figure(ways["field"], key, corpus)), 2)
                 for key in ("cpu_s", "disk_bytes", "rss_peak_bytes")]
        cells += [number(ratio(asked(section["queries"]["label"].get(query)),
                               asked(section["queries"]["field"].get(query))), 2)
                  for query in ("word", "value")]
        rows.append([title, f"{section['streams']:,}"] + cells)
    return rows


def growth_rows(sections):
    """One row a figure of Logpond, a column a size."""
    sizes = sorted(sections, key=int)
    rows = [["Logpond at lines"] + [f"{int(size):,}" for size in sizes]]

    def add(title, value_of, decimals):
        rows.append([title] + [number(value_of(sections[size]), decimals) for size in sizes])

    for title, key, scale, decimals in INGEST_COLUMNS:
        if key in ("cpu_s_per_gb", "bytes_per_line", "rss_peak_bytes", "mb_per_s_wall"):
            add(title, lambda section, key=key, scale=scale: ratio(
                figure(section["ingest"].get("logpond"), key, section["corpus"]), 1 / scale),
                decimals)
    add("ingest CPU / zstd -3", lambda section: ingest_ratio(section, "logpond", "cpu_s"), 3)
    add("bytes / zstd -3", lambda section: ingest_ratio(section, "logpond", "disk_bytes"), 3)
    add("word query CPU / rg", lambda section: headline(section)[2][1], 3)
    names = dict.fromkeys(name for size in sizes for name in sections[size]["queries"])
    for name in names:
        add(f"{name}, warm CPU ms", lambda section, name=name: asked(
            section["queries"].get(name, {}).get("systems", {}).get("logpond")), 1)
    return rows


def all_tables(results):
    """[(title, rows)] of everything that was measured, the three ratios first."""
    parts, found = results["parts"], []
    if "lines" in parts:
        lines = parts["lines"]
        found.append(("Ratios", ratio_rows(lines)))
        found.append(("Ingest", ingest_rows(lines)))
        for state in ("warm", "cold"):
            for clock, unit in (("cpu_ms", "CPU"), ("wall_ms", "wall")):
                found.append((f"Queries, {state}, {unit} milliseconds",
                              query_rows(lines["queries"], state, clock)))
    if "latency" in parts:
        section = parts["latency"]
        found.append((f"Acknowledged and durable: batches of {section['batch_lines']:,} records, "
                      f"one at a time, {section['batches']:,} of them",
                      latency_rows(section)))
    if "structured" in parts:
        found.append(("Messages only: JSON, logfmt and wide lines",
                      structured_rows(parts["structured"])))
        found.append(("Questions to fields, CPU milliseconds a GB of lines",
                      question_rows(parts["structured"])))
    if "streams" in parts:
        found.append(("Many streams", stream_rows(parts["streams"])))
    if "growth" in parts:
        found.append(("Growth", growth_rows(parts["growth"])))
    return found


def aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def markdown(rows):
    def line(cells):
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    rule = ["---"] + ["---:"] * (len(rows[0]) - 1)
    return "\n".join([line(rows[0]), line(rule)] + [line(row) for row in rows[1:]])


def corpus_text(corpus):
    return (f"{corpus['lines']:,} lines, {corpus['bytes'] / 1e6:,.1f} MB, "
            f"{corpus['bytes'] / max(corpus['lines'], 1):.1f} bytes a line")


def setting(results):
    """One sentence about where and with what the figures were made."""
    where = results["machine"]
    changed = " with changes" if results["changed"] else ""
    text = (f"{results['finished'][:10]}, commit {results['commit']}{changed}; {where['cpu']}, "
            f"{where['cores']} cores, {where['memory_bytes'] / 1e9:.0f} GB, Linux "
            f"{where['kernel']}, load {where['load_before']} before the run")
    if "lines" in results["parts"]:
        text += "; " + corpus_text(results["parts"]["lines"]["corpus"])
    return f"{text}; medians of {results['repeat']} repetitions"


def remarks(results):
    """What a reader must know of systems that are missing or were wrong."""
    lines = [f"Not measured: {name} ({reason})."
             for name, reason in results["skipped"].items()]
    return lines + [f"Wrong answer: {text}." for text in results["wrong"]]


def document_part(results):
    """The generated part of docs/benchmarks.md."""
    versions = ", ".join(f"{name} {text}" for name, text in results["versions"].items())
    parts = [setting(results) + ".", f"Made by `{results['command']}` with {versions}."]
    if remarks(results):
        parts.append("\n".join("* " + line for line in remarks(results)))
    for title, rows in all_tables(results):
        parts.append(f"### {title}\n\n{markdown(rows)}")
    lines = results["parts"].get("lines")
    if lines:
        rows = [["query", "LogQL"]] + [[name, f"`{query['logql']}`"]
                                       for name, query in lines["queries"].items()]
        parts.append("### What was asked\n\n" + markdown(rows).replace("---:", "---"))
    return "\n\n".join(parts)


README_COLUMNS = (("MB in per CPU second", "mb_per_cpu_s", 1.0, 0),
                  ("bytes on disk a line", "bytes_per_line", 1.0, 1),
                  ("peak memory, MB", "rss_peak_bytes", 1e-6, 0))


def readme_part(results):
    """The figures of README.md: few, the ratios first."""
    parts = results["parts"]
    lines, latency = parts["lines"], parts["latency"]
    corpus = lines["corpus"]
    ingest = [["stored", *(title for title, *_ in README_COLUMNS)]]
    for system, runs in lines["ingest"].items():
        ingest.append([system] + [
            number(ratio(figure(runs, key, corpus), 1 / scale), decimals)
            for _, key, scale, decimals in README_COLUMNS])
    warm = query_rows(lines["queries"], "warm", "cpu_ms", head=("warm query, CPU ms", "hits"))
    structured = [["messages only, bytes a line", "raw", "Logpond", "zstd -3", "chDB JSON",
                   "Logpond CPU / zstd -3 CPU"]]
    for kind, section in parts["structured"].items():
        runs, sized = section["ingest"], section["corpus"]
        structured.append(
            [kind, number(sized["bytes"] / sized["lines"], 0)]
            + [number(figure(runs.get(system), "bytes_per_line", sized), 1)
               for system in ("logpond", "zstd -3", "chdb, JSON type")]
            + [number(ingest_ratio(section, "logpond", "cpu_s"), 2)])
    push, bare = latency["push_ms"], latency["bare_write_ms"]
    where = results["machine"]
    return "\n\n".join([
        f"One run of {corpus_text(corpus)}, on {where['cores']} cores ({where['cpu']}), "
        f"{results['finished'][:10]}, everything side by side. Logpond is the whole server over\n"
        "HTTP with a disk sync before every answer; zstd, chDB (the ClickHouse engine) and DuckDB "
        "read the file.",
        markdown(ratio_rows(lines)), markdown(ingest), markdown(warm), markdown(structured),
        f"A batch of {latency['batch_lines']:,} records, one at a time, is acknowledged and on "
        f"disk after {push['p50']:.2f} ms (p50) and {push['p99']:.2f} ms (p99); a bare write and\n"
        f"`fdatasync` of the same bytes took {bare['p50']:.2f} and {bare['p99']:.2f} ms."])
