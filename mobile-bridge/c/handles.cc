// SPDX-License-Identifier: Apache-2.0
#include "mobile-bridge/c/handles.h"

#include <limits>
#include <new>

namespace feltbog::bridge {
namespace {

// Low bits: the slot and one. High bits: its uses.
constexpr unsigned kSlotBits = 16;
constexpr HandleName kSlotMask = (HandleName{1} << kSlotBits) - 1;
constexpr HandleName kUsesMax = std::numeric_limits<HandleName>::max() >> kSlotBits;
static_assert(HandleTable::kHandlesMax < kSlotMask);

HandleName name_of(std::size_t slot, HandleName uses) { return (uses << kSlotBits) | (slot + 1); }

}  // namespace

Result<HandleName> HandleTable::add(HandleKind kind, std::shared_ptr<Family> family) {
  const std::lock_guard<std::mutex> held(mutex_);
  std::size_t index = slots_.size();
  if (resting_.size() > kRestingMax || index >= kHandlesMax) {
    if (resting_.empty()) return Error{ErrorCode::limit_exceeded, "open handles"};
    index = resting_.front();
    resting_.pop_front();
  } else {
    slots_.emplace_back();
  }
  Slot& slot = slots_[index];
  slot.uses = slot.uses >= kUsesMax ? 1 : slot.uses + 1;
  slot.kind = kind;
  slot.family = std::move(family);
  return name_of(index, slot.uses);
}

const HandleTable::Slot* HandleTable::open_slot(HandleName name) const {
  const HandleName place = name & kSlotMask;
  if (place == 0 || place > slots_.size()) return nullptr;
  const Slot& slot = slots_[place - 1];
  return slot.family != nullptr && slot.uses == (name >> kSlotBits) ? &slot : nullptr;
}

Result<std::shared_ptr<Family>> HandleTable::find(HandleKind kind, HandleName name) const {
  const std::lock_guard<std::mutex> held(mutex_);
  const Slot* slot = open_slot(name);
  if (slot == nullptr || slot->kind != kind) return Error{ErrorCode::closed_handle, {}};
  return slot->family;
}

void HandleTable::remove(HandleName name) noexcept {
  std::shared_ptr<Family> last;  // goes after the table is unlocked: it may call the host
  const std::lock_guard<std::mutex> held(mutex_);
  if (open_slot(name) == nullptr) return;
  const std::size_t index = (name & kSlotMask) - 1;
  last = std::move(slots_[index].family);
  slots_[index].family = nullptr;
  try {
    resting_.push_back(index);
  } catch (const std::bad_alloc&) {
    // The slot is not used again, which is all that is lost.
  }
}

HandleTable& handles() {
  // Never destroyed: workspaces that a process leaves open on its way out must not call into a host
  // that is half gone.
  static HandleTable* const kTable = std::make_unique<HandleTable>().release();
  return *kTable;
}

}  // namespace feltbog::bridge
