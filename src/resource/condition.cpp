#include "resource/condition.hpp"

namespace securestack {

Sql as_condition(Scope const& scope) {
    Sql condition = scope.common();
    if (condition.empty()) condition.add("1 = 1");
    auto const& alternatives = scope.alternatives();
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
        condition.add(i == 0 ? " AND ((" : " OR (").append(alternatives[i]).add(")");
    }
    if (!alternatives.empty()) condition.add(")");
    return condition;
}

}  // namespace securestack
