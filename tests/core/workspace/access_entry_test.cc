// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/access_entry.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/seeded_random.h"

using namespace feltbog;
using namespace feltbog::testing;
using namespace feltbog::workspace;

namespace {

// Two auditors, and a device whose log it is.
struct Sealed {
  SeededRandom random{2026};
  ledger::DeviceIdentity first = ledger::DeviceIdentity::make(random);
  ledger::DeviceIdentity second = ledger::DeviceIdentity::make(random);
  ledger::DeviceIdentity worker = ledger::DeviceIdentity::make(random);
  AccessWriter writer{random.make<OrganisationId>(), worker.id};
  crypto::Key key = crypto::Key::random(random);
  AccessEntry entry{{1'793'613'600'000}, AccessClass::search,          "search", "Tilsyn",
                    "KANARIEFUGL",       {{random.make<SpaceId>(), 3}}};
  Bytes wraps = wrap({{first.id, first.publics.agreement}, {second.id, second.publics.agreement}});
  Bytes sealed = seal_access_entry(entry, key, writer, 7, random);
  Bytes run = AccessRun{7, {{wraps, {sealed, sealed}}}}.encode();

  Bytes wrap(const std::vector<ledger::Recipient>& recipients) {
    auto made = wrap_access_key(key, writer, recipients, random);
    REQUIRE(made.has_value());
    return std::move(made).value();
  }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

}  // namespace

TEST_CASE("each auditor opens the key and the entry, and nobody else does, not even its writer") {
  Sealed test;
  for (const auto* auditor : {&test.first, &test.second}) {
    const auto key = unwrap_access_key(test.wraps, test.writer, *auditor);
    REQUIRE(key.has_value());
    const auto opened = open_access_entry(test.sealed, *key, test.writer, 7);
    REQUIRE(opened.has_value());
    CHECK(*opened == test.entry);
  }
  CHECK(code_of(unwrap_access_key(test.wraps, test.writer, test.worker)) == ErrorCode::missing_key);
}

TEST_CASE("an entry is bound to its place and its device") {
  Sealed test;
  const auto opens = [&](const AccessWriter& writer, std::uint64_t number) {
    return code_of(open_access_entry(test.sealed, test.key, writer, number));
  };
  CHECK(opens(test.writer, 8) == ErrorCode::decryption_failed);
  CHECK(opens({test.writer.organisation, test.first.id}, 7) == ErrorCode::decryption_failed);
  const AccessWriter elsewhere{test.random.make<OrganisationId>(), test.worker.id};
  CHECK(opens(elsewhere, 7) == ErrorCode::decryption_failed);
  CHECK(code_of(unwrap_access_key(test.wraps, elsewhere, test.first)) ==
        ErrorCode::decryption_failed);
  CHECK(code_of(open_access_entry({}, test.key, test.writer, 7)) == ErrorCode::truncated);
}

TEST_CASE("entries and runs of the access log are read as they were written, and only so") {
  Sealed test;
  const Bytes entry = test.entry.encode();
  CHECK(AccessEntry::decode(entry)->encode() == entry);
  CHECK(AccessRun::decode(test.run)->encode() == test.run);
  for (std::size_t size = 0; size < entry.size(); ++size) {
    CHECK_FALSE(AccessEntry::decode(BytesView(entry).first(size)).has_value());
  }
  for (std::size_t size = 0; size < test.run.size(); ++size) {
    CHECK_FALSE(AccessRun::decode(BytesView(test.run).first(size)).has_value());
  }
  Bytes longer = entry;
  longer.push_back(0);
  CHECK_FALSE(AccessEntry::decode(longer).has_value());
  Bytes newer = entry;
  newer[1] = 2;  // the version
  CHECK(code_of(AccessEntry::decode(newer)) == ErrorCode::unsupported_version);
}

TEST_CASE("the format of the access log is the one that is documented") {
  Sealed test;
  const std::string text =
      "# SPDX-License-Identifier: Apache-2.0\n\nentry: " + to_hex(test.entry.encode()) +
      "\nsealed: " + to_hex(test.sealed) + "\nrun: " + to_hex(test.run) + "\n";
  const std::string path =
      std::string(FELTBOG_SOURCE_DIR) + "/tests/vectors/workspace/access-log.txt";
  if (std::getenv("FELTBOG_WRITE_VECTORS") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream in(path, std::ios::binary);
  CHECK(std::string{std::istreambuf_iterator<char>(in), {}} == text);
}
