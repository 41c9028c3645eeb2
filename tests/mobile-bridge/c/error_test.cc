// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "core/base/result.h"
#include "mobile-bridge/c/feltbog.h"
#include "mobile-bridge/c/feltbog_error.h"
#include "tests/mobile-bridge/c/phone.h"

extern "C" int canary_is_c(void);

using namespace feltbog;
using namespace feltbog::testing;

namespace {

const std::string kBridge = std::string(FELTBOG_SOURCE_DIR) + "/mobile-bridge/";

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, int> the_list() {
  std::map<std::string, int> out;
#define FELTBOG_ERROR(name, number, exit_status, text) out[#name] = number;
#include "core/base/error_codes.inc"
#undef FELTBOG_ERROR
  return out;
}

// Every NAME = NUMBER that the pattern finds, in lower case.
std::map<std::string, int> declared_in(const std::string& path, const std::string& pattern) {
  const std::string text = content_of(path);
  const std::regex form(pattern);
  std::map<std::string, int> out;
  for (std::sregex_iterator at(text.begin(), text.end(), form), end; at != end; ++at) {
    std::string name = (*at)[1];
    std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    out[name] = std::stoi((*at)[2]);
  }
  return out;
}

std::set<std::string> names_in(const std::string& text, const std::string& pattern) {
  const std::regex form(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), form), end; at != end; ++at) {
    out.insert((*at)[1]);
  }
  return out;
}

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char part[4096];
  while (const std::size_t count = std::fread(part, 1, sizeof part, pipe)) out.append(part, count);
  CHECK(::pclose(pipe) == 0);
  return out;
}

std::set<std::string> listed_exports() {
  return names_in(content_of(kBridge + "c/exports.txt"), "(?:^|\n)(feltbog_\\w+)");
}

}  // namespace

TEST_CASE("feltbog.h is C, and works from C") { CHECK(canary_is_c() == 1); }

TEST_CASE("C and Java know the same error numbers as the one list") {
  CHECK(declared_in(kBridge + "c/feltbog_error.h", "FELTBOG_ERROR_(\\w+) = (\\d+)") == the_list());
  CHECK(declared_in(kBridge + "android/java/dk/feltbog/ErrorNumber.java",
                    "public static final int (\\w+) = (\\d+);") == the_list());
}

TEST_CASE("every number has its name, and an unknown one says so") {
  for (const auto& [name, number] : the_list()) CHECK(feltbog_error_name_of(number) == name);
  CHECK(std::string(feltbog_error_name_of(9999)) == "unknown");
  CHECK(std::string(feltbog_error_name_of(-1)) == "unknown");
  CHECK(std::string(feltbog_error_name_of(INT32_MIN)) == "unknown");
}

TEST_CASE("no error is number 0 with empty words, and may be freed") {
  CHECK(feltbog_error_number(nullptr) == 0);
  CHECK(std::string(feltbog_error_name(nullptr)).empty());
  CHECK(std::string(feltbog_error_text(nullptr)).empty());
  CHECK(std::string(feltbog_error_detail(nullptr)).empty());
  feltbog_error_free(nullptr);
  feltbog_bytes_free(nullptr);
  feltbog_bytes empty{nullptr, 0};
  feltbog_bytes_free(&empty);
}

TEST_CASE("an error carries its number, name, sentence and detail") {
  feltbog_error* error = feltbog_workspace_open(nullptr, 3, nullptr, nullptr);
  CHECK(feltbog_error_number(error) == FELTBOG_ERROR_INVALID_ARGUMENT);
  CHECK(std::string(feltbog_error_name(error)) == "invalid_argument");
  CHECK(feltbog_error_text(error) == error_text(ErrorCode::invalid_argument));
  CHECK(std::string(feltbog_error_detail(error)) == "out is NULL");
  feltbog_error_free(error);
}

TEST_CASE("the list of exports is what the headers declare") {
  std::set<std::string> declared;
  for (const char* header : {"error", "workspace", "editor", "attachment", "sync"}) {
    const std::string text = content_of(kBridge + "c/feltbog_" + header + ".h");
    declared.merge(names_in(text, "FELTBOG_API[^;(]*?\\b(feltbog_\\w+)\\("));
  }
  CHECK(declared == listed_exports());
}

TEST_CASE("the shared libraries export what is listed and nothing else") {
  const std::string in_c = output_of("nm -D --defined-only " FELTBOG_LIBRARY);
  CHECK(names_in(in_c, " [A-Za-z] (\\w+)") == listed_exports());
#ifdef FELTBOG_JNI_LIBRARY
  const std::string in_java = output_of("nm -D --defined-only " FELTBOG_JNI_LIBRARY);
  CHECK(names_in(in_java, " [A-Za-z] (\\w+)") == std::set<std::string>{"JNI_OnLoad"});
#endif
}
