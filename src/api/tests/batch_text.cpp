#include "api/tests/batch_text.h"

#include "codec/utf8.h"
#include "core/check.h"
#include "core/labels.h"

namespace logpond::api::testing {
namespace {

std::string kind_text(FieldKind kind) {
  switch (kind) {
    case FieldKind::kString:
      return "";
    case FieldKind::kNumber:
      return "(n)";
    case FieldKind::kBool:
      return "(b)";
    case FieldKind::kJson:
      return "(j)";
  }
  return "(?)";
}

}  // namespace

std::vector<std::string> lines_of(const RecordBatch& batch) {
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    const auto labels = Labels::decode(batch.text(batch.streams()[batch.stream(row)].encoded));
    std::string line = labels ? labels->to_text() : "<broken>";
    line += " " + std::to_string(batch.timestamp(row)) + " ";
    line += severity_word(batch.severity(row));
    line += "(" + std::string(batch.severity_text(row)) + ") |";
    line += std::string(batch.message(row)) + "|";
    for (const auto& one : batch.fields(row)) {
      const FieldView field = batch.field(one);
      line += " " + std::string(field.name) + "=" + std::string(field.value);
      line += kind_text(field.kind);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string text_of(const RecordBatch& batch) {
  std::string text = batch.tenant().value + "\n";
  for (const std::string& line : lines_of(batch)) text += line + "\n";
  return text;
}

void check_well_formed(const RecordBatch& batch) {
  std::size_t message_bytes = 0;
  for (const auto& stream : batch.streams()) {
    const auto labels = Labels::decode(batch.text(stream.encoded));
    LOGPOND_CHECK(labels.has_value());
    LOGPOND_CHECK(labels->encode() == batch.text(stream.encoded));  // canonical
  }
  for (std::size_t row = 0; row < batch.size(); ++row) {
    LOGPOND_CHECK(batch.stream(row) < batch.streams().size());
    LOGPOND_CHECK(codec::is_valid_utf8(batch.message(row)));
    LOGPOND_CHECK(codec::is_valid_utf8(batch.severity_text(row)));
    message_bytes += batch.message(row).size();
    for (const auto& one : batch.fields(row)) {
      LOGPOND_CHECK(one.name < batch.field_names().size());
      const FieldView field = batch.field(one);
      LOGPOND_CHECK(!field.value.empty());
      LOGPOND_CHECK(codec::is_valid_utf8(field.name));
      LOGPOND_CHECK(codec::is_valid_utf8(field.value));
    }
  }
  LOGPOND_CHECK(message_bytes == batch.message_bytes());
}

}  // namespace logpond::api::testing
