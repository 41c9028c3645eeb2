// SPDX-License-Identifier: Apache-2.0
// What the app provides, behind the core's interfaces: its hardware key, and whom to tell of
// changes.
#pragma once

#include <memory>
#include <optional>

#include "core/store/hardware_key.h"
#include "mobile-bridge/c/feltbog_workspace.h"

namespace feltbog::bridge {

class Host {
 public:
  Host() = default;
  // Takes a copy, and the duty to release. Error: invalid_argument (size, or no function), and then
  // nothing is released.
  static Result<std::unique_ptr<Host>> take(const feltbog_host* host);
  // Releases.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // The hardware key, if the app has one. The host must outlive it.
  std::unique_ptr<store::HardwareKey> hardware() const;
  // What an app's function throws goes no further.
  void changed(std::uint64_t revision) const noexcept;

 private:
  feltbog_host host_{};
  std::optional<feltbog_hardware_key> hardware_;
};

}  // namespace feltbog::bridge
