"""CPU and wall seconds, memory and bytes on disk of processes, by the kernel's own clocks."""

import contextlib
import os
import pathlib
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """What one piece of work took. Memory is the peak of the process so far, in bytes."""

    cpu_s: float
    wall_s: float
    rss_peak_bytes: int = 0


def process_cpu_s(pid):
    """User and system seconds of all threads of a process, ended ones included, to the nanosecond.

    The process clock of clock_getcpuclockid(3): /proc/PID/stat counts in ticks of 10 ms, which is
    more than most queries take.
    """
    return time.clock_gettime((~pid << 3) | 2)


def process_rss_peak_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


@contextlib.contextmanager
def measured(pid):
    """Fills the yielded Cost with what the process `pid` takes during the block."""
    cost = Cost(0.0, 0.0)
    cpu, wall = process_cpu_s(pid), time.perf_counter()
    yield cost
    cost.wall_s = time.perf_counter() - wall
    cost.cpu_s = process_cpu_s(pid) - cpu
    cost.rss_peak_bytes = process_rss_peak_bytes(pid)


def run_pipeline(commands, stdin=None, may_find_nothing=False):
    """Runs commands with pipes between them; returns (Cost of all together, last one's stdout).

    Raises RuntimeError at an exit status other than 0. With `may_find_nothing` the last command may
    also end with 1, by which rg says that it found nothing.
    """
    wall = time.perf_counter()
    children, upstream = [], stdin
    for command in commands:
        child = subprocess.Popen(command, stdin=upstream, stdout=subprocess.PIPE)
        if children:
            upstream.close()  # else the first would not notice that the second is gone
        upstream = child.stdout
        children.append(child)
    with _Peaks([child.pid for child in children]) as peaks:
        output = upstream.read()
        upstream.close()
        usages = [os.wait4(child.pid, 0) for child in children]
        wall_end = time.perf_counter()
    for child, (_, status, _) in zip(children, usages):
        child.returncode = os.waitstatus_to_exitcode(status)
    for place, child in enumerate(children):
        found_nothing = (may_find_nothing and place == len(children) - 1
                         and child.returncode == 1)
        if child.returncode != 0 and not found_nothing:
            raise RuntimeError(f"{commands[place]} ended with status {child.returncode}")
    cpu_s = sum(usage.ru_utime + usage.ru_stime for _, _, usage in usages)
    return Cost(cpu_s, wall_end - wall, peaks.total()), output


class _Peaks:
    """Watches the peak memory of processes while they run.

    The figure of wait4() would be no less than this process's own: a child starts as its copy.
    """

    def __init__(self, pids):
        self._peaks = dict.fromkeys(pids, 0)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()

    def total(self):
        return sum(self._peaks.values())

    def _watch(self):
        while True:
            for pid in self._peaks:
                with contextlib.suppress(OSError):
                    self._peaks[pid] = max(self._peaks[pid], process_rss_peak_bytes(pid))
            if self._stopped.wait(0.01):
                return


def files_under(path):
    path = pathlib.Path(path)
    return [f for f in path.rglob("*") if f.is_file()] if path.is_dir() else [path]


def bytes_on_disk(path):
    return sum(f.stat().st_size for f in files_under(path))


def evict_from_page_cache(path):
    """Writes back and drops the cached pages of a file or of all files under a folder.

    Needs no privilege. Pages that a running process has mapped stay, so stop it first.
    """
    for file in files_under(path):
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


class OwnCpu:
    """CPU seconds of this process between construction and stop(): what the sender costs."""

    def __init__(self):
        self._start = time.process_time()

    def stop(self):
        return time.process_time() - self._start


def in_parallel(jobs):
    """Runs functions on a thread each; the first failure is raised here after all ended."""
    failures = []

    def guarded(job):
        try:
            job()
        except BaseException as failure:  # noqa: BLE001 - handed to the caller below
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
