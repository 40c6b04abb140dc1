#include "generate/catalogue.h"

#include <array>

namespace logpond::generate {
namespace {

constexpr auto kDebug = Severity::kDebug;
constexpr auto kInfo = Severity::kInfo;
constexpr auto kWarn = Severity::kWarn;
constexpr auto kError = Severity::kError;

constexpr std::array<std::string_view, 2> kEdgeHosts{"edge-1", "edge-2"};
constexpr std::array<std::string_view, 3> kNodes{"node-a", "node-b", "node-c"};
constexpr std::array<std::string_view, 1> kDatabaseHosts{"db-1"};
constexpr std::array<std::string_view, 3> kSshHosts{"bastion-1", "db-1", "edge-1"};

// Access lines are made from severity alone: it chooses the status code.
constexpr Saying kEdge[] = {
    {kInfo, 90, "{path}"},
    {kWarn, 6, "{path}"},
    {kError, 1, "{path}"},
    {kError, 60, "{path}", "", true},
};

constexpr Saying kCheckout[] = {
    {kInfo, 40, "order placed",
     "order_id={uuid} items={n:1-9} amount_cents={n:500-90000} user={user}"},
    {kInfo, 30, "address verified", "user={user} country=NL duration_ms={ms}"},
    {kDebug, 14, "price list cache hit", "entries={n:200-900} age_s={n:1-300}"},
    {kWarn, 5, "payment answered slowly", "provider=northpay duration_ms={n:800-4000}"},
    {kError, 1, "order could not be placed", "order_id={uuid} error=\"stock changed meanwhile\""},
    {kError, 50, "payment failed",
     "order_id={uuid} error=\"connection pool exhausted\" waited_ms={n:5000-9000}", true},
    {kWarn, 20, "retrying payment", "attempt={n:2-5} provider=northpay backoff_ms={n:100-1600}",
     true},
};

constexpr Saying kPayments[] = {
    {kInfo, 40, "charge accepted",
     "charge={id} amount_cents={n:500-90000} currency=EUR provider=northpay latency_ms={ms}"},
    {kInfo, 12, "refund booked", "charge={id} amount_cents={n:500-9000} reason=returned"},
    {kDebug, 10, "idempotency key seen before", "key={uuid}"},
    {kWarn, 4, "charge declined", "charge={id} reason=insufficient_funds user={user}"},
    {kError, 1, "webhook signature mismatch", "remote={ip} event=charge.updated"},
    {kError, 50, "provider unreachable",
     "provider=northpay error=\"dial tcp {inner_ip}:443: i/o timeout\" attempt={n:1-5}", true},
};

constexpr Saying kSearch[] = {
    {kInfo, 40, "search served", "terms={n:1-5} hits={n:0-400} took_ms={ms}"},
    {kDebug, 10, "index segment opened", "segment={id} documents={n:1000-90000}"},
    {kWarn, 4, "search took long", "terms={n:4-9} took_ms={n:900-5000}"},
    {kError, 1, "query could not be parsed", "error=\"unbalanced quote at {n:3-40}\""},
    {kError, 40, "shard does not answer", "shard={n:0-7} error=\"deadline exceeded\"", true},
};

constexpr Saying kCatalog[] = {
    {kInfo, 40, "request served",
     "method=GET path={path} status=200 duration={ms}ms bytes={bytes}"},
    {kInfo, 10, "article updated", "sku={sku} stock={n:0-500} by={user}"},
    {kDebug, 14, "cache refreshed", "entries={n:100-2000} duration={ms}ms"},
    {kWarn, 5, "stock is low", "sku={sku} left={n:0-5}"},
    {kError, 1, "image could not be scaled", "sku={sku} err=\"unexpected end of file\""},
    {kError, 40, "database does not answer",
     "err=\"too many connections\" pool=64 waiting={n:20-300}", true},
};

constexpr Saying kCart[] = {
    {kInfo, 40, "item added", "cart={id} sku={sku} quantity={n:1-4}"},
    {kInfo, 14, "item removed", "cart={id} sku={sku}"},
    {kInfo, 10, "cart expired", "cart={id} idle_minutes={n:30-90}"},
    {kWarn, 3, "session store is slow", "duration={n:200-900}ms command=HGETALL"},
    {kError, 1, "cart could not be saved", "cart={id} err=\"version conflict\""},
    {kError, 40, "session store unreachable", "addr={inner_ip}:6379 err=\"connection refused\"",
     true},
};

constexpr Saying kOrders[] = {
    {kInfo, 40, "Order {uuid} moved from PAID to PACKING"},
    {kInfo, 20, "Reserved {n:1-9} x {sku} in warehouse W{n:1-4}"},
    {kDebug, 12, "Polled {n:0-50} messages from topic order-events in {ms} ms"},
    {kWarn, 4, "Consumer lag of partition {n:0-11} is {n:500-9000}"},
    {kError, 1, "Could not reserve {sku} for order {uuid}"},
    {kError, 40, "Could not load order {uuid}", "", true},
};

constexpr Saying kSshd[] = {
    {kInfo, 20,
     "Accepted publickey for {user} from {inner_ip} port {port} ssh2: ED25519 "
     "SHA256:{id}{id}{id}{id}"},
    {kInfo, 12, "session opened for user {user}(uid={n:1000-1015}) by (uid=0)"},
    {kInfo, 12, "Disconnected from user {user} {inner_ip} port {port}"},
    {kWarn, 14, "Invalid user admin from {ip} port {port}"},
    {kWarn, 10, "Failed password for root from {ip} port {port} ssh2"},
    {kError, 1, "maximum authentication attempts exceeded for root from {ip} port {port} ssh2"},
    {kWarn, 200, "Failed password for root from {ip} port {port} ssh2", "", true},
};

constexpr Saying kCron[] = {
    {kInfo, 20, "(root) CMD (/usr/local/bin/rotate-backups --keep {n:5-30})"},
    {kInfo, 10, "(www-data) CMD (/usr/local/bin/expire-sessions)"},
    {kError, 1, "(root) ERROR (job rotate-backups ended with status {n:1-3})"},
};

constexpr Saying kKubelet[] = {
    {kInfo, 30,
     "\"Probe succeeded\" pod=\"shop/{pod}\" probeType=\"readiness\" duration=\"{ms}ms\""},
    {kInfo, 14, "\"Volume mounted\" pod=\"shop/{pod}\" volume=\"config\""},
    {kInfo, 6,
     "\"Image already present\" pod=\"shop/{pod}\" image=\"registry.example/shop:{n:100-180}\""},
    {kWarn, 5,
     "\"Probe failed\" pod=\"shop/{pod}\" probeType=\"readiness\" output=\"HTTP probe failed with "
     "statuscode: 503\""},
    {kError, 1,
     "\"Error syncing pod, skipping\" pod=\"shop/{pod}\" err=\"failed to start container: back-off "
     "{n:1-5}m0s restarting failed container\""},
    {kError, 50,
     "\"Node is under memory pressure\" available=\"{n:10-90}Mi\" evicting=\"shop/{pod}\"", "",
     true},
};

constexpr Saying kPostgres[] = {
    {kInfo, 20,
     "checkpoint complete: wrote {n:20-4000} buffers ({n:1-9}.{n:0-9}%); sync=0.{n:1-9} s, "
     "total={n:1-29}.{n:0-9} s"},
    {kInfo, 16, "connection authorized: user=shop database=shop application_name=catalog"},
    {kInfo, 10, "automatic vacuum of table \"shop.public.{table}\": index scans: {n:0-3}"},
    {kWarn, 4, "there is already a transaction in progress"},
    {kError, 2, "duplicate key value violates unique constraint \"{table}_pkey\""},
    {kError, 1, "deadlock detected"},
    {kError, 50, "remaining connection slots are reserved for roles with the SUPERUSER attribute",
     "", true},
};

constexpr Saying kMailer[] = {
    {kInfo, 30, "sent order confirmation to {user}@example.org in {ms} ms"},
    {kInfo, 10, "queue has {n:0-40} messages"},
    {kWarn, 4, "greylisted by mx{n:1-4}.example.net, trying again in {n:60-600} s"},
    {kError, 1, "could not deliver to {user}@example.org: 550 mailbox unavailable"},
    {kError, 40, "connection to mx{n:1-4}.example.net timed out after 30 s", "", true},
};

constexpr Service kServices[] = {
    {"edge", Style::kNginx, 30, "", kEdgeHosts, kEdge, true},
    {"checkout", Style::kJson, 13, "checkout/handler.go", kNodes, kCheckout, true},
    {"payments", Style::kJson, 9, "payments/charge.go", kNodes, kPayments, true},
    {"search", Style::kJson, 6, "search/serve.go", kNodes, kSearch, true},
    {"catalog", Style::kLogfmt, 12, "catalog", kNodes, kCatalog, true},
    {"cart", Style::kLogfmt, 9, "cart", kNodes, kCart, true},
    {"orders", Style::kJava, 8, "shop.orders.OrderService", kNodes, kOrders},
    {"sshd", Style::kSyslog, 4, "sshd", kSshHosts, kSshd},
    {"cron", Style::kSyslog, 1, "CRON", kDatabaseHosts, kCron},
    {"kubelet", Style::kKube, 4, "kubelet.go", kNodes, kKubelet},
    {"postgres", Style::kPostgres, 4, "", kDatabaseHosts, kPostgres},
    {"mailer", Style::kPython, 3, "mailer.smtp", kNodes, kMailer},
};

}  // namespace

std::span<const Service> catalogue() {
  return kServices;
}

std::string_view style_name(Style style) {
  switch (style) {
    case Style::kNginx:
      return "nginx";
    case Style::kJson:
      return "json";
    case Style::kLogfmt:
      return "logfmt";
    case Style::kSyslog:
      return "syslog";
    case Style::kJava:
      return "java";
    case Style::kKube:
      return "kubernetes";
    case Style::kPostgres:
      return "postgres";
    case Style::kPython:
      break;
  }
  return "python";
}

}  // namespace logpond::generate
