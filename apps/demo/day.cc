// SPDX-License-Identifier: Apache-2.0
#include "apps/demo/day.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/base/json.h"

namespace feltbog::demo {
namespace {

constexpr int kKillDelayMillisecondsMax = 12;
constexpr std::size_t kPhotoBytes = 300'000;

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::not_found, path};
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.text_or({}));
  return out;
}

int count_lines(const Value& scenario, std::string_view from_phase) {
  int count = 0;
  bool counting = false;
  for (const Value& phase : scenario["phases"].items()) {
    counting = counting || phase["id"].text_or({}) == from_phase;
    if (counting) count += static_cast<int>(phase["lines"].items().size());
  }
  return count;
}

}  // namespace

Day::Day(DayOptions options, std::function<void(const std::string&)> say)
    : options_(std::move(options)),
      say_(std::move(say)),
      office_(options_.programs, options_.folder),
      chance_(options_.seed) {}

Device& Day::device(const Value& line) { return devices_.at(line["actor"].text_or({})); }

Result<void> Day::ensure_office() {
  if (office_.running()) return {};
  return office_.start();
}

// Called while a command runs: sometimes, something is killed under it.
void Day::maybe_kill() {
  if (!dangerous_ || kills_left_ == 0) return;
  const bool now = chance_() % static_cast<std::uint64_t>(std::max(1, commands_left_)) <
                   static_cast<std::uint64_t>(kills_left_);
  --commands_left_;
  if (!now) return;
  pause_milliseconds(static_cast<int>(chance_() % kKillDelayMillisecondsMax));
  const std::size_t victim = chance_() % (devices_.size() + 1);
  if (victim == devices_.size()) {
    office_.kill();
    --kills_left_;
    say_("  ! the server is killed and started again");
    // A server that cannot be started shows in the next sync, which then fails.
    static_cast<void>(office_.start().has_value());
    return;
  }
  Device& chosen = std::next(devices_.begin(), static_cast<std::ptrdiff_t>(victim))->second;
  if (!chosen.kill_owner()) return;
  --kills_left_;
  say_("  ! the client of " + chosen.name() + " is killed");
}

Result<void> Day::set_up() {
  FELTBOG_TRY(text, read_text(options_.source + "/pathways/scenarios/field-day.json"));
  FELTBOG_TRY(scenario, parse_json(text));
  scenario_ = std::move(scenario);
  for (const Value& actor : scenario_["actors"].items()) {
    const std::string id = actor["id"].text_or({});
    names_[id] = actor["name"].text_or({});
    auto& made =
        devices_.try_emplace(id, options_.programs, id, options_.folder + "/" + id).first->second;
    made.disturb = [this] { maybe_kill(); };
  }
  FELTBOG_TRY(invite, office_.found());
  FELTBOG_CHECK(office_.start());
  say_("The office server listens on port " + std::to_string(office_.port()) + ".");
  Device& desk = devices_.at("desk");
  FELTBOG_TRY(founded,
              desk.run({"org", "create", "--office", invite, "--name", names_.at("desk")}));
  static_cast<void>(founded);
  const std::string pathway = "@" + options_.source + "/pathways/slagelse-fokus-2021.json";
  FELTBOG_TRY(published, desk.run({"pathway", "publish", pathway}));
  say_("The desk founds the organisation and publishes the pathway " + published["id"].text_or({}) +
       ".");
  for (auto& [id, joining] : devices_) {
    if (id == "desk") continue;
    FELTBOG_TRY(made, desk.run({"invite", "--name", names_.at(id), "--role", "worker"}));
    FELTBOG_TRY(enrolled, joining.run({"enrol", made["invite"].text_or({})}));
    static_cast<void>(enrolled);
    say_(names_.at(id) + " enrols a phone with the invite.");
  }
  FELTBOG_TRY(keys, desk.sync());  // gives the new devices the keys they are entitled to
  static_cast<void>(keys);
  for (auto& [id, each] : devices_) {
    FELTBOG_TRY(synced, each.sync());
    static_cast<void>(synced);
  }
  return {};
}

Result<void> Day::refer(const Value& line) {
  Device& desk = device(line);
  const Value& citizen = scenario_["citizen"];
  const std::string at = line["at"].text_or({});
  FELTBOG_TRY(opened, desk.run_once({"case", "new", citizen["name"].text_or({}), "--phone",
                                     citizen["phone"].text_or({}), "--address",
                                     citizen["address"].text_or({}), "--happened", at},
                                    "case"));
  std::vector<std::string> words{"case",
                                 "refer",
                                 opened["case"].text_or({}),
                                 "--pathway",
                                 scenario_["pathway"].text_or({}),
                                 "--fields",
                                 to_json(line["fields"]),
                                 "--happened",
                                 at};
  for (const auto& [id, name] : names_) {
    if (id != "desk") words.insert(words.end(), {"--to", name});
  }
  FELTBOG_TRY(referred, desk.run_once(std::move(words), "referral"));
  case_ = referred["case"].text_or({});
  say_("The authority refers the citizen to FOKUS: case " + case_ +
       ", shared with two outreach workers.");
  return {};
}

Result<void> Day::play_event(const Value& line, const std::string& request) {
  const std::string type = line["type"].text_or({});
  if (type == "referral_received") return refer(line);
  FELTBOG_TRY(logged,
              device(line).run_once({"event", "log", case_, type, "--fields",
                                     to_json(line["fields"]), "--happened", line["at"].text_or({})},
                                    request));
  events_[line["id"].text_or({})] = logged["event"].text_or({});
  return {};
}

// Writes at the start or the end of what this device shows, as an editor would.
Result<void> Day::play_insert(const Value& line, const std::string& request) {
  Device& writer = device(line);
  const std::string note = "Fælles notat";
  FELTBOG_TRY(shown, writer.ask({"note", "show", case_, note}));
  const std::string before = shown["text"].text_or({});
  const std::string words = line["text"].text_or({});
  const std::string after = line["where"] == Value("start") ? words + before : before + words;
  // Under one request id the edit happens once, whatever the second look showed.
  FELTBOG_TRY(edited, writer.run_once({"note", "edit", case_, note, after}, request));
  static_cast<void>(edited);
  return {};
}

Result<void> Day::play_photo(const Value& line) {
  Device& taker = device(line);
  photo_ = options_.folder + "/" + line["name"].text_or({});
  {
    // Not compressible, as photos are; the caption is planted in it.
    std::ofstream file(photo_, std::ios::binary);
    file << line["caption"].text_or({});
    std::mt19937_64 noise(7);
    for (std::size_t i = 0; i < kPhotoBytes; ++i) file.put(static_cast<char>(noise()));
  }
  for (int attempt = 0; attempt < 5; ++attempt) {
    FELTBOG_TRY(there, taker.ask({"attachment", "list", case_}));
    if (!there.items().empty()) return {};
    static_cast<void>(taker.run({"photo", "add", case_, photo_}).has_value());
  }
  return Error{ErrorCode::io_error, "photo"};
}

Result<void> Day::play_settle(const Value& line, const std::string& request) {
  FELTBOG_CHECK(reconnect());
  Device& desk = device(line);
  FELTBOG_TRY(open, desk.run_once({"conflicts", "list"}, {}));
  if (open.items().size() != 1) {
    return Error{ErrorCode::wrong_state, std::to_string(open.items().size()) + " conflicts"};
  }
  const std::string id = open.items().front()["id"].text_or({});
  FELTBOG_TRY(shown, desk.run_once({"conflicts", "show", id}, {}));
  conflict_ = shown;
  for (const Value& candidate : shown["candidates"].items()) {
    if (candidate["value"]["fields"]["outcome"] != line["outcome"]) continue;
    FELTBOG_TRY(settled, desk.run_once({"conflicts", "settle", id, "--pick",
                                        std::to_string(candidate["number"].integer_or(0))},
                                       request));
    static_cast<void>(settled);
    FELTBOG_CHECK(reconnect());
    FELTBOG_TRY(
        due, devices_.at("worker_a").run_once({"due", "--now", scenario_["now"].text_or({})}, {}));
    due_ = std::move(due);
    say_("The caseworker settles the outcome at the desk: " + line["outcome"].text_or({}) + ".");
    return {};
  }
  return Error{ErrorCode::not_found, "outcome among the candidates"};
}

Result<void> Day::play_line(const Value& line) {
  const std::string request = line["id"].text_or({});
  const std::string act = line["do"].text_or({});
  if (act == "event") return play_event(line, request);
  if (act == "note_insert") return play_insert(line, request);
  if (act == "photo") return play_photo(line);
  if (act == "settle") return play_settle(line, request);
  if (act == "outcome") {
    FELTBOG_TRY(recorded,
                device(line).run_once({"outcome", "record", case_, line["outcome"].text_or({}),
                                       "--happened", line["at"].text_or({})},
                                      request));
    static_cast<void>(recorded);
    return {};
  }
  if (act == "note_create") {
    FELTBOG_TRY(written, device(line).run_once(
                             {"note", "write", case_, line["text"].text_or({}), "--title",
                              line["title"].text_or({}), "--happened", line["at"].text_or({})},
                             request));
    static_cast<void>(written);
    return {};
  }
  return Error{ErrorCode::invalid_argument, "scenario line " + request};
}

// Twice around, so that what the last one brought reaches the first.
Result<void> Day::reconnect() {
  std::vector<std::string> order{"worker_a", "worker_b"};
  if (options_.second_worker_first) std::swap(order.front(), order.back());
  order.emplace_back("desk");
  for (int round = 0; round < 2; ++round) {
    for (const std::string& id : order) {
      FELTBOG_CHECK(ensure_office());
      FELTBOG_TRY(synced, devices_.at(id).sync());
      static_cast<void>(synced);
    }
  }
  return {};
}

Result<void> Day::play_phase(const Value& phase) {
  const bool online = phase["online"].boolean_or(true);
  say_(phase["label"]["en"].text_or({}) + (online ? "" : " (nobody syncs)") + ":");
  if (phase["id"] == Value("field_day")) {
    dangerous_ = true;
    kills_left_ = options_.kills;
    commands_left_ = 2 * count_lines(scenario_, "field_day");
  }
  for (const Value& line : phase["lines"].items()) {
    FELTBOG_CHECK(play_line(line));
    say_("  " + line["at"].text_or({}) + "  " + line["actor"].text_or({}) + "  " +
         (line["type"].is_null() ? line["do"] : line["type"]).text_or({}));
  }
  return online ? reconnect() : Result<void>();
}

Result<DayResult> Day::play() {
  const std::int64_t started = milliseconds_now();
  DayResult result;
  FELTBOG_CHECK(set_up());
  for (const Value& phase : scenario_["phases"].items()) FELTBOG_CHECK(play_phase(phase));
  FELTBOG_CHECK(reconnect());
  dangerous_ = false;
  result.kills = options_.kills - kills_left_;
  FELTBOG_CHECK(compare(result));
  result.conflict = conflict_;
  look_for_canaries(result);
  result.milliseconds = milliseconds_now() - started;
  return result;
}

void Day::close() {
  for (auto& [id, each] : devices_) each.close();
  office_.stop();
}

Result<void> Day::compare(DayResult& result) {
  std::set<std::string> hashes;
  for (auto& [id, each] : devices_) {
    FELTBOG_TRY(shown, each.ask({"case", "show", case_}));
    result.hashes[id] = shown["state_hash"].text_or({});
    hashes.insert(result.hashes[id]);
    FELTBOG_TRY(status, each.ask({"status"}));
    result.checks.push_back({id + " has nothing left to send", status["all_sent"] == Value(true)});
    result.checks.push_back({id + " set no run aside", status["runs_set_aside"] == Value(0)});
    result.checks.push_back({id + " has no conflict left", status["conflicts"] == Value(0)});
    if (id == "desk") result.timeline = shown["timeline"];
  }
  result.checks.push_back(
      {"all three devices show the same case, to the byte", hashes.size() == 1});
  check_texts(result);
  check_order(result);
  FELTBOG_CHECK(check_photo(result));
  result.due = due_;
  return {};
}

// Every word that anybody wrote into the shared note stands in it on every device.
void Day::check_texts(DayResult& result) {
  for (auto& [id, each] : devices_) {
    const auto note = each.ask({"note", "show", case_, "Fælles notat"});
    const std::string text = note ? (*note)["text"].text_or({}) : std::string();
    bool complete = true;
    for (const Value& phase : scenario_["phases"].items()) {
      for (const Value& line : phase["lines"].items()) {
        if (line["note"] != Value("shared_note") || line["text"].is_null()) continue;
        complete = complete && text.find(line["text"].text_or({})) != std::string::npos;
      }
    }
    result.checks.push_back({id + " reads both workers' words in the shared note", complete});
  }
}

// The attempts that were logged are all there, once each, and each worker's own in the order made.
void Day::check_order(DayResult& result) {
  std::map<std::string, std::int64_t> place;
  for (const Value& entry : result.timeline.items()) {
    place[entry["id"].text_or({})] = entry["order"].integer_or(0);
  }
  bool all_there = true;
  bool in_order = true;
  std::map<std::string, std::int64_t> last;
  std::size_t attempts = 0;
  for (const Value& phase : scenario_["phases"].items()) {
    for (const Value& line : phase["lines"].items()) {
      if (line["type"] != Value("contact_attempt")) continue;
      ++attempts;
      const auto found = place.find(events_[line["id"].text_or({})]);
      all_there = all_there && found != place.end();
      if (found == place.end()) continue;
      std::int64_t& before = last[line["actor"].text_or({})];
      in_order = in_order && before < found->second;
      before = found->second;
    }
  }
  std::size_t shown = 0;
  for (const Value& entry : result.timeline.items()) {
    if (entry["type"] == Value("contact_attempt")) ++shown;
  }
  result.checks.push_back(
      {"every attempt stands in the timeline, once", all_there && shown == attempts});
  result.checks.push_back({"attempts stand in causal order", in_order});
}

Result<void> Day::check_photo(DayResult& result) {
  FELTBOG_TRY(original, read_text(photo_));
  for (auto& [id, each] : devices_) {
    const std::string copy = options_.folder + "/" + id + "-" + "photo";
    const auto saved =
        each.run({"photo", "save", case_, std::filesystem::path(photo_).filename().string(), copy});
    const auto bytes = saved ? read_text(copy) : Result<std::string>(saved.error());
    result.checks.push_back(
        {id + " has the photo, byte for byte", bytes && bytes.value() == original});
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);
  }
  return {};
}

void Day::look_for_canaries(DayResult& result) {
  const std::vector<std::string> canaries = texts_of(scenario_["canaries"]);
  result.searches.push_back(search_for(canaries, "server's directory", office_.data()));
  result.searches.push_back(search_for(canaries, "server's log", office_.log()));
  for (const auto& [id, each] : devices_) {
    result.searches.push_back(search_for(canaries, id + "'s files", each.data()));
    result.searches.push_back(search_for(canaries, id + "'s traffic, inside TLS", each.traffic()));
  }
  for (const Search& search : result.searches) {
    result.checks.push_back({"no canary in " + search.place, search.found == 0});
    result.checks.push_back({search.place + " was there to be searched", search.bytes > 0});
  }
}

}  // namespace feltbog::demo
