"""What every system under test offers to the parts of the benchmark."""


class EngineError(Exception):
    """A system refused, ended or did not answer: it is reported and left out, others go on."""


class Engine:
    """One system under test; start() and stop() bracket ingest() and ask().

    `key` names it in options, `name` is its row among the ingests and `query_name` its column
    among the queries. An instance may be started again and again, on a fresh or a filled folder.
    """

    key = name = query_name = ""
    stores = True  # has an ingest of its own
    answers = True  # is asked queries

    def unavailable(self):
        """Why it cannot run here, or None."""
        return None

    def version(self):
        """What it says about itself; called while started."""
        return None

    def start(self, folder):
        """Opens what `folder` holds; an absent folder is made. Raises EngineError."""

    def stop(self):
        """Ends it; safe to call when it is not running."""

    def ingest(self, work):
        """Stores the corpus of `work` and returns figures: at least cpu_s, wall_s, disk_bytes,
        rss_peak_bytes. Raises EngineError."""
        raise NotImplementedError

    def stored_lines(self, work):
        """How many lines it holds, or None where it cannot say."""
        return None

    def can_answer(self, query):
        return True

    def ask(self, query, work):
        """(answer in the form that the query wants, measure.Cost of the system alone)."""
        raise NotImplementedError

    def expected(self, query):
        """What ask() must answer."""
        return query.answer

    def files(self, folder, work):
        """Files and folders that a cold query must find outside the page cache."""
        return [folder]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
