// Which rows a list is made of: what each of them satisfies, and, where one index cannot serve them all,
// alternatives of which each is served by its own (what a user owns; what each of its teams holds). A list
// reads a page's worth of every alternative and merges, so that its cost grows with their number and not with
// the rows. Alternatives may overlap: a row that satisfies several is listed, and counted, once.
#pragma once

#include <utility>
#include <vector>

#include "resource/sql.hpp"

namespace securestack {

class Scope {
  public:
    Scope() = default;                             // every row
    Scope(Sql rows) : common_(std::move(rows)) {}  // implicit: the usual list has one condition
    // Without alternatives `common` alone decides.
    Scope(Sql common, std::vector<Sql> alternatives)
        : common_(std::move(common)), alternatives_(std::move(alternatives)) {}

    Sql const& common() const { return common_; }
    std::vector<Sql> const& alternatives() const { return alternatives_; }

    // With one more condition that every row must satisfy.
    Scope& require(Sql const& condition) {
        if (!common_.empty()) common_.add(" AND ");
        common_.append(condition);
        return *this;
    }

  private:
    Sql common_;
    std::vector<Sql> alternatives_;
};

}  // namespace securestack
