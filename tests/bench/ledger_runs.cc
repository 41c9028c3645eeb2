// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/ledger_runs.h"

#include "core/document/change_codec.h"
#include "tests/bench/measure.h"
#include "tests/support/editing_session.h"

namespace feltbog::bench {

TypedRuns::TypedRuns(std::size_t changes, std::size_t each) {
  const std::vector<document::Change> typed =
      testing::to_changes(testing::generate_sequential(7, changes));
  if (typed.size() != changes) give_up("a keystroke is not one change");
  writer = typed.front().id.writer;
  const auto server = office.random.make<ServerIncarnation>();
  ledger::test::Chain chain{room, author, 1, {}};
  for (std::size_t at = 0; at < changes; at += each) {
    // A new one in each run: as when others write in between.
    if (at > 0) {
      chain.witness = {server, at, office.random.make<ledger::PositionHash>()};
    }
    const auto part = std::span(typed).subspan(at, std::min(each, changes - at));
    payloads.push_back(document::encode_changes(writer, part).value());
    auto run = chain.seal(static_cast<std::uint32_t>(part.size()), payloads.back());
    if (!run) give_up("a run cannot be sealed");
    chain.tip = ledger::WriterTip::after(run->header);
    runs.push_back(std::move(run).value());
  }
}

}  // namespace feltbog::bench
