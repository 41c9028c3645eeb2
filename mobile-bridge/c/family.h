// SPDX-License-Identifier: Apache-2.0
// A workspace and everything opened from it. All of it is used by one thread at a time, and that is
// checked: in_family() is the only way in.
#pragma once

#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/platform/posix_disk.h"
#include "core/base/platform/system_clock.h"
#include "core/crypto/system_random.h"
#include "core/workspace/attachment.h"
#include "core/workspace/editor.h"
#include "core/workspace/watch.h"
#include "mobile-bridge/c/guard.h"
#include "mobile-bridge/c/handles.h"
#include "mobile-bridge/c/host.h"
#include "mobile-bridge/c/sync_session.h"
#include "mobile-bridge/c/vault.h"

namespace feltbog::bridge {

inline constexpr std::size_t kWatchesMax = 64;

// One direction is set.
struct AttachmentStream {
  std::unique_ptr<workspace::AttachmentWriter> writer;
  std::unique_ptr<workspace::AttachmentReader> reader;
};

class Family : public std::enable_shared_from_this<Family> {
 public:
  Family(std::string directory, std::unique_ptr<Host> host);
  ~Family();
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  Vault& vault() { return vault_; }
  Random& random() { return random_; }
  // Error: locked.
  Result<workspace::Workspace*> workspace();
  bool is_unlocked() const { return workspace_ != nullptr; }
  void unlocked(std::unique_ptr<workspace::Workspace> workspace);
  // Closes everything; keys are wiped.
  void lock() noexcept;

  // Gives a child a handle. Error: limit_exceeded.
  template <class Owned>
  Result<HandleName> adopt(HandleKind kind, std::map<HandleName, Owned>& owned, Owned child) {
    FELTBOG_TRY(name, handles().add(kind, shared_from_this()));
    owned.emplace(name, std::move(child));
    return name;
  }
  template <class Owned>
  void close(std::map<HandleName, Owned>& owned, HandleName name) {
    owned.erase(name);
    handles().remove(name);
  }

  // Owned here, named by their handles. `sync` has at most one.
  std::map<HandleName, std::unique_ptr<workspace::Editor>> editors;
  std::map<HandleName, AttachmentStream> attachments;
  std::map<HandleName, std::unique_ptr<SyncSession>> syncs;
  std::map<std::uint64_t, workspace::Watch> watches;
  std::uint64_t last_watch = 0;

  // A thread's turn on the family. When an exception ends it, memory may no longer agree with the
  // database, and the database is right: the family is locked.
  class Turn {
   public:
    explicit Turn(Family& family) : family_(family), taken_(!family.taken_.exchange(true)) {}
    ~Turn() {
      if (!taken_) return;
      if (std::uncaught_exceptions() > exceptions_) family_.lock();
      family_.taken_.store(false);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool taken() const { return taken_; }

   private:
    Family& family_;
    bool taken_;
    int exceptions_ = std::uncaught_exceptions();
  };

  // The revision, when it is another than at the last look; 0 otherwise.
  std::uint64_t moved_revision();
  void tell(std::uint64_t revision) const noexcept { host_->changed(revision); }

 private:
  std::atomic<bool> taken_ = false;
  // The host goes last: everything may call it.
  std::unique_ptr<Host> host_;
  PosixDisk disk_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  Vault vault_;
  std::unique_ptr<workspace::Workspace> workspace_;
  std::uint64_t revision_seen_ = 0;
};

// Error: closed_handle.
Result<void> still_open(HandleKind kind, HandleName name);

// Runs body(Family&), a Result<void>, in this thread's turn on the handle's family, and tells the
// host when the revision moved. Errors: closed_handle, busy, and those of the body.
template <class Body>
feltbog_error* in_family(HandleKind kind, const void* handle, const Body& body) noexcept {
  return guard([&]() -> Result<void> {
    const auto name = reinterpret_cast<HandleName>(handle);
    FELTBOG_TRY(family, handles().find(kind, name));
    std::uint64_t revision = 0;
    Result<void> done;
    {
      const Family::Turn turn(*family);
      if (!turn.taken()) return Error{ErrorCode::busy, "another call is in progress"};
      // It may have been closed between finding it and getting the turn.
      FELTBOG_CHECK(still_open(kind, name));
      done = body(*family);
      revision = family->moved_revision();
    }
    if (revision != 0) family->tell(revision);
    return done;
  });
}

// The same with the workspace, which has to be unlocked. Error: locked.
template <class Body>
feltbog_error* in_workspace(const void* handle, const Body& body) noexcept {
  return in_family(HandleKind::workspace, handle, [&](Family& family) -> Result<void> {
    FELTBOG_TRY(workspace, family.workspace());
    return body(family, *workspace);
  });
}

// The handle as the C type: dressed up, never followed.
template <class Handle>
Handle* as_handle(HandleName name) {
  return reinterpret_cast<Handle*>(name);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace feltbog::bridge
