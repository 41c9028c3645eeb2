// SPDX-License-Identifier: Apache-2.0
// Databases of every suite this build can compute, and the refusal of the others.
#include <doctest/doctest.h>

#include <cstring>

#include "core/crypto/aegis.h"
#include "core/crypto/hash.h"
#include "core/store/header_block.h"
#include "core/store/page_cipher.h"
#include "tests/core/store/support.h"

using namespace feltbog;
using namespace feltbog::store;
using namespace feltbog::testing;

namespace {

std::vector<Suite> suites_here() {
  std::vector<Suite> out{Suite::xchacha20_poly1305};
  if (crypto::aegis256_is_built_in()) out.push_back(Suite::aegis256);
  return out;
}

DatabaseOptions with(Suite suite) {
  DatabaseOptions options;
  options.new_database_suite = suite;
  return options;
}

using Page = std::array<std::uint8_t, kPageSize>;
using Frame = std::array<std::uint8_t, kFrameSize>;

Page page_for(Suite suite) {
  Page page;
  page.fill(5);
  std::fill(page.end() - static_cast<std::ptrdiff_t>(reserve_size_of(suite)), page.end(),
            std::uint8_t{0});
  return page;
}

// A header block of another suite whose checksums hold.
Bytes header_of(std::uint8_t suite, std::uint8_t reserve) {
  Bytes block = encode_header_block({}, test_key());
  for (const std::size_t start : {std::size_t{0}, kHeaderBlockSize / 2}) {
    block[start + 10] = suite;
    block[start + 12] = reserve;
    const auto sum = crypto::hash<FixedBytes<32, struct HeaderSumTag>>(
        "store.header.v1", BytesView(block).subspan(start, 2016));
    std::memcpy(block.data() + start + 2016, sum.bytes.data(), 32);
  }
  return block;
}

}  // namespace

TEST_CASE("a database keeps the suite it was made with, whatever is asked for later") {
  for (const Suite suite : suites_here()) {
    MemoryDisk disk;
    SeededRandom random(91);
    {
      auto database = open_store(disk, random, with(suite)).value();
      REQUIRE(database->exec("CREATE TABLE t(a INTEGER PRIMARY KEY, body TEXT)"));
      for (int i = 0; i < 200; ++i) {
        REQUIRE(database->run("INSERT INTO t VALUES (?, ?)", i, std::string(700, 'x')));
      }
      REQUIRE(database->checkpoint());
      REQUIRE(database->run("DELETE FROM t WHERE a % 3 = 0"));
      REQUIRE(database->exec("VACUUM"));
    }
    CHECK(disk.content(kPath)[10] == static_cast<std::uint8_t>(suite));
    auto again = open_store(disk, random).value();
    CHECK(integer_of(*again, "SELECT count(*) FROM t") == 133);
    CHECK(again->check_integrity());
    REQUIRE(again->run("INSERT INTO t VALUES (1000, 'z')"));
  }
}

TEST_CASE("a log of either suite is recovered after the power went") {
  for (const Suite suite : suites_here()) {
    MemoryDisk disk;
    SeededRandom random(92);
    auto database = open_store(disk, random, with(suite)).value();
    REQUIRE(database->exec("CREATE TABLE t(a)"));
    for (int i = 0; i < 20; ++i) REQUIRE(database->run("INSERT INTO t VALUES (?)", i));
    disk.crash(CrashPolicy::lose_unsynced, 1);
    CHECK(integer_of(*open_store(disk, random).value(), "SELECT count(*) FROM t") == 20);
  }
}

TEST_CASE("every changed bit of a sealed page or frame is noticed, in either suite") {
  for (const Suite suite : suites_here()) {
    SeededRandom random(93);
    PageCipher cipher(DatabaseId{}, test_key(), suite, 1, random);
    const Page page = page_for(suite);
    Page sealed;
    cipher.seal_page(7, page, sealed);
    Page opened;
    REQUIRE(cipher.open_page(7, sealed, opened));
    CHECK(opened == page);
    CHECK_FALSE(cipher.open_page(8, sealed, opened));
    CHECK(opened == Page{});
    Frame frame{};
    std::copy(page.begin(), page.end(), frame.begin() + kFrameHeaderSize);
    const Frame plain = frame;
    cipher.seal_frame(3, frame);
    const Frame sealed_frame = frame;
    REQUIRE(cipher.open_frame(3, frame));
    CHECK(frame == plain);
    for (std::size_t bit = 0; bit < kPageSize * 8; bit += 5) {
      Page changed = sealed;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
      CHECK_FALSE(cipher.open_page(7, changed, opened));
      frame = sealed_frame;
      frame[bit / 8] = static_cast<std::uint8_t>(frame[bit / 8] ^ (1U << (bit % 8)));
      CHECK_FALSE(cipher.open_frame(3, frame));
    }
  }
}

TEST_CASE("a suite this build cannot compute is refused by its number") {
  MemoryDisk disk;
  SeededRandom random(94);
  REQUIRE(open_store(disk, random));
  Bytes content = disk.content(kPath);
  const auto open_with = [&](std::uint8_t suite, std::uint8_t reserve) {
    const Bytes header = header_of(suite, reserve);
    std::copy(header.begin(), header.end(), content.begin());
    disk.set_content(kPath, content);
    return open_store(disk, random).error();
  };
  CHECK(open_with(3, 48) == Error{ErrorCode::unsupported_version, "suite 3"});
  if (crypto::aegis256_is_built_in()) {
    // The geometry belongs to the suite; and the key check covers both.
    CHECK(open_with(2, 48) == Error{ErrorCode::unsupported_version, "page geometry"});
    CHECK(open_with(2, 64).code == ErrorCode::decryption_failed);
  } else {
    CHECK(open_with(2, 64) == Error{ErrorCode::unsupported_version, "suite 2"});
    MemoryDisk fresh;
    CHECK(open_store(fresh, random, with(Suite::aegis256)).error() ==
          Error{ErrorCode::unsupported_version, "suite 2"});
    CHECK_FALSE(fresh.has(kPath));
  }
}
