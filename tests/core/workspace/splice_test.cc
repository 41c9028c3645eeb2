// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/splice.h"

#include <doctest/doctest.h>

#include <random>

#include "core/base/utf8.h"

using namespace feltbog;
using namespace feltbog::workspace;

namespace {

std::string apply(const std::string& before, const Splice& splice) {
  const std::size_t begin = byte_offset_of(before, static_cast<std::size_t>(splice.position));
  const std::size_t end =
      byte_offset_of(before, static_cast<std::size_t>(splice.position + splice.erased));
  return before.substr(0, begin) + splice.inserted + before.substr(end);
}

}  // namespace

TEST_CASE("the splice of two texts is the stretch in which they differ") {
  const Splice splice = find_splice("Aftalt tirsdag kl. 10", "Aftalt onsdag kl. 10");
  CHECK(splice.position == 7);
  CHECK(splice.erased == 3);
  CHECK(splice.inserted == "on");
}

TEST_CASE("equal texts need no splice") {
  const Splice splice = find_splice("Åse 🙂", "Åse 🙂");
  CHECK(splice.erased == 0);
  CHECK(splice.inserted.empty());
}

TEST_CASE("letters that share bytes are exchanged whole") {
  // å and æ begin with the same byte, é and ø end in bytes of the same kind.
  const Splice splice = find_splice("på", "pæ");
  CHECK(splice.position == 1);
  CHECK(splice.erased == 1);
  CHECK(splice.inserted == "æ");
}

TEST_CASE("a new line that begins like the next one is put in whole") {
  const Splice above = find_splice("Besøg mandag", "Besøg søndag\nBesøg mandag");
  CHECK(above.position == 0);
  CHECK(above.inserted == "Besøg søndag\n");
  const Splice word = find_splice("en to to tre", "en to to to tre");
  CHECK(word.inserted == "to ");
  const Splice gone = find_splice("Besøg søndag\nBesøg mandag", "Besøg mandag");
  CHECK(gone.position == 0);
  CHECK(gone.erased == 13);
}

TEST_CASE("the splice of any two texts turns the one into the other") {
  const std::string letters[] = {"a", "b", "å", "æ", "ø", "é", "🙂", "🫐", "\n"};
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto text = [&] {
      std::string out;
      for (std::uint64_t n = random() % 9; n > 0; --n) out += letters[random() % 9];
      return out;
    };
    const std::string before = text();
    const std::string after = text();
    const Splice splice = find_splice(before, after);
    CHECK(is_utf8(splice.inserted));
    CHECK(apply(before, splice) == after);
  }
}

TEST_CASE("a letter of several code points is exchanged whole") {
  const Splice ring = find_splice("pa vej", "pa\u030A vej");
  CHECK(ring.position == 1);
  CHECK(ring.erased == 1);
  CHECK(ring.inserted == "a\u030A");
  const Splice bare = find_splice("pa\u030A vej", "pa vej");
  CHECK(bare.erased == 2);
  CHECK(bare.inserted == "a");
  const Splice child = find_splice("Se 👩!", "Se 👩‍👧!");
  CHECK(child.erased == 1);
  CHECK(child.inserted == "👩‍👧");
}

TEST_CASE("a flag before another that begins alike is put in whole") {
  const Splice flag = find_splice("🇩🇪", "🇩🇰🇩🇪");
  CHECK(flag.position == 0);
  CHECK(flag.erased == 0);
  CHECK(flag.inserted == "🇩🇰");
}
