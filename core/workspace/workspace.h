// SPDX-License-Identifier: Apache-2.0
// A device's whole working place: its encrypted database, its files, the command table over them,
// and the replica that a sync session talks to. One process owns it; calls are made from one
// thread. Data path: a command enters here, a keystroke at editor.h; next: unit_of_work.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/disk.h"
#include "core/base/random.h"
#include "core/base/value.h"
#include "core/casework/text.h"
#include "core/casework/time_zone.h"
#include "core/crypto/secret.h"
#include "core/ledger/invite.h"
#include "core/ledger/replica.h"

namespace feltbog::workspace {

struct Core;  // the parts, for this room only: core.h

// What a workspace needs from outside. Borrowed: must outlive it.
struct Environment {
  Disk* disk = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
};

// How one call wants to be answered.
struct CallContext {
  casework::Language language = casework::Language::danish;
  // Overrides today's date and time for queries (to show and test deadlines); commands ignore it.
  std::optional<casework::LocalTime> now;
  // Names this request, so that a command whose answer got lost can be sent again: the second time
  // it does nothing and returns the first result. Empty: no name. At most kRequestBytesMax bytes;
  // kept for the newest kRequestsKept commands. Not for queries.
  std::string request = {};
  // Why a case is looked at that is not the user's own, for the access log; it must be told then.
  // Empty: it is the user's own.
  std::string purpose = {};
};

inline constexpr std::size_t kRequestBytesMax = 64;
inline constexpr std::int64_t kRequestsKept = 1000;

// How far the device has come.
enum class Stage : std::uint8_t {
  empty,      // nothing but a key pair
  founding,   // an organisation is made here and not yet accepted by the server
  enrolling,  // an invite is accepted here and not yet used at the server
  member,
  revoked,
};

// Where the office's server is, from the invite.
struct ServerAddress {
  std::string host_and_port;
  ledger::CertificatePin pin;
};

class Workspace {
 public:
  // Makes a new database with a new device identity at `path`. Cut off in the middle, it leaves
  // nothing, or what open() completes. Errors: already_exists, io_error, disk_full.
  static Result<std::unique_ptr<Workspace>> create(const Environment& environment,
                                                   std::string_view path, const crypto::Key& key);
  // Errors: not_found, decryption_failed (wrong key), corrupt, unsupported_version, io_error, busy.
  static Result<std::unique_ptr<Workspace>> open(const Environment& environment,
                                                 std::string_view path, const crypto::Key& key);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  Stage stage() const;
  std::optional<ServerAddress> server() const;

  // Makes an organisation whose first administrator is this device's user. It exists for others
  // once a sync session in founding mode has brought it to the server. Errors: wrong_state,
  // invalid_argument.
  Result<void> found_organisation(const ledger::FoundingInvite& invite, std::string_view user_name);
  // Remembers the invite; a sync session in enrolment mode uses it. An invite accepted before and
  // not used yet is replaced. Errors: wrong_state.
  Result<void> accept_invite(const ledger::Invite& invite);

  // Runs a row of the command table. `parameters` is a map (or null for none). A command is durable
  // when this returns, and has changed nothing when it returns an error.
  // What shows something of a citizen is in the access log before this returns, or is an error.
  // Errors: unknown_command, invalid_argument ("missing: purpose": see CallContext), not_permitted,
  // revoked (a barred device keeps its cases to itself), lease_lapsed, disk_full, and those the
  // row's documentation names.
  Result<Value> call(std::string_view command, const Value& parameters, const CallContext& context);

  // Grows by at least one with every durable change a reader can see, whoever made it. Starts from
  // the same number after reopening.
  std::uint64_t revision() const;
  // Whether something waits to be sent: changes, membership records, attachments. What the server
  // refused for good does not count; the query "status" tells of it.
  bool has_local_work() const;

  // Whether the organisation's log orders this device to destroy what it holds, and nothing here
  // could still be saved: all is sent, or was offered once since it was barred. Whoever opened the
  // database then closes it and destroys its folder (core/store/destroy.h).
  Result<bool> wipe_due();

  // For when nobody waits, and before it is closed: saves what makes the next opening quick, and
  // lets go of memory that only makes merging quicker. Costs some ten milliseconds for each file
  // with much that is new; nothing a reader could see changes. Errors: disk_full, io_error.
  Result<void> rest();

  // What a sync session drives. Owned by the workspace.
  ledger::Replica& replica();

  // For the handles of this room (editor.h, attachment.h, watch.h).
  Core& core() { return *core_; }

 private:
  explicit Workspace(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace feltbog::workspace
