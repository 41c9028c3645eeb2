// SPDX-License-Identifier: Apache-2.0
// The list of domains is complete, and nothing in the product hashes, signs or derives in a domain
// that is not listed here.
#include "core/ledger/domains.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/core/ledger/domain_list.h"
#include "tests/core/ledger/fixture.h"

using namespace feltbog;
using namespace feltbog::ledger;

namespace {

using ledger::test::listed_domains;

// Rooms other than the ledger: one file each.
const std::set<std::string> kElsewhere{
    "access-key.v1",     // core/workspace: key that an access log's entries are wrapped with
    "archive.v1",        // core/workspace: what an archive was given
    "conflict.v1",       // core/workspace: short names of conflicts
    "dropped-note.v1",   // core/workspace: a note that nobody may see yet
    "set-aside.v1",      // core/workspace: names of runs that could not be used
    "state.v1",          // core/workspace: the state two devices compare
    "store.check.v1",    // core/store: the database's key is the right one
    "store.header.v1",   // core/store: checksum of the header block
    "store.page.v1",     // core/store: key of the main file's pages
    "store.log.v1",      // core/store: key of the log's frames
    "store.slots.v1",    // core/store: checksum of a slot file
    "store.slot.v1",     // core/store: key of a slot
    "store.recover.v1",  // core/store: key of a recovery code's slot
    "store.master.v1",   // core/store: the slots open the right key
    "store.hwfile.v1",   // core/store: checksum of a hardware key in a file
    "store.hwid.v1",     // core/store: its id
    "store.hwmix.v1",    // core/store: what it computes
    "store.tries.v1",    // core/store: authenticates the count of tries
    "feltbog.slot.v1",   // core/store: asked of the hardware key for a slot
    "feltbog.tries.v1",  // core/store: asked of the hardware key for the count of tries
    "session.hello.v1",  // sync: what the client said
    "session.chall.v1",  // sync: what the server said
};

// Every literal of the form of a domain, and the files it stands in.
std::map<std::string, std::set<std::string>> literals_of_product() {
  namespace fs = std::filesystem;
  static const std::regex kLiteral("\"([a-z][a-z-]*(\\.[a-z-]+)*\\.v[0-9]+)\"");
  std::map<std::string, std::set<std::string>> out;
  for (const char* top : {"core", "sync", "server", "apps", "mobile-bridge"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(FELTBOG_SOURCE_DIR) / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        const std::string code = line.substr(0, line.find("//"));
        for (std::sregex_iterator at(code.begin(), code.end(), kLiteral), end; at != end; ++at) {
          out[(*at)[1]].insert(entry.path().string());
        }
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("every domain that is declared is in the list of all, once") {
  std::set<std::array<std::uint8_t, 16>> all;
  for (const crypto::Domain domain : domains::kAll) CHECK(all.insert(domain.bytes()).second);
  const auto listed = listed_domains();
  CHECK(listed.size() == std::size(domains::kAll));
  for (const auto& domain : listed) CHECK(all.contains(domain.bytes));
}

TEST_CASE("the product has no domain but those listed, and each stands in one file") {
  std::set<std::string> expected = kElsewhere;
  for (const auto& domain : listed_domains()) CHECK(expected.insert(domain.name).second);
  std::set<std::string> found;
  for (const auto& [name, files] : literals_of_product()) {
    found.insert(name);
    CHECK(files.size() == 1);
  }
  CHECK(found == expected);
}

TEST_CASE("hashes of different things differ even over the same bytes") {
  std::set<std::array<std::uint8_t, 32>> seen;
  using Hash = FixedBytes<32, struct HashTag>;
  for (const crypto::Domain domain : domains::kAll) {
    CHECK(seen.insert(crypto::hash<Hash>(domain, as_bytes("the same")).bytes).second);
  }
}

TEST_CASE("keys for different purposes differ even when derived from one key") {
  ledger::test::SeededRandom random(1);
  const auto key = crypto::Key::random(random);
  std::set<Bytes> seen;
  for (const crypto::Domain domain : domains::kAll) {
    CHECK(seen.insert(to_bytes(crypto::derive_key(domain, key).view())).second);
  }
}
