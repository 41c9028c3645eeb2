// SPDX-License-Identifier: Apache-2.0
// Invites of any text, as somebody types or a camera reads them: refused, or the invite that reads
// the same again. The checksum is put right, so that what is behind it is reached.
#include <string>

#include "core/ledger/domains.h"
#include "core/ledger/invite.h"
#include "tests/fuzz/input.h"

using namespace feltbog;
using namespace feltbog::ledger;

namespace {

using Sum = FixedBytes<16, struct SumTag>;
constexpr std::size_t kSumBytes = 5;

template <class Kind>
void check(std::string_view text) {
  const auto invite = Kind::parse(text);
  if (!invite) return;
  FELTBOG_ASSERT(check_server_address(invite->server_address).has_value());
  const std::string canonical = invite->to_text();
  const auto again = Kind::parse(canonical);
  FELTBOG_ASSERT(again.has_value() && again->to_text() == canonical);
}

std::string summed(std::string_view prefix, crypto::Domain domain, BytesView content) {
  Bytes all = to_bytes(content);
  const Sum sum = crypto::hash<Sum>(domain, content);
  append(all, sum.view().first(kSumBytes));
  return std::string(prefix) + to_base32(all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t how = input.below(3);
  if (how == 0) {
    check<Invite>(as_text(input.rest()));
    check<FoundingInvite>(as_text(input.rest()));
    static_cast<void>(check_server_address(as_text(input.rest())).has_value());
  } else if (how == 1) {
    check<Invite>(summed("feltbog-invite:", domains::kInviteChecksum, input.rest()));
  } else {
    check<FoundingInvite>(summed("feltbog-office:", domains::kFoundingChecksum, input.rest()));
  }
  return 0;
}
