#include "platform/sim/sim_disk.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace logpond::platform {
namespace {

using Unsynced = SimFileSystem::Unsynced;

// Disks write whole sectors: what survives a cut does so in these pieces.
constexpr std::uint64_t kSectorBytes = 512;
constexpr std::uint64_t kFileBytesMax = std::numeric_limits<std::int64_t>::max();

std::vector<std::string> components_of(const std::filesystem::path& path) {
  std::vector<std::string> names;
  for (const auto& part : path.lexically_normal().relative_path()) {
    if (!part.empty() && part != ".") names.push_back(part.native());
  }
  return names;
}

void apply(const FileChange& change, SparseBytes& to) {
  switch (change.kind) {
    case FileChange::Kind::kWrite:
      to.write(change.at, change.bytes);
      break;
    case FileChange::Kind::kTruncate:
      to.resize(change.at);
      break;
    case FileChange::Kind::kExtend:
      to.resize(std::max(to.size(), change.at));
      break;
  }
}

/// Moves a directory entry on the platter. A step that goes only undoes the name of its own node:
/// when an earlier change was lost, another node may stand there.
void apply_to_platter(const NameStep& step) {
  auto& names = step.directory->platter_names;
  const auto there = names.find(step.name);
  if (!step.appears) {
    if (there != names.end() && there->second == step.node) names.erase(there);
    return;
  }
  if (const SimNodePtr old_parent = step.node->platter_parent.lock()) {
    const auto old = old_parent->platter_names.find(step.node->platter_name);
    if (old != old_parent->platter_names.end() && old->second == step.node) {
      old_parent->platter_names.erase(old);
    }
  }
  names[step.name] = step.node;
  step.node->platter_parent = step.directory;
  step.node->platter_name = step.name;
}

void apply_to_platter(const NameChange& change) {
  for (const NameStep& step : change) apply_to_platter(step);
}

bool contains_node(const SimNodePtr& below, const SimNodePtr& wanted) {
  if (below == wanted) return true;
  return std::any_of(below->cached_names.begin(), below->cached_names.end(),
                     [&](const auto& entry) { return contains_node(entry.second, wanted); });
}

std::uint64_t bytes_below(const SimNode& node) {
  std::uint64_t bytes = node.cached.size();
  for (const auto& [name, child] : node.cached_names) bytes += bytes_below(*child);
  return bytes;
}

}  // namespace

SimDisk::SimDisk(std::uint64_t seed)
    : random_(seed), capacity_(std::numeric_limits<std::uint64_t>::max()) {
  root_ = make_node(true);
}

SimDisk::~SimDisk() {
  unsynced_names_.clear();
  std::vector<SimNodePtr> alive;  // so that no node goes while its parent is being emptied
  for (const auto& weak : nodes_) {
    if (SimNodePtr node = weak.lock()) alive.push_back(std::move(node));
  }
  for (const SimNodePtr& node : alive) {
    node->cached_names.clear();
    node->platter_names.clear();
  }
}

SimNodePtr SimDisk::make_node(bool is_directory) {
  auto node = std::make_shared<SimNode>();
  node->is_directory = is_directory;
  if (nodes_.size() == nodes_.capacity()) {  // growth pays for the sweep, so it stays cheap
    std::erase_if(nodes_, [](const auto& weak) { return weak.expired(); });
  }
  nodes_.push_back(node);
  return node;
}

// ---- names ------------------------------------------------------------------------------------

SimDisk::Found SimDisk::find(const std::filesystem::path& path) const {
  if (path.empty()) return {nullptr, ENOENT};
  SimNodePtr node = root_;
  for (const std::string& name : components_of(path)) {
    if (!node->is_directory) return {nullptr, ENOTDIR};
    const auto child = node->cached_names.find(name);
    if (child == node->cached_names.end()) return {nullptr, ENOENT};
    node = child->second;
  }
  return {node, 0};
}

SimDisk::Place SimDisk::place_of(const std::filesystem::path& path) const {
  if (path.empty()) return {nullptr, "", ENOENT};
  std::vector<std::string> names = components_of(path);
  if (names.empty()) return {nullptr, "", EBUSY};  // the root cannot be made, moved or removed
  std::string last = std::move(names.back());
  names.pop_back();
  std::filesystem::path parent = "/";
  for (const std::string& name : names) parent /= name;
  const Found directory = find(parent);
  if (directory.error != 0) return {nullptr, "", directory.error};
  if (!directory.node->is_directory) return {nullptr, "", ENOTDIR};
  return {directory.node, std::move(last), 0};
}

void SimDisk::change_names(NameChange change) {
  for (const NameStep& step : change) {
    if (step.appears) {
      step.directory->cached_names[step.name] = step.node;
    } else {
      step.directory->cached_names.erase(step.name);
    }
  }
  unsynced_names_.push_back(std::move(change));
}

SimDisk::Found SimDisk::create_file(const std::filesystem::path& path) {
  Place place = place_of(path);
  if (place.error != 0) return {nullptr, place.error};
  SimNodePtr node = make_node(false);
  change_names({{std::move(place.directory), std::move(place.name), node, true}});
  return {node, 0};
}

int SimDisk::create_directories(const std::filesystem::path& path) {
  if (path.empty()) return ENOENT;
  SimNodePtr node = root_;
  for (const std::string& name : components_of(path)) {
    const auto child = node->cached_names.find(name);
    SimNodePtr next = child == node->cached_names.end() ? nullptr : child->second;
    if (next == nullptr) {
      next = make_node(true);
      change_names({{node, name, next, true}});
    }
    if (!next->is_directory) return ENOTDIR;
    node = std::move(next);
  }
  return 0;
}

int SimDisk::check_rename(const Place& from, const Place& to, bool* nothing_to_do) const {
  if (from.error != 0) return from.error;
  if (to.error != 0) return to.error;
  const auto source = from.directory->cached_names.find(from.name);
  if (source == from.directory->cached_names.end()) return ENOENT;
  const SimNodePtr& node = source->second;
  if (contains_node(node, to.directory)) return EINVAL;  // into itself
  const auto target = to.directory->cached_names.find(to.name);
  if (target == to.directory->cached_names.end()) return 0;
  const SimNodePtr& old = target->second;
  if (contains_node(old, from.directory)) return ENOTEMPTY;
  *nothing_to_do = old == node;
  if (*nothing_to_do) return 0;
  if (node->is_directory && !old->is_directory) return ENOTDIR;
  if (!node->is_directory && old->is_directory) return EISDIR;
  return old->cached_names.empty() ? 0 : ENOTEMPTY;
}

int SimDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  Place source = place_of(from);
  Place target = place_of(to);
  bool nothing_to_do = false;
  const int error = check_rename(source, target, &nothing_to_do);
  if (error != 0 || nothing_to_do) return error;
  const SimNodePtr node = source.directory->cached_names[source.name];
  change_names({{std::move(source.directory), std::move(source.name), node, false},
                {std::move(target.directory), std::move(target.name), node, true}});
  return 0;
}

int SimDisk::remove(const std::filesystem::path& path, bool directory) {
  Place place = place_of(path);
  if (place.error != 0) return place.error;
  const auto entry = place.directory->cached_names.find(place.name);
  if (entry == place.directory->cached_names.end()) return ENOENT;
  const SimNodePtr node = entry->second;
  if (directory && !node->is_directory) return ENOTDIR;
  if (!directory && node->is_directory) return EISDIR;
  if (!node->cached_names.empty()) return ENOTEMPTY;
  change_names({{std::move(place.directory), std::move(place.name), node, false}});
  return 0;
}

void SimDisk::sync_names(const SimNodePtr& directory) {
  // Backwards, so that a change pulls in the earlier ones of the same names: if `a` was made and
  // then renamed into `directory`, its making must not come back later and undo the rename.
  std::vector<const NameStep*> taken_steps;
  std::vector<NameChange> taken;
  std::vector<NameChange> left;
  for (auto change = unsynced_names_.rbegin(); change != unsynced_names_.rend(); ++change) {
    const bool belongs = std::any_of(change->begin(), change->end(), [&](const NameStep& step) {
      if (step.directory == directory) return true;
      return std::any_of(taken_steps.begin(), taken_steps.end(), [&](const NameStep* other) {
        return other->directory == step.directory && other->name == step.name;
      });
    });
    auto& into = belongs ? taken : left;
    into.push_back(std::move(*change));
    // Steps keep their address when their change moves: a vector hands over its memory.
    for (const NameStep& step : into.back()) {
      if (belongs) taken_steps.push_back(&step);
    }
  }
  for (auto change = taken.rbegin(); change != taken.rend(); ++change) apply_to_platter(*change);
  std::reverse(left.begin(), left.end());
  unsynced_names_ = std::move(left);
}

// ---- data -------------------------------------------------------------------------------------

std::uint64_t SimDisk::free_bytes() const {
  const std::uint64_t used = bytes_below(*root_);
  return capacity_ > used ? capacity_ - used : 0;
}

int SimDisk::write(SimNode& file, std::uint64_t offset, std::span<const char> bytes) {
  if (bytes.empty()) return 0;
  if (offset > kFileBytesMax || bytes.size() > kFileBytesMax - offset) return EFBIG;
  int error = 0;
  const std::uint64_t end = offset + bytes.size();
  if (end > file.cached.size() && capacity_ != std::numeric_limits<std::uint64_t>::max()) {
    const std::uint64_t room = file.cached.size() + free_bytes();
    if (end > room) {  // as a real disk: what fits is written
      error = ENOSPC;
      if (room <= offset) return error;
      bytes = bytes.first(static_cast<std::size_t>(room - offset));
    }
  }
  file.unsynced.push_back(
      {FileChange::Kind::kWrite, offset, std::string(bytes.begin(), bytes.end())});
  apply(file.unsynced.back(), file.cached);
  return error;
}

int SimDisk::truncate(SimNode& file, std::uint64_t size) {
  if (size > kFileBytesMax) return EFBIG;
  if (size > file.cached.size() && size - file.cached.size() > free_bytes()) return ENOSPC;
  file.unsynced.push_back({FileChange::Kind::kTruncate, size, {}});
  apply(file.unsynced.back(), file.cached);
  return 0;
}

int SimDisk::extend(SimNode& file, std::uint64_t size) {
  if (size > kFileBytesMax) return EFBIG;
  if (size <= file.cached.size()) return 0;
  if (size - file.cached.size() > free_bytes()) return ENOSPC;
  file.unsynced.push_back({FileChange::Kind::kExtend, size, {}});
  apply(file.unsynced.back(), file.cached);
  return 0;
}

void SimDisk::sync_data(SimNode& file) {
  // Not `platter = cached`: what a failed sync dropped stays lost though programs still read it.
  for (const FileChange& change : file.unsynced) apply(change, file.platter);
  file.unsynced.clear();
}

void SimDisk::corrupt(SimNode& file, std::uint64_t offset) {
  const auto bit = static_cast<unsigned>(random_.below(8));
  file.cached.flip_bit(offset, bit);
  if (offset < file.platter.size()) file.platter.flip_bit(offset, bit);
}

// ---- power ------------------------------------------------------------------------------------

void SimDisk::cut_power(Unsynced unsynced) {
  settle_names(unsynced);
  drop_unreachable();
  for (const auto& weak : nodes_) {
    const SimNodePtr node = weak.lock();
    if (node == nullptr) continue;
    settle_data(*node, unsynced);
    node->cached = node->platter;
    node->cached_names = node->platter_names;
    node->is_locked = false;
  }
}

void SimDisk::settle_names(Unsynced unsynced) {
  std::size_t prefix = unsynced == Unsynced::kKept ? unsynced_names_.size() : 0;
  if (unsynced == Unsynced::kTorn) prefix = random_.below(unsynced_names_.size() + 1);
  for (std::size_t i = 0; i < unsynced_names_.size(); ++i) {
    const bool survives = unsynced == Unsynced::kReordered ? random_.below(2) == 1 : i < prefix;
    if (survives) apply_to_platter(unsynced_names_[i]);
  }
  unsynced_names_.clear();
}

void SimDisk::drop_unreachable() {
  std::vector<SimNodePtr> alive;
  for (const auto& weak : nodes_) {
    if (SimNodePtr node = weak.lock()) alive.push_back(std::move(node));
  }
  std::vector<const SimNode*> reached{root_.get()};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const auto& [name, child] : reached[i]->platter_names) reached.push_back(child.get());
  }
  std::sort(reached.begin(), reached.end());
  for (const SimNodePtr& node : alive) {
    node->cached_names.clear();
    if (!std::binary_search(reached.begin(), reached.end(), node.get())) {
      node->platter_names.clear();
    }
  }
}

void SimDisk::settle_data(SimNode& file, Unsynced unsynced) {
  switch (unsynced) {
    case Unsynced::kLost:
      break;
    case Unsynced::kTorn:
      settle_torn(file);
      break;
    case Unsynced::kReordered:
      settle_reordered(file);
      break;
    case Unsynced::kKept:
      sync_data(file);
      break;
  }
  file.unsynced.clear();
}

void SimDisk::settle_torn(SimNode& file) {
  if (file.unsynced.empty()) return;
  const std::size_t whole = random_.below(file.unsynced.size() + 1);
  for (std::size_t i = 0; i < whole; ++i) apply(file.unsynced[i], file.platter);
  if (whole == file.unsynced.size()) return;
  FileChange& torn = file.unsynced[whole];
  if (torn.kind != FileChange::Kind::kWrite) return;
  torn.bytes.resize(random_.below(torn.bytes.size()));
  apply(torn, file.platter);
}

void SimDisk::settle_reordered(SimNode& file) {
  if (file.unsynced.empty()) return;
  // The size is metadata of its own: any of the sizes the file went through may be the one that
  // stays.
  SparseBytes sizes_only;
  sizes_only.resize(file.platter.size());
  std::vector<std::uint64_t> sizes{file.platter.size()};
  std::map<std::uint64_t, std::vector<std::size_t>> writes_of_sector;
  for (std::size_t i = 0; i < file.unsynced.size(); ++i) {
    const FileChange& change = file.unsynced[i];
    if (change.kind == FileChange::Kind::kWrite) {
      const std::uint64_t end = change.at + change.bytes.size();
      for (std::uint64_t s = change.at / kSectorBytes; s * kSectorBytes < end; ++s) {
        writes_of_sector[s].push_back(i);
      }
      sizes_only.resize(std::max(sizes_only.size(), end));
    } else {
      apply(change, sizes_only);
    }
    sizes.push_back(sizes_only.size());
  }
  // A sector may have been written out at any time, so any number of its first writes is in it.
  for (const auto& [sector, writes] : writes_of_sector) {
    const std::uint64_t begin = sector * kSectorBytes;
    const std::size_t survive = random_.below(writes.size() + 1);
    for (std::size_t w = 0; w < survive; ++w) {
      const FileChange& change = file.unsynced[writes[w]];
      const std::uint64_t from = std::max(begin, change.at);
      const std::uint64_t to = std::min(begin + kSectorBytes, change.at + change.bytes.size());
      file.platter.write(from, std::span(change.bytes)
                                   .subspan(static_cast<std::size_t>(from - change.at),
                                            static_cast<std::size_t>(to - from)));
    }
  }
  file.platter.resize(sizes[random_.below(sizes.size())]);
}

}  // namespace logpond::platform
