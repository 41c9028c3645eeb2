// SPDX-License-Identifier: Apache-2.0
// fuzz_seeds FOLDER: writes what the fuzz targets begin with, a folder for each: the frozen vectors
// of the formats, one message of each type, and the pathways that are shipped. Each is put behind
// every first byte by which a target chooses what to do with the rest.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/base/cbor.h"
#include "tests/sync/samples.h"

namespace feltbog::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = FELTBOG_SOURCE_DIR;

Bytes read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return to_bytes(as_bytes(text));
}

std::vector<Bytes> files_of(const fs::path& folder) {
  std::vector<Bytes> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) out.push_back(read(entry.path()));
  }
  return out;
}

// A little of every form of JSON: whole pathways would make each try slow.
std::vector<Bytes> small_json() {
  std::vector<Bytes> out;
  for (const char* text : {R"({"a": [1, -2, true, false, null, "\u00e5\n"], "b": {}})", "[[[[]]]]",
                           "9007199254740993", R"("\ud83d\ude00")"}) {
    out.push_back(to_bytes(as_bytes(text)));
  }
  return out;
}

// The values of a vector file's lines, as bytes where they are hexadecimal.
std::vector<Bytes> values_of(const fs::path& file) {
  std::vector<Bytes> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    const std::string value = colon == std::string::npos ? line : line.substr(colon + 2);
    if (value.size() < 8) continue;
    const auto bytes = from_hex(value);
    out.push_back(bytes ? *bytes : to_bytes(as_bytes(value)));
  }
  return out;
}

std::vector<Bytes> vectors(const char* folder) {
  std::vector<Bytes> out;
  for (const auto& entry : fs::directory_iterator(kSource / "tests/vectors" / folder)) {
    for (Bytes& value : values_of(entry.path())) out.push_back(std::move(value));
  }
  return out;
}

class Writer {
 public:
  explicit Writer(fs::path folder) : folder_(std::move(folder)) {}

  void write(const std::string& target, const std::vector<Bytes>& seeds, int choices = 0) {
    fs::create_directories(folder_ / target);
    for (const Bytes& seed : seeds) {
      for (int choice = 0; choice < std::max(choices, 1); ++choice) {
        const std::string name = "seed-" + std::to_string(count_++);
        std::ofstream out(folder_ / target / name, std::ios::binary);
        if (choices > 0) out.put(static_cast<char>(choice));
        out.write(reinterpret_cast<const char*>(seed.data()),
                  static_cast<std::streamsize>(seed.size()));
      }
    }
  }

 private:
  fs::path folder_;
  int count_ = 0;
};

// A request as the owner's socket carries it.
Bytes owner_frame() {
  Value request;
  request["id"] = std::int64_t{1};
  request["verb"] = "call";
  request["body"] = Value::Map{};
  return tests::frame(encode_cbor(request));
}

void write_all(Writer& to) {
  const std::vector<Bytes> ledger = vectors("ledger");
  for (const char* target : {"ledger_runs", "ledger_keys", "ledger_statements", "invite"}) {
    to.write(target, ledger, 3);
  }
  to.write("ledger_records", ledger, 8);
  to.write("ledger_logs", ledger);
  std::vector<Bytes> bodies;
  std::vector<Bytes> frames;
  for (const sync::MessageType type : sync::message_types()) {
    bodies.push_back(tests::sample(type));
    frames.push_back(tests::frame(bodies.back()));
  }
  to.write("sync_messages", bodies, 1);
  to.write("sync_messages", frames, 2);
  to.write("sync_server", frames, 4);
  to.write("sync_client", frames, 4);
  to.write("values", ledger, 1);
  to.write("values", small_json(), 2);
  to.write("pathway", files_of(kSource / "pathways"));
  to.write("attachment", ledger, 2);
  to.write("owner_frames", {owner_frame()});
  to.write("change_codec", vectors("document"));
  to.write("saved_history", vectors("document"));
  std::vector<Bytes> slots{read(kSource / "tests/vectors/store/keys.a")};
  slots.front().resize(slots.front().size() - 32);  // the target puts the checksum right
  to.write("store_slots", slots);
  Bytes header = read(kSource / "tests/vectors/store/notes.db");
  header.resize(4096);
  to.write("store_header", {header});
  to.write("store_pages", {Bytes(4)});
}

}  // namespace
}  // namespace feltbog::fuzz

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  feltbog::fuzz::Writer writer(arguments[1]);
  feltbog::fuzz::write_all(writer);
  return 0;
}
