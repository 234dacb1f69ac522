// Many rows straight into a table: for tests of what a list, an export or a query plan does with thousands.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "resource/insert_many.hpp"

namespace securestack::test {

// Some rows a statement. Fails the test when a row is there already.
template <class T>
void insert_all(Tx& tx, std::vector<T> const& objects) {
    constexpr std::size_t most = 200;
    std::vector<void const*> rows;
    for (auto const& object : objects) rows.push_back(&object);
    for (std::size_t i = 0; i < rows.size(); i += most) {
        auto const some = std::span{rows}.subspan(i, std::min(most, rows.size() - i));
        ASSERT_EQ(insert_new_rows(tx, schema_of<T>(), some).size(), some.size());
    }
}

}  // namespace securestack::test
