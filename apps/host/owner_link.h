// SPDX-License-Identifier: Apache-2.0
// The other side of an owner's socket, for programs that wait for their answers: finds the owner of
// a data directory, starts one when there is none, and carries requests.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "apps/host/data_directory.h"
#include "apps/host/frame.h"
#include "apps/host/idle.h"
#include "apps/host/messages.h"
#include "core/crypto/passphrase_cost.h"

namespace feltbog::host {

// How to start an owner: the program that has an `owner` command, and what it is told.
struct OwnerStart {
  std::string program = "/proc/self/exe";
  IdlePolicy idle;
  std::int64_t unlock_milliseconds = crypto::PassphraseTarget().milliseconds;
};

// Blocking; one request at a time; one thread.
class OwnerLink {
 public:
  // Connects, starting an owner if none answers. Two starters at once end up with the same owner.
  // Errors: busy (somebody holds the lock and does not answer), unsupported_version (an owner of
  // another version, which did not stop), not_permitted, timed_out, and those of run_owner.
  static Result<OwnerLink> connect(const DataDirectory& directory, const OwnerStart& start);
  // Nothing when no owner answers.
  static Result<std::optional<OwnerLink>> connect_if_running(const DataDirectory& directory);

  // Called with progress and updates; returns false to cancel the request.
  using OnReply = std::function<bool(const Reply&)>;
  // Sends and waits for the answer. Errors: the owner's; cancelled, when it went without
  // answering: whether a command was done is unknown then.
  Result<Value> request(std::string_view verb, Value body, const OnReply& on_reply = nullptr);
  std::int64_t owner_process() const { return process_; }
  // Whether the owner went away; another link is needed then.
  bool is_lost() const { return lost_; }

  OwnerLink(OwnerLink&& other) noexcept;
  OwnerLink& operator=(OwnerLink&& other) noexcept;
  ~OwnerLink();

 private:
  explicit OwnerLink(int descriptor) : descriptor_(descriptor) {}
  static Result<OwnerLink> open_socket(const DataDirectory& directory);
  Result<void> greet(const OwnerToken& token);
  Result<Value> exchange(std::string_view verb, Value body, const OnReply& on_reply);
  // Passes a result on, and remembers that the owner is gone when it is an error.
  template <class Outcome>
  Outcome noting_loss(Outcome outcome) {
    lost_ = lost_ || !outcome.has_value();
    return outcome;
  }
  Result<void> send(Request request);
  Result<Reply> receive(int timeout_milliseconds);
  int descriptor_ = -1;
  std::uint64_t next_id_ = 0;
  std::int64_t process_ = 0;
  std::int64_t protocol_ = 0;
  bool lost_ = false;
  FrameReader reader_;
};

}  // namespace feltbog::host
