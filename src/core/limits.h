// Every limit of the product: a name, a unit, a reason, and what happens beyond it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logpond {

/// Largest arena of a batch. Offsets are 32-bit; beyond it a decoder answers 413.
inline constexpr std::size_t kBatchBytesMax = std::size_t{1} << 30;

/// Largest request body, as received and after decompression. Beyond: 413.
inline constexpr std::size_t kBodyBytesMax = std::size_t{64} << 20;

/// Longest message. Loki's default is 256 KiB; ours is higher, beyond it the line is refused by
/// name.
inline constexpr std::size_t kMessageBytesMax = std::size_t{1} << 20;

/// Labels of one stream (Loki: 15). Beyond: the stream's entries are refused by name.
inline constexpr std::size_t kLabelsMax = 64;
/// Bytes of a label name and value, as Loki's.
inline constexpr std::size_t kLabelNameBytesMax = 1024;
inline constexpr std::size_t kLabelValueBytesMax = 2048;

/// Fields of one record and bytes of a field name; beyond, the field is dropped and counted.
inline constexpr std::size_t kFieldsMax = 1000;
inline constexpr std::size_t kFieldNameBytesMax = 128;

/// Sources that batches may carry marks of (RecordBatch::set_mark) in one store, and bytes of a
/// source's name. They are kept for ever, in memory and in the manifest. Beyond: the batch is
/// refused.
inline constexpr std::size_t kMarksMax = 10'000;
inline constexpr std::size_t kMarkSourceBytesMax = 256;

/// Length of a LogQL query, as Loki's.
inline constexpr std::size_t kQueryBytesMax = 131'072;

}  // namespace logpond
