// SPDX-License-Identifier: Apache-2.0
// Looks for secrets in the memory of the process it runs in: every readable mapping, heap and
// stacks included.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace feltbog::crash {

// Holds what is looked for in a disguise that is no match for itself.
class MemoryScan {
 public:
  // Takes the bytes over and wipes `secret`.
  void look_for(std::string name, std::span<std::uint8_t> secret);

  struct Finding {
    std::string name;
    std::string region;  // "[heap]", "[stack]", a library, or "anonymous"
    std::size_t count = 0;
  };
  std::vector<Finding> run() const;

 private:
  struct Secret {
    std::string name;
    Bytes disguised;
  };
  std::vector<Secret> secrets_;
};

}  // namespace feltbog::crash
