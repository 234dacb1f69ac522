// The rows of one page as JSON. Private to the lists.
//
// Where a row's version says all (Schema::version_says_all) only ids and versions are read along the order,
// and the texts that are not kept yet are made in one more statement.
#pragma once

#include <vector>

#include "resource/keyset.hpp"
#include "storage/row_texts.hpp"

namespace securestack {

struct PageRows {
    std::vector<RowText> texts;  // in the order of travel, at most ListQuery::limit
    Params first;                // the sort values of the first one
    Params last;
    bool more = false;    // there are rows beyond
    bool before = false;  // the row that the page begins after was seen; false says nothing
};

PageRows read_page_rows(Tx& tx, ListQuery const& query, Branches const& where);

}  // namespace securestack
