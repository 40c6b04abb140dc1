"""The parts of the benchmark, a file each: steps() says how many steps run() will report."""
