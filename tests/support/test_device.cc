// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_device.h"

#include <doctest/doctest.h>

namespace feltbog::testing {

TestDevice::TestDevice(std::uint64_t seed) : random(seed), key_(crypto::Key::random(random)) {
  auto made = workspace::Workspace::create(environment(), "device.db", key_);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().detail));
  workspace_ = std::move(made).value();
}

void TestDevice::reopen() {
  workspace_.reset();
  auto opened = workspace::Workspace::open(environment(), "device.db", key_);
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().detail));
  workspace_ = std::move(opened).value();
}

TestDevice::Backup TestDevice::backup() const {
  Backup out;
  for (const std::string& path : disk.paths()) out[path] = disk.content(path);
  return out;
}

void TestDevice::put_back(const Backup& backup) {
  workspace_.reset();
  for (const std::string& path : disk.paths()) REQUIRE(disk.remove(path).has_value());
  for (const auto& [path, content] : backup) disk.set_content(path, content);
  reopen();
}

std::unique_ptr<TestDevice> TestDevice::copy(std::uint64_t seed) const {
  std::unique_ptr<TestDevice> other(new TestDevice(seed, key_.copy()));
  other->put_back(backup());
  return other;
}

Result<Value> TestDevice::try_call(std::string_view command, Value parameters) {
  return workspace_->call(command, parameters, {casework::Language::english, std::nullopt});
}

Value TestDevice::call(std::string_view command, Value parameters) {
  auto result = try_call(command, std::move(parameters));
  INFO(command);
  REQUIRE_MESSAGE(result.has_value(), (result ? std::string()
                                              : std::string(error_name(result.error().code)) + " " +
                                                    result.error().detail));
  return std::move(result).value();
}

}  // namespace feltbog::testing
