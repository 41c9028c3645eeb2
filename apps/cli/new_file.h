// SPDX-License-Identifier: Apache-2.0
// A file that did not exist before, for its user alone: what is written to it is secret.
#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace feltbog::cli {

class NewFile {
 public:
  // Errors: already_exists (nothing is overwritten), io_error.
  static Result<NewFile> create(std::string path);
  // A file that was never written to is removed.
  ~NewFile();
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&& other) noexcept;

  // Once. Durable when it returns. Errors: disk_full, io_error.
  Result<void> write(BytesView content);

 private:
  NewFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  void drop();
  std::string path_;
  int descriptor_ = -1;  // -1: written, or moved from
};

}  // namespace feltbog::cli
