// Metric answers: aligned tables, spark lines, JSON lines, CSV.
#pragma once

#include <span>
#include <string>

#include "cli/client/answer.h"
#include "cli/output/log_printer.h"
#include "cli/output/terminal.h"

namespace logpond::cli {

/// Eight heights from the least to the largest value; a gap for a step without a sample, `·` for
/// NaN. At most `width` characters: neighbours are averaged.
std::string spark_line(std::span<const Sample> samples, std::size_t width);

/// Appends the whole answer. Vectors: a row for each series; matrices: last, least, largest and a
/// spark line for each series; raw: values only.
void append_metrics(std::string& out, const Answer& answer, OutputForm form, const Painter& painter,
                    std::size_t width);

}  // namespace logpond::cli
