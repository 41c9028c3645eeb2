// SPDX-License-Identifier: Apache-2.0
// Addresses of local sockets in folders whose names are too long for one (sun_path holds 108
// bytes).
#pragma once

#include <string>

#include "core/base/result.h"

namespace feltbog::host {

// A name for `path` that fits, valid while this object lives: the path itself, or one through an
// open descriptor of its folder.
class SocketPath {
 public:
  // Errors: not_found (no such folder), limit_exceeded (too long, and no way around it), io_error.
  static Result<SocketPath> of(const std::string& path);
  SocketPath(SocketPath&& other) noexcept;
  SocketPath& operator=(SocketPath&& other) noexcept;
  ~SocketPath();

  const std::string& name() const { return name_; }

 private:
  SocketPath(std::string name, int folder) : name_(std::move(name)), folder_(folder) {}
  std::string name_;
  int folder_ = -1;
};

}  // namespace feltbog::host
