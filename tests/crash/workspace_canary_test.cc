// SPDX-License-Identifier: Apache-2.0
// After a workspace is locked, neither the database key nor a note that was written, read and
// searched is left in the memory of the process: that of SQLite, and that which
// operator delete gives back, which the program of the owner replaces as this one does.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>

#include "core/store/wiping_memory.h"
#include "tests/crash/child_scan.h"
#include "tests/support/test_device.h"

using namespace feltbog;
using feltbog::crash::findings_of;
using feltbog::crash::MemoryScan;
using testing::parameters;

namespace {

using Canary = std::array<std::uint8_t, 24>;

// Letters nobody else uses, made when they are needed so that the program does not contain them.
Canary make_canary() {
  testing::SeededRandom random(78);
  Canary out{};
  random.fill(out);
  for (auto& byte : out) byte = static_cast<std::uint8_t>('a' + byte % 26);
  return out;
}

void write_and_read(testing::TestDevice& device, const Canary& canary) {
  ledger::FoundingInvite invite;
  invite.server_address = "office.example:8443";
  invite.server_key = crypto::signing_public(crypto::SigningSecret::random(device.random));
  invite.secret = crypto::SigningSecret::random(device.random);
  static_cast<void>(device.workspace().found_organisation(invite, "Karen").has_value());
  const std::string file =
      device.call("case.new", parameters("citizen", "Åse"))["case"].text_or("");
  const std::string words(as_text(canary));
  device.call("note.write", parameters("case", file, "title", "Besøg", "text", words));
  device.call("note.show", parameters("case", file, "note", "Besøg"));
  device.call("search", parameters("words", words));
  device.reopen();
  device.call("note.show", parameters("case", file, "note", "Besøg"));
}

}  // namespace

TEST_CASE("after locking, neither the key nor a note is left in memory") {
  const std::string found = findings_of([](MemoryScan& scan) {
    if (!store::wipe_freed_sqlite_memory()) ::_exit(3);
    Canary canary = make_canary();
    {
      testing::TestDevice device(5);
      write_and_read(device, canary);
      crypto::Key key = device.key().copy();
      scan.look_for("database key", key.bytes());
    }
    scan.look_for("note", canary);
  });
  CHECK(found == "looked\n");
}
