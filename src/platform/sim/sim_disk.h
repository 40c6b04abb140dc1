// The model behind SimFileSystem: a tree of nodes, each in two states, and what a power cut makes
// of them.
//
// A file is (cached, platter, unsynced): what programs read, what is safe, and the changes that
// lead from the one to the other in order. Names are the same: each directory has cached and
// platter names, and one list for the whole disk holds the name changes that are not durable yet,
// because a rename touches two names and reaches the platter as one. Data and names are
// independent, as on ext4 without its heuristics: a durable rename says nothing about the data of
// the file it moved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/random.h"
#include "platform/sim/sim_file_system.h"
#include "platform/sim/sparse_bytes.h"

namespace logpond::platform {

/// A change of a file that sync has not confirmed.
struct FileChange {
  enum class Kind { kWrite, kTruncate, kExtend };
  Kind kind = Kind::kWrite;
  std::uint64_t at = 0;  ///< Offset of a write, size of the others.
  std::string bytes;     ///< Of a write.
};

struct SimNode;
using SimNodePtr = std::shared_ptr<SimNode>;

/// A file or a directory.
struct SimNode {
  bool is_directory = false;
  bool is_locked = false;
  SparseBytes cached;
  SparseBytes platter;
  std::vector<FileChange> unsynced;
  std::map<std::string, SimNodePtr> cached_names;
  std::map<std::string, SimNodePtr> platter_names;
  // Where the platter names this node: no node has two names, whatever subset of renames survives.
  std::weak_ptr<SimNode> platter_parent;
  std::string platter_name;
};

/// One directory entry that appears (`node` comes to be there) or goes (`node` is no longer there).
struct NameStep {
  SimNodePtr directory;
  std::string name;
  SimNodePtr node;
  bool appears = true;
};
/// Steps that reach the platter together: one for create and remove, two for rename.
using NameChange = std::vector<NameStep>;

/// Threads: one at a time; SimFileSystem holds its lock around every call.
/// Calls that can fail give an errno value, 0 for success.
class SimDisk {
 public:
  explicit SimDisk(std::uint64_t seed);
  /// Cuts every tie between nodes, so that directories moved in circles by a cut do not leak.
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  /// The node of a path, or the errno value that says why there is none.
  struct Found {
    SimNodePtr node;
    int error = 0;
  };
  Found find(const std::filesystem::path& path) const;

  Found create_file(const std::filesystem::path& path);
  int create_directories(const std::filesystem::path& path);
  int rename(const std::filesystem::path& from, const std::filesystem::path& to);
  int remove(const std::filesystem::path& path, bool directory);
  /// Makes the name changes that touch `directory` durable, with the earlier ones they build upon.
  void sync_names(const SimNodePtr& directory);

  int write(SimNode& file, std::uint64_t offset, std::span<const char> bytes);
  int truncate(SimNode& file, std::uint64_t size);
  int extend(SimNode& file, std::uint64_t size);
  static void sync_data(SimNode& file);

  void cut_power(SimFileSystem::Unsynced unsynced);
  void corrupt(SimNode& file, std::uint64_t offset);
  void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }
  std::uint64_t free_bytes() const;

 private:
  struct Place {
    SimNodePtr directory;
    std::string name;
    int error = 0;
  };
  Place place_of(const std::filesystem::path& path) const;
  SimNodePtr make_node(bool is_directory);
  void change_names(NameChange change);
  int check_rename(const Place& from, const Place& to, bool* nothing_to_do) const;
  void settle_names(SimFileSystem::Unsynced unsynced);
  void settle_data(SimNode& file, SimFileSystem::Unsynced unsynced);
  void settle_torn(SimNode& file);
  void settle_reordered(SimNode& file);
  void drop_unreachable();

  SeededRandom random_;
  std::uint64_t capacity_;
  SimNodePtr root_;
  std::vector<std::weak_ptr<SimNode>> nodes_;  // every node ever made and still held by someone
  std::vector<NameChange> unsynced_names_;     // oldest first
};

}  // namespace logpond::platform
