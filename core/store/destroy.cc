// SPDX-License-Identifier: Apache-2.0
#include "core/store/destroy.h"

#include <algorithm>

namespace feltbog::store {
namespace {

// Where a disk writes in place, nothing of the content is left; flash may keep an old copy that
// only its maker can reach.
Result<void> overwrite(Disk& disk, const std::string& path) {
  FELTBOG_TRY(file, disk.open(path, OpenMode::read_write));
  FELTBOG_TRY(size, file->size());
  FELTBOG_CHECK(file->write(0, Bytes(static_cast<std::size_t>(size))));
  return file->sync();
}

class Destruction {
 public:
  Destruction(Disk& disk, std::string_view folder) : disk_(disk), folder_(folder) {}

  void overwrite_all(std::span<const std::string> names) {
    for (const std::string& name : names) note(overwrite(disk_, path(name)));
  }
  void remove_all(std::span<const std::string> names) {
    for (const std::string& name : names) note(disk_.remove(path(name)));
    note(disk_.sync_directory(path("any")));
  }
  Result<void> outcome() const { return first_; }

 private:
  std::string path(std::string_view name) const { return folder_ + "/" + std::string(name); }
  void note(Result<void> done) {
    if (first_ && !done) first_ = std::move(done);
  }

  Disk& disk_;
  std::string folder_;
  Result<void> first_;
};

}  // namespace

Result<void> destroy_folder(Disk& disk, std::string_view folder,
                            std::span<const std::string_view> keys,
                            std::span<const std::string_view> kept) {
  FELTBOG_TRY(names, disk.list(folder));
  std::erase_if(names, [&](const std::string& name) {
    return std::find(kept.begin(), kept.end(), name) != kept.end();
  });
  const auto others = std::stable_partition(names.begin(), names.end(), [&](const auto& name) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](std::string_view key) { return name.starts_with(key); });
  });
  Destruction destruction(disk, folder);
  destruction.overwrite_all({names.begin(), others});
  destruction.remove_all({names.begin(), others});
  destruction.remove_all({others, names.end()});
  return destruction.outcome();
}

}  // namespace feltbog::store
