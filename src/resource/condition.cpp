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

std::vector<Sql> disjoint_conditions(Scope const& scope) {
    Sql common = scope.common();
    if (common.empty()) common.add("1 = 1");
    auto const& alternatives = scope.alternatives();
    if (alternatives.empty()) return {std::move(common)};
    std::vector<Sql> conditions;
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
        Sql condition = common;
        condition.add(" AND (").append(alternatives[i]).add(")");
        for (std::size_t before = 0; before < i; ++before) {
            condition.add(" AND (").append(alternatives[before]).add(") IS NOT TRUE");
        }
        conditions.push_back(std::move(condition));
    }
    return conditions;
}

}  // namespace securestack
