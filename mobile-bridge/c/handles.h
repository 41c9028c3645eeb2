// SPDX-License-Identifier: Apache-2.0
// Which handles are open. A handle is a name, a slot and how often that slot was used, dressed as a
// pointer to an incomplete type so that a wrong one does not compile. It is never followed, so a
// closed or invented one is found out instead of crashing. The process's one table: its functions
// may be called from any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/result.h"

namespace feltbog::bridge {

class Family;

enum class HandleKind : std::uint8_t { workspace, editor, attachment, sync };

// The number behind a handle; 0 is NULL.
using HandleName = std::uintptr_t;

class HandleTable {
 public:
  static constexpr std::size_t kHandlesMax = 32'768;
  // A closed slot rests until so many others were closed after it.
  static constexpr std::size_t kRestingMax = 1'024;

  // Error: limit_exceeded.
  Result<HandleName> add(HandleKind kind, std::shared_ptr<Family> family);
  // Error: closed_handle.
  Result<std::shared_ptr<Family>> find(HandleKind kind, HandleName name) const;
  // Nothing when it is closed already.
  void remove(HandleName name) noexcept;

 private:
  struct Slot {
    HandleName uses = 0;
    HandleKind kind = HandleKind::workspace;
    std::shared_ptr<Family> family;  // shared with calls in progress; null when closed
  };
  const Slot* open_slot(HandleName name) const;

  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  std::deque<std::size_t> resting_;
};

HandleTable& handles();

}  // namespace feltbog::bridge
