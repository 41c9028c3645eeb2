// SPDX-License-Identifier: Apache-2.0
// Devices that stay connected while people write on them.
#include "tests/e2e/site.h"

namespace feltbog::e2e {
namespace {

TEST_CASE("while two phones stay in sync, a note written on either appears on the other") {
  const Site site;
  const auto ane = site.worker("Ane Prøve");
  const auto bo = site.worker("Bo Prøve");
  const std::string file = site.referred_case({ane->name(), bo->name()});
  Site::sync({ane.get(), bo.get()});
  demo::Process ane_stays = ane->start({"sync", "--watch"});
  demo::Process bo_stays = bo->start({"sync", "--watch"});
  bo->must({"note", "write", file, "Skrevet hos Bo", "--title", "Bos note"});
  CHECK(until([&] { return lists_note(*ane, file, "Bos note"); }));
  CHECK(note_text(*ane, file, "Bos note") == "Skrevet hos Bo");
  ane->must({"note", "write", file, "Skrevet hos Ane", "--title", "Anes note"});
  CHECK(until([&] { return lists_note(*bo, file, "Anes note"); }));
  // A single sync beside the one that stays.
  ane->must({"sync"});
  CHECK(ane->must({"status"})["all_sent"] == Value(true));
  CHECK(ane_stays.running());
  bo->must({"note", "append", file, "Anes note", "Bo har læst det"});
  CHECK(until(
      [&] { return note_text(*ane, file, "Anes note") == "Skrevet hos Ane\nBo har læst det"; }));
  CHECK(state_hash(*ane, file) == state_hash(*bo, file));
  ane_stays.stop();
  bo_stays.stop();
}

TEST_CASE("a phone that stays in sync finds back to a server that was killed") {
  Site site;
  const auto ane = site.worker("Ane Prøve");
  const std::string file = site.referred_case({ane->name()});
  ane->must({"sync"});
  demo::Process stays = ane->start({"sync", "--watch"});
  ane->must({"sync"});
  site.server.kill();
  ane->must({"note", "write", file, "Skrevet imens", "--title", "Imens"});
  site.server.start();
  CHECK(until([&] { return ane->must({"status"})["all_sent"] == Value(true); }));
  site.desk.must({"sync"});
  CHECK(note_text(site.desk, file, "Imens") == "Skrevet imens");
  stays.stop();
}

TEST_CASE("a list that is watched shows what another phone wrote") {
  const Site site;
  const auto ane = site.worker("Ane Prøve");
  const std::string file = site.referred_case({ane->name()});
  ane->must({"sync"});
  demo::Process stays = ane->start({"sync", "--watch"});
  demo::Process watch = ane->start({"note", "list", file, "--watch"});
  site.desk.must({"note", "write", file, "Ord", "--title", "Fra skrivebordet"});
  site.desk.must({"sync"});
  CHECK(until([&] { return lists_note(*ane, file, "Fra skrivebordet"); }));
  // The lock ends what watches; all that it printed can then be read.
  ane->must({"lock", "--stop"});
  CHECK(watch.finish().out.find("Fra skrivebordet") != std::string::npos);
  CHECK(stays.finish().status == error_exit_status(ErrorCode::locked));
}

}  // namespace
}  // namespace feltbog::e2e
