// SPDX-License-Identifier: Apache-2.0
// People with a replica each, for tests that tell a story.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/document/history.h"
#include "tests/core/document/generator.h"

namespace feltbog::document::scene {

struct Person {
  explicit Person(std::uint8_t number, Schema schema = generator::schema())
      : writer(generator::writer(number)), history(std::move(schema)) {}

  WriterId writer;
  History history;

  // Makes a change of these ops and applies it here.
  Change act(std::vector<Op> ops) {
    Change change = history.begin_change(writer, WallTime{1000});
    change.ops = std::move(ops);
    change = history.as_written(std::move(change)).value();
    last = history.add(change).value();
    return change;
  }
  Change act(const DocumentId& document, std::string field, Action action) {
    return act({Op{document, std::move(field), std::move(action)}});
  }
  DocumentId create(const std::string& kind) { return {act({Op{{}, {}, Create{kind}}}).id, 0}; }
  std::string body(const DocumentId& document = {}) const { return history.text(document, "body"); }

  AddEffect last;
};

// Everyone gets everything.
inline void meet(const std::vector<Person*>& people) {
  for (const Person* from : people) {
    for (const Change& change : from->history.changes()) {
      for (Person* to : people) {
        if (to != from) to->history.add(change).value();
      }
    }
  }
}

inline std::vector<std::string> texts(const std::vector<FieldValue>& values) {
  std::vector<std::string> out;
  for (const FieldValue& value : values) out.push_back(value.value.text_or("?"));
  return out;
}

}  // namespace feltbog::document::scene
