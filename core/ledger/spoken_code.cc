// SPDX-License-Identifier: Apache-2.0
#include "core/ledger/spoken_code.h"

#include "core/ledger/domains.h"

namespace feltbog::ledger {
namespace {

constexpr std::size_t kGroup = 4;
constexpr std::size_t kDeviceSymbols = 12;
// With room for hyphens or spaces between all symbols.
constexpr std::size_t kTextMax = 64;

}  // namespace

std::string in_fours(std::string_view symbols) {
  std::string out;
  for (std::size_t place = 0; place < symbols.size(); ++place) {
    if (place > 0 && place % kGroup == 0) out += '-';
    out += symbols[place];
  }
  return out;
}

Result<std::string> read_spoken(std::string_view text, std::size_t symbols) {
  const Error mistyped{ErrorCode::invalid_argument, "code"};
  if (text.size() > kTextMax) return mistyped;
  std::string found;
  for (const char symbol : text) {
    if (std::string_view(" -\n\r\t").find(symbol) == std::string_view::npos) found += symbol;
  }
  if (found.size() != symbols) return mistyped;
  // Whole bytes' worth of symbols, so that any symbol will do in the last place.
  while (found.size() % 8 != 0) found += '0';
  const auto content = from_base32(found);
  if (!content) return mistyped;
  return to_base32(*content).substr(0, symbols);
}

std::string spoken_device_code(const DeviceId& device) {
  using SpokenHash = FixedBytes<16, struct SpokenHashTag>;
  const auto hash = crypto::hash<SpokenHash>(domains::kSpokenDevice, device.view());
  return in_fours(to_base32(hash.view()).substr(0, kDeviceSymbols));
}

}  // namespace feltbog::ledger
