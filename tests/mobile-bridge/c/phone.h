// SPDX-License-Identifier: Apache-2.0
// A phone for tests: a folder of its own, and the C interface with values instead of bytes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/value.h"
#include "mobile-bridge/c/feltbog.h"

namespace feltbog::testing {

inline constexpr std::string_view kPassphrase = "et rigtigt langt kodeord";

// Frees the error. 0 is success.
int32_t number_of(feltbog_error* error);
// The same, and its detail.
int32_t number_of(feltbog_error* error, std::string& detail);
// Fails the test with the error's name and detail.
void must(feltbog_error* error);

// Frees the bytes.
std::string take_text(feltbog_bytes& bytes);
// A null value for empty bytes.
Value take_value(feltbog_bytes& bytes);

// What `feltbogd init` would print, of an office that does not exist.
std::string office_invite();

// A folder that is removed again.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Phone {
 public:
  explicit Phone(const feltbog_host* host = nullptr);
  ~Phone();
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  // Opens the folder again, locked.
  void reopen(const feltbog_host* host = nullptr);
  void create(std::string_view passphrase = kPassphrase);
  int32_t unlock(std::string_view passphrase = kPassphrase);
  void found(std::string_view invite, std::string_view name);
  Value call(std::string_view command, const Value& parameters = {});
  int32_t try_call(std::string_view command, const Value& parameters = {});
  std::string new_case(std::string_view citizen);
  int32_t stage();
  feltbog_editor* open_editor(std::string_view file, std::string_view note, int32_t unit);

  feltbog_workspace* workspace = nullptr;
  Folder folder;
};

// An unlocked phone that has founded an organisation nobody else knows.
void settle_in(Phone& phone);

Value map_of(std::initializer_list<std::pair<const char*, Value>> entries);

}  // namespace feltbog::testing
