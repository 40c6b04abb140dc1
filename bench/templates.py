"""What the services of the benchmark corpus say.

A saying is (weight, level, text). `{place}` in a text is filled anew for every line; the places are
made in make_corpus.py. The services are those of an imaginary parcel carrier.
"""

GATEWAY = (
    (40, "INFO", "GET {path} 200 {bytes}B {ms}ms client={ip}"),
    (14, "INFO", "POST {path} 201 {bytes}B {ms}ms client={ip}"),
    (6, "INFO", 'GET {path} 304 0B {ms}ms client={ip} agent="{agent}"'),
    (4, "WARN", "GET {path} 404 {bytes}B {ms}ms client={ip}"),
    (2, "WARN", "rate limit of {n3} requests a minute reached by {ip}, answering 429"),
    (1, "ERROR", "POST {path} 502 upstream {inner}:{port} closed the connection after {ms}ms"),
)
ACCOUNTS = (
    (20, "INFO", "login of user {user} from {ip} succeeded"),
    (5, "WARN", "login of user {user} from {ip} failed: wrong password, attempt {n1} of 5"),
    (8, "DEBUG", "session of user {user} renewed until {clock}"),
    (1, "ERROR", "password hash of user {user} has unknown scheme {n1}"),
    (2, "INFO", "user {user} changed address book entry {id}"),
)
PARCELS = (
    (25, "INFO", "parcel {parcel} scanned at depot {depot} on belt {n2}"),
    (10, "INFO", "parcel {parcel} handed to route {depot}-{n3} weight={n2}.{n3}kg"),
    (4, "INFO", "parcel {parcel} delivered after {n2} stops, signed by {user}"),
    (2, "WARN", "parcel {parcel} left its route: expected depot {depot}, seen at {depot}"),
    (1, "ERROR", "parcel {parcel} has no address, moved to shelf {n3}"),
    (20, "DEBUG", "label printer {n2} queue length {n1}"),
    (12, "INFO", "belt {n2} of depot {depot} running at {n2} %"),
)
PAYMENTS = (
    (12, "INFO", "payment {id} of {n3}.{n2} EUR for user {user} authorised in {ms} ms"),
    (8, "INFO", "payment {id} captured"),
    (2, "WARN", "payment {id} declined by issuer: insufficient funds"),
    (1, "INFO", "refund {uuid} requested for payment {id}"),
    (1, "ERROR", "settlement batch {id} differs from ledger by {n2}.{n2} EUR"),
)
DATABASE = (
    (14, "INFO", "duration: {ms} ms  SELECT * FROM {table} WHERE id = {id}"),
    (8, "INFO", "duration: {ms} ms  UPDATE {table} SET state = {n1} WHERE id = {id}"),
    (3, "INFO", "checkpoint complete: wrote {n4} buffers ({n1}.{n1}%); sync={ms} ms"),
    (2, "WARN", "connection received: host={inner} port={port} is over {n2} % of max_connections"),
    (1, "ERROR", 'deadlock detected: process {pid} waits for ShareLock on table "{table}"'),
)
ORDERS = (
    (15, "INFO", '{"event":"order_placed","order":{id},"items":{n1}}'),
    (9, "INFO", '{"event":"order_packed","order":{id},"took_ms":{ms}}'),
    (9, "DEBUG", "basket {n4} priced"),
    (2, "WARN", '{"event":"stock_low","sku":"{sku}","left":{n1}}'),
    (1, "ERROR", '{"event":"order_failed","order":{id},"reason":"no route to depot {depot}"}'),
)
TRACKING = (
    (18, "INFO", "level=info op=locate parcel={parcel} took={ms}ms"),
    (8, "INFO", "level=info op=notify user={user} channel=push took={ms}ms"),
    (3, "DEBUG", "level=debug op=cache hit=true key=trk:{hex16} ttl={n3}s"),
    (2, "WARN", "level=warn op=locate parcel={parcel} msg=\"position is {n3} minutes old\""),
)
KUBERNETES = (
    (4, "INFO", "Pulled image registry.local/{svc}:{n1}.{n2}.{n1} for pod {pod} in {ms}ms"),
    (12, "INFO", "Readiness probe of pod {pod} passed"),
    (3, "WARN", "Back-off restarting failed container {svc} in pod {pod}, restart {n2}"),
    (1, "ERROR", "Failed to attach volume pvc-{uuid} to node {inner}: timed out after {n2}s"),
)
KERNEL = (
    (9, "INFO", "[{n5}.{n6}] eth{n1}: link becomes ready, {n1}000 Mbps full duplex"),
    (5, "INFO", "[{n5}.{n6}] audit: type=1400 apparmor=\"ALLOWED\" pid={pid} comm=\"{svc}\""),
    (2, "WARN", "[{n5}.{n6}] TCP: request_sock_TCP: Possible SYN flooding on port {port}"),
    (1, "ERROR", "[{n5}.{n6}] Out of memory: Killed process {pid} ({svc}) total-vm:{n6}kB"),
)
SSHD = (
    (8, "INFO", "Accepted publickey for {user} from {ip} port {port} ssh2"),
    (9, "INFO", "Invalid user {user} from {ip} port {port}"),
    (6, "INFO", "Failed password for root from {ip} port {port} ssh2"),
    (6, "INFO", "Received disconnect from {ip} port {port}:11: Bye Bye [preauth]"),
)
WAREHOUSE = (
    (12, "INFO", "com.carrier.stock.Mover - moved {n2} of {sku} from shelf {n3} to {n3}"),
    (6, "DEBUG", "com.carrier.stock.Index - segment {n4} flushed, {n5} documents, {bytes} bytes"),
    (2, "WARN", "com.carrier.gc.Pause - G1 young collection paused {ms} ms, heap {n4}M->{n3}M"),
    (1, "ERROR", "com.carrier.stock.Mover - cannot lock shelf {n3}: thread-{n2} holds it"),
)
MAIL = (
    (10, "INFO", "{hex10}: to=<{user}@mail.example>, relay={inner}:25, delay={n2}, status=sent"),
    (4, "INFO", "{hex10}: removed"),
    (2, "WARN", "{hex10}: to=<{user}@mail.example>, status=deferred (no answer from {ip}:25)"),
    (1, "FATAL", "queue directory is not writable: errno {n2}"),
)

# (name, sayings, instances): instance i of a service is called name-i.
SERVICES = (
    ("gateway", GATEWAY, 3),
    ("parcels", PARCELS, 3),
    ("database", DATABASE, 2),
    ("orders", ORDERS, 2),
    ("tracking", TRACKING, 2),
    ("accounts", ACCOUNTS, 2),
    ("kubelet", KUBERNETES, 2),
    ("payments", PAYMENTS, 2),
    ("kernel", KERNEL, 2),
    ("sshd", SSHD, 1),
    ("warehouse", WAREHOUSE, 2),
    ("mail", MAIL, 1),
)

# Said by any service, in one of RARE_EVERY lines.
RARE_EVERY = 2500
RARE = (
    (3, "ERROR", "certificate of {inner} expires in {n2} hours"),
    (2, "FATAL", "uncorrectable sector {n6} on /dev/sdb, remounting read-only"),
    (1, "WARN", "clock stepped backwards by {ms} ms, waiting for chrony"),
)
