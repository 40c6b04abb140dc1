"""Sixteen ways in which applications write structured log lines.

Each takes (service, values, ms) and gives the fields in the order of the line. Fields are
sometimes missing, numbers sometimes quoted, texts have escapes: as the libraries do that write
such lines.
"""

from values import PLACES, REASONS, RESOURCES, level_of, METHODS


def request_flat(s, v, ms):
    """As Go's structured loggers: all fields at the root."""
    status, route = v.status(), s.route(v)
    fields = {"level": level_of(status), "ts": ms / 1000 + v.below(1000) / 1e6,
              "caller": "http/server.go:%d" % (142 if status < 400 else 158),
              "msg": "request completed" if status < 500 else "request failed",
              "method": v.pick(METHODS), "route": route, "path": s.path(route, v),
              "status": status, "duration_ms": v.duration_ms(), "bytes": v.size()}
    if v.chance(0.8):
        fields["user"] = v.user()
    fields["request_id"] = v.uuid()
    if v.chance(0.6):
        fields["trace_id"] = v.hex(32)
    fields["remote_ip"] = v.inner_ip()
    if status >= 500:
        fields["error"] = v.pick(REASONS)
    return fields


def cache(s, v, ms):
    hit = v.chance(0.9)
    return {"level": "debug", "component": v.pick(("cache", "session", "profile")),
            "key": "user:%d:%s" % (v.below(1, 900_000), v.pick(("profile", "cart"))), "hit": hit,
            "latency": round(v.dice.expovariate(20), 6), "time": v.stamp(ms, 0),
            "message": "cache lookup" if hit else "cache miss"}


def request_nested(s, v, ms):
    """As Node's loggers: request and response are objects, levels are numbers."""
    status, route, method = v.status(), s.route(v), v.pick(METHODS)
    return {"name": s.name, "hostname": s.host(v), "pid": s.pid,
            "level": {"info": 30, "warn": 40, "error": 50}[level_of(status)], "req_id": v.uuid(),
            "req": {"method": method, "url": s.path(route, v),
                    "headers": {"host": s.name + ".example.com", "user-agent": v.agent(),
                                "x-forwarded-for": v.client_ip()},
                    "remoteAddress": v.inner_ip(), "remotePort": v.port()},
            "res": {"statusCode": status, "contentLength": v.below(90, 90_000)},
            "duration_ms": v.duration_ms(), "msg": f"handled {method} {route} for {v.user()}",
            "time": v.stamp(ms), "v": 0}


def request_halves(s, v, ms):
    fields = {"level": 30, "time": ms, "pid": s.pid, "hostname": s.host(v),
              "reqId": "req-" + v.base36(4)}
    if v.chance(0.5):
        fields["req"] = {"method": v.pick(METHODS), "url": s.path(s.route(v), v),
                         "host": s.name + ".internal:3000", "remoteAddress": v.inner_ip(),
                         "remotePort": v.port()}
        fields["msg"] = "incoming request"
    else:
        fields["res"] = {"statusCode": v.status()}
        fields["responseTime"] = v.rnd() * 100
        fields["msg"] = "request completed"
    return fields


def java(s, v, ms):
    logger, text = v.pick((
        ("OrderService", f"Order {v.id()} placed by {v.user()} for {v.below(1, 9)} items"),
        ("OrderService", f"Order {v.id()} shipped"),
        ("StockClient", f"Reserved {v.below(1, 20)} of sku-{v.below(100_000):05d}"),
        ("Scheduler", f"Job cleanup finished in {v.below(2, 9000)} ms"),
        ("Scheduler", "Nothing to do"),
        ("AuthFilter", f'Token of user "{v.user()}" expired'),
        ("Listener", f"Committed offset {v.below(10 ** 8, 10 ** 9)} for orders-{v.below(24)}")))
    fields = {"@timestamp": v.stamp(ms, 3, "+00:00"), "@version": "1", "message": text,
              "logger_name": "com.carrier.shop." + logger,
              "thread_name": f"http-nio-8080-exec-{v.below(1, 40)}", "level": "INFO",
              "level_value": 20_000}
    if v.chance(0.7):
        fields["traceId"], fields["spanId"] = v.hex(32), v.hex(16)
    return fields


def java_error(s, v, ms):
    """With a stack trace of several lines."""
    frames = "".join("\tat com.carrier.shop.%s.%s(%s.java:%d)\n" % (
        name, method, name, 20 + (len(name) * 37 + depth * 11) % 800)
        for depth, (name, method) in enumerate(v.dice.choices(
            [(n, m) for n in ("OrderService", "StockClient", "Listener", "AuthFilter")
             for m in ("run", "call", "handle")], k=v.below(4, 16))))
    return {"@timestamp": v.stamp(ms, 3, "+00:00"), "@version": "1",
            "message": f"Unhandled exception for request {v.uuid()}",
            "logger_name": "com.carrier.shop.ErrorHandler", "level": "ERROR",
            "level_value": 40_000, "traceId": v.hex(32),
            "stack_trace": f"java.sql.SQLException: {v.pick(REASONS)} (id {v.below(10 ** 6)})\n"
                           + frames}


def payment_event(s, v, ms):
    """Its keys are now and then in another order."""
    fields = {"event": v.pick(("payment authorised", "payment captured", "refund issued")),
              "user": v.user(), "amount": round(v.dice.lognormvariate(3, 1), 2),
              "currency": v.pick(("EUR", "USD", "GBP")), "order": v.id(),
              "logger": "payments.core", "level": "info", "timestamp": v.stamp(ms, 6)}
    if v.chance(0.1):
        fields["tags"] = v.dice.sample(("vip", "retry", "gift", "b2b"), v.below(4))
    if v.chance(0.15):
        pairs = list(fields.items())
        v.dice.shuffle(pairs)
        fields = dict(pairs)
    return fields


def german(s, v, ms):
    """Every letter outside ASCII is escaped in JSON (see ENCODINGS in make_structured.py)."""
    return {"asctime": v.stamp(ms, 3, "", " ").replace(".", ","),
            "levelname": v.pick(("INFO", "INFO", "INFO", "WARNING", "ERROR")),
            "name": "app." + v.pick(("views", "tasks", "models")),
            "message": v.pick((f"Benutzer {v.user()} hat das Passwort geändert",
                               f"Überweisung über {v.below(9000)},{v.below(100):02d} € ausgeführt",
                               f"Datei „{v.user()}.pdf“ gelöscht", "Keine Änderung",
                               f"Import von {v.below(90_000)} Zeilen dauerte {v.rnd() * 90:.2f} s")),
            "lineno": v.below(20, 60), "process": s.pid}


def web_server(s, v, ms):
    """All values are texts, numbers too."""
    return {"time_local": v.stamp(ms, 0, " +0000", ":"), "remote_addr": v.client_ip(),
            "remote_user": "",
            "request": f"{v.pick(METHODS)} {s.path(s.route(v), v)} HTTP/1.1",
            "status": str(v.status()), "body_bytes_sent": str(v.size()),
            "request_time": "%.3f" % v.dice.lognormvariate(-4, 1.3),
            "http_referrer": "" if v.chance(0.6) else "https://www.example.com/"
                                                      + v.pick(RESOURCES),
            "http_user_agent": v.agent()}


def kubelet(s, v, ms):
    return {"ts": ms + v.below(1000) / 1000,
            "caller": f"kubelet/kubelet.go:{v.pick((2412, 2431, 2456))}",
            "msg": v.pick(("SyncLoop UPDATE", "Probe failed", "Volume mounted")), "v": v.below(5),
            "pod": {"name": f"{v.pick(RESOURCES)}-{v.hex(9)}-{v.base36(5)}",
                    "namespace": v.pick(("default", "kube-system", "shop", "pay"))}}


def proxy(s, v, ms):
    status = v.status()
    return {"authority": s.name + ".example.com", "bytes_received": v.below(2000),
            "bytes_sent": v.size(), "duration": int(v.duration_ms()), "method": v.pick(METHODS),
            "path": s.path(s.route(v), v), "protocol": "HTTP/2", "request_id": v.uuid(),
            "response_code": status,
            "response_flags": "-" if status < 500 else v.pick(("UF", "UH", "-")),
            "start_time": v.stamp(ms), "upstream_cluster": f"outbound|8080||{s.name}.internal",
            "upstream_host": v.inner_ip() + ":8080", "user_agent": v.agent(),
            "x_forwarded_for": None if v.chance(0.3) else v.client_ip()}


def access_log(s, v, ms):
    """Three levels deep, with arrays and raw floats."""
    status = v.status()
    return {"level": level_of(status), "ts": ms / 1000 + v.below(1000) / 1e6,
            "logger": "http.log.access", "msg": "handled request",
            "request": {"remote_ip": v.client_ip(), "remote_port": str(v.port()),
                        "proto": "HTTP/2.0", "method": v.pick(METHODS),
                        "host": s.name + ".example.com", "uri": s.path(s.route(v), v),
                        "headers": {"User-Agent": [v.agent()], "Accept": ["*/*"]},
                        "tls": {"resumed": v.chance(0.5), "version": 772, "proto": "h2"}},
            "bytes_read": 0, "user_id": "", "duration": v.rnd() * v.rnd() * 0.2,
            "size": v.size(), "status": status}


def batch(s, v, ms):
    ids = [v.below(10 ** 5, 10 ** 6) for _ in range(v.below(1, 9))]
    return {"level": "info", "ts": v.stamp(ms, 9), "caller": f"worker/batch.go:{v.pick((88, 93))}",
            "msg": f"batch of {len(ids)} processed by worker {v.below(16)}", "ids": ids,
            "took": f"{v.rnd() * 400:.3f}ms", "queue_depth": v.below(-1, 4000),
            "ratio": round(v.rnd(), 4)}


def login(s, v, ms):
    good = v.chance(0.93)
    country, city = v.pick(PLACES)
    fields = {"severity": "INFO" if good else "WARNING", "time": v.stamp(ms, 6),
              "msg": "user logged in" if good else "login failed", "user": v.user(),
              "session": v.hex(16), "ip": v.client_ip(),
              "geo": {"country": country, "city": city, "lat": round(v.rnd() * 180 - 90, 4),
                      "lon": round(v.rnd() * 360 - 180, 4)}, "mfa": v.chance(0.4)}
    if not good:
        fields["reason"] = v.pick(("bad password", "locked", "unknown user"))
        fields["attempts"] = v.below(1, 6)
    return fields


def slow_query(s, v, ms):
    table = v.pick(RESOURCES)
    return {"level": "warning", "ts": ms / 1000, "msg": "slow query",
            "query": v.pick((
                f"SELECT * FROM {table} WHERE user_id = {v.below(10 ** 6)} AND state = 'open'",
                f"UPDATE {table} SET note = 'by \"{v.user()}\"' WHERE id = {v.below(10 ** 6)}",
                f"INSERT INTO {table} (a, b) VALUES ({v.below(1000)}, {v.rnd() * 10:.2f})")),
            "rows": v.below(5000), "elapsed_ms": v.duration_ms() * 20,
            "db": v.pick(("orders", "users"))}


def charge(s, v, ms):
    status = v.status()
    return {"timestamp": v.stamp(ms), "level": level_of(status).upper(), "service": s.name,
            "msg": "payment accepted" if status < 400 else "payment rejected",
            "http": {"method": "POST", "route": "/v1/charges", "status": status,
                     "client": {"ip": v.client_ip(), "agent": v.agent()}},
            "user": v.user(), "status": status, "route": "/v1/charges",
            "duration_ms": v.duration_ms(), "amount_cents": v.below(100, 100_000),
            "trace_id": v.hex(32)}


SHAPES = (request_flat, cache, request_nested, request_halves, java, payment_event, web_server,
          proxy, charge, access_log, kubelet, batch, login, german, slow_query, java_error)
