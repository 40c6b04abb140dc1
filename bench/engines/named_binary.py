"""Peers that Python's package index does not have: run where the environment names a binary."""

import os
import shutil
import subprocess

from engines import server_process
from engines.engine import Engine


class NamedBinary(Engine):
    """`variable` names the environment variable that holds the path of the program."""

    variable = ""
    version_arguments = ("--version",)

    def __init__(self):
        self._binary = os.environ.get(self.variable)

    def unavailable(self):
        if not self._binary:
            return f"{self.variable} names no binary"
        if not shutil.which(self._binary):
            return f"{self.variable}: {self._binary} is no program"
        return None

    def version(self):
        answer = subprocess.run([self._binary, *self.version_arguments], capture_output=True,
                                text=True, timeout=30)
        lines = (answer.stdout or answer.stderr).splitlines()
        return lines[0] if lines else None


class NamedServer(NamedBinary):
    """A peer that is a server over HTTP."""

    ready_path = "/ready"

    def __init__(self):
        super().__init__()
        self._server = None

    def start(self, folder):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        port = server_process.free_port()
        self._server = server_process.ServerProcess(
            self.command(folder, port), port, folder, self.ready_path)

    def command(self, folder, port):
        raise NotImplementedError

    def stop(self):
        if self._server:
            self._server.stop()
            self._server = None

    def _finished(self, figures, *costs):
        """The figures of the sending with those of what came after it, and the bytes on disk."""
        figures["rss_peak_sending_bytes"] = figures["rss_peak_bytes"]
        return {**figures,
                "cpu_s": figures["cpu_sending_s"] + sum(cost.cpu_s for cost in costs),
                "wall_s": figures["wall_sending_s"] + sum(cost.wall_s for cost in costs),
                "rss_peak_bytes": costs[-1].rss_peak_bytes,
                "disk_bytes": server_process.folder_size(self._folder)}
