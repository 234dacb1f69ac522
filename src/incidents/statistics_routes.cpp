#include "http/router.hpp"
#include "incidents/access.hpp"
#include "incidents/more_routes.hpp"
#include "incidents/statistics.hpp"
#include "resource/wording.hpp"

namespace securestack {
namespace {

constexpr std::chrono::days usual_range{30};
constexpr std::chrono::days longest_range{366 * 5};

struct Question {
    Time from{};
    Time to{};
    std::optional<Period> period = {};
};

using Errors = std::vector<FieldError>;

Problem bad_parameters(Errors errors) {
    Problem problem{ErrorCode::malformed,
                    "Query parameter " + errors.front().pointer + ": " + errors.front().detail};
    if (errors.size() > 1)
        problem.detail = std::to_string(errors.size()) + " query parameters are not valid.";
    problem.errors = std::move(errors);
    return problem;
}

std::optional<Time> read_time(std::string const& name, std::string const& text, Errors& errors) {
    auto const time = parse_time(text);
    if (!time) errors.push_back({name, "format", "must be " + expected_time(text)});
    return time;
}

void check_range(Question const& question, Errors& errors) {
    if (question.from >= question.to) {
        errors.push_back({"from", "range", "must be before to"});
    } else if (question.to - question.from > longest_range) {
        errors.push_back({"from", "range", "must be at most five years before to"});
    } else if (question.period &&
               (question.to - question.from) / length_of(*question.period) >= most_periods) {
        errors.push_back(
            {"period", "range", "would make more than 100 periods: ask for a shorter range, or week"});
    }
}

Result<Question> read_question(Context const& context) {
    auto const parameters = context.request.query();
    if (!parameters) return parameters.error();
    Errors errors;
    std::optional<Time> from;
    std::optional<Time> to;
    Question question;
    for (auto const& [name, value] : *parameters) {
        if (name == "from") from = read_time(name, value, errors);
        if (name == "to") to = read_time(name, value, errors);
        if (name != "period") continue;
        question.period = choice_of<Period>(value);
        if (!question.period) errors.push_back({name, "enum", "must be day or week"});
    }
    question.to = to.value_or(context.now);
    question.from = from.value_or(question.to - usual_range);
    if (errors.empty()) check_range(question, errors);
    if (!errors.empty()) return bad_parameters(std::move(errors));
    return question;
}

Result<Entity<IncidentStatistics>> get_statistics(Tx& tx, Context const& context) {
    auto const question = read_question(context);
    if (!question) return question.error();
    return Entity<IncidentStatistics>{incident_statistics(tx, visible_incidents(context.principal),
                                                          question->from, question->to, question->period)};
}

}  // namespace

void add_incident_statistics_routes(Router& router) {
    router.get("/api/incidents/stats", allow(Permission::incidents_read), get_statistics)
        .query("from", "Count incidents opened at this time or later; 30 days before to if you do not say.")
        .query("to", "Count incidents opened before this time; now if you do not say.")
        .query("period", "day or week: the same figures for each of them, too.")
        .operation("getIncidentStatistics")
        .summary("How many incidents there were, and how fast they were acknowledged and resolved")
        .description("Of the incidents that you may see. In all, by severity, and by day or week.")
        .tag("Incidents");
}

}  // namespace securestack
