"""Random values that fill structured log lines: names, ids, addresses, times, durations."""

import bisect
import datetime
import itertools
import random

USERS, ROUTES_A_SERVICE = 30_000, 40
RESOURCES = ("parcels", "orders", "routes", "users", "depots", "labels", "invoices", "carts",
             "claims", "scans", "quotes", "tariffs")
METHODS = ("GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "PATCH")
REASONS = ("upstream did not answer in time", "connection reset by peer", "record not found",
           "permission denied", "too many open files", "unexpected end of input")
AGENTS = tuple(f"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/{v}.0"
               for v in range(120, 130)) + (
    "curl/8.4.0", "Go-http-client/2.0", "kube-probe/1.31", "okhttp/4.12.0",
    "python-requests/2.31.0", "CarrierApp/7.2 (Android 14)")
PLACES = (("DE", "Berlin"), ("DE", "Köln"), ("FR", "Lyon"), ("PT", "São João"), ("SE", "Malmö"),
          ("US", "Boston"), ("IN", "Pune"), ("JP", "Nagoya"))


def zipf(count, exponent=1.0):
    """Cumulative weights: the k-th is 1/k^exponent."""
    return list(itertools.accumulate(1.0 / k ** exponent for k in range(1, count + 1)))


def _users():
    """Names of letters only, some of them not ASCII; the same for every seed."""
    dice = random.Random("users of the carrier")
    heads = ("an", "bea", "car", "da", "el", "fe", "gre", "hu", "in", "jo", "ka", "lu", "mi", "no")
    middles = ("a", "e", "li", "ma", "ni", "o", "ra", "se", "ta", "vi")
    tails = ("a", "ek", "en", "io", "ka", "lle", "ng", "sson", "ttå", "über", "ñez", "wald")
    names = set()
    while len(names) < USERS:
        names.add(dice.choice(heads) + "".join(dice.choices(middles, k=dice.randrange(1, 4)))
                  + dice.choice(tails))
    ordered = sorted(names)
    dice.shuffle(ordered)
    return ordered


class Values:
    """Gives values from one generator; a service's own things come from a Service."""

    _user_names, _user_weights = _users(), zipf(USERS, 1.05)
    _agent_weights = zipf(len(AGENTS))

    def __init__(self, dice):
        self.dice = dice
        self.rnd, self.bits, self.pick = dice.random, dice.getrandbits, dice.choice
        self.below = dice.randrange

    def skewed(self, values, weights):
        return values[bisect.bisect_left(weights, self.rnd() * weights[-1])]

    def user(self):
        return self.skewed(self._user_names, self._user_weights)

    def agent(self):
        return self.skewed(AGENTS, self._agent_weights)

    def chance(self, share):
        return self.rnd() < share

    def hex(self, digits):
        return "%0*x" % (digits, self.bits(4 * digits))

    def uuid(self):
        h = self.hex(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    def inner_ip(self):
        return "10.4.%d.%d" % (256 * self.rnd() * self.rnd(), self.below(1, 255))

    def client_ip(self):
        return "%d.%d.%d.%d" % (self.below(11, 200), self.below(256), self.below(256),
                                self.below(1, 255))

    def port(self):
        return self.below(32_768, 61_000)

    def status(self):
        x = self.rnd()
        if x < 0.88:
            return 200 if x < 0.76 else self.pick((201, 204, 302, 304))
        if x < 0.976:
            return self.pick((400, 401, 403, 404, 404, 404, 409, 429))
        return self.pick((500, 500, 502, 503, 504))

    def duration_ms(self):
        """Log-normal with at most three decimals, as a program prints a float."""
        return round(self.dice.lognormvariate(2.2, 1.3), 3)

    def size(self):
        return int(self.dice.lognormvariate(7, 1.5))

    def id(self):
        return self.below(10 ** 6, 10 ** 7)

    def base36(self, digits):
        return "".join(self.dice.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=digits))

    def stamp(self, ms, digits=3, end="Z", between="T"):
        moment = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
        text = moment.strftime(f"%Y-%m-%d{between}%H:%M:%S")
        if digits:
            text += ".%03d" % (ms % 1000) + "".join(
                self.dice.choices("0123456789", k=digits - 3))
        return text + end


class Service:
    """One instance of a kind of program: its name, hosts, routes."""

    _route_weights = zipf(ROUTES_A_SERVICE)

    def __init__(self, name, values):
        self.name = name
        self.hosts = ["node-%03d" % h for h in values.dice.sample(range(48), 4)]
        self.pid = values.below(7, 30_000)
        self.routes = [self._route(values) for _ in range(ROUTES_A_SERVICE)]

    @staticmethod
    def _route(values):
        parts = ["", "api", f"v{values.below(1, 4)}", values.pick(RESOURCES)]
        if values.chance(0.7):
            parts.append(":id")
            if values.chance(0.4):
                parts.append(values.pick(RESOURCES))
        return "/".join(parts)

    def host(self, values):
        return self.hosts[int(4 * values.rnd() * values.rnd())]

    def route(self, values):
        return values.skewed(self.routes, self._route_weights)

    @staticmethod
    def path(route, values):
        return "/".join(str(values.below(1, 200_000)) if part == ":id" else part
                        for part in route.split("/"))


def level_of(status):
    return "error" if status >= 500 else "warn" if status >= 400 else "info"
