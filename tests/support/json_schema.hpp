// Checks JSON against the part of JSON Schema 2020-12 that our OpenAPI document uses.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace securestack::test {

// One sentence per violation, with its JSON pointer. "$ref" is looked up in `document`. A keyword that this
// checker does not know is a violation, too: nothing passes because nobody looked.
std::vector<std::string> violations(boost::json::value const& schema, boost::json::value const& value,
                                    boost::json::value const& document);

}  // namespace securestack::test
