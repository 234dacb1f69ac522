// open, acknowledged, resolved, and open again; one at a time and many at once.
#include "incidents_fixture.hpp"

namespace securestack::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IncidentLife : public IncidentTest {};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentLife, each_engine, engine_name);

TEST_P(IncidentLife, AcknowledgingTakesWhatIsNobodys) {
    auto const id = new_incident(bob);
    app().clock.advance(std::chrono::minutes{3});

    auto const answer = as(bob).post(path(id, "/acknowledge"));

    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("/status"), "acknowledged");
    EXPECT_EQ(answer.text("/assignee"), user(bob));
    EXPECT_EQ(answer.text("/acknowledged_at"), format_time(app().clock.now()));
    EXPECT_THAT(kinds(bob, id), ElementsAre("opened", "acknowledged", "assigned"));
    EXPECT_EQ(records("incident.acknowledge"), 1);
}

TEST_P(IncidentLife, AcknowledgingLeavesWhatIsSomebodys) {
    auto const id = new_incident(bob, "x", R"(, "assignee": ")" + user(mallory) + '"');

    EXPECT_EQ(as(bob).post(path(id, "/acknowledge")).text("/assignee"), user(mallory));
}

TEST_P(IncidentLife, ResolvingTakesWordsOrNone) {
    auto const with_words = new_incident(bob);
    auto const without = new_incident(bob);
    auto const empty = new_incident(bob);

    auto const answer = as(bob).post(path(with_words, "/resolve"), R"({"resolution": "New disk."})");

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("/status"), "resolved");
    EXPECT_EQ(answer.text("/resolution"), "New disk.");
    EXPECT_EQ(answer.text("/resolved_at"), format_time(app().clock.now()));
    EXPECT_EQ(as(bob).post(path(without, "/resolve")).status, 200);
    EXPECT_EQ(as(bob).post(path(empty, "/resolve"), "{}").status, 200);
    EXPECT_EQ(as(bob).post(path(empty, "/resolve"), R"({"reason": "x"})").status, 422);
}

TEST_P(IncidentLife, ReopenedItIsAsNewButKeepsItsHistory) {
    auto const id = new_incident(bob);
    as(bob).post(path(id, "/acknowledge"));
    as(bob).post(path(id, "/resolve"), R"({"resolution": "New disk."})");

    auto const answer = as(bob).post(path(id, "/reopen"));

    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("/status"), "open");
    EXPECT_TRUE(answer.at("/acknowledged_at").is_null());
    EXPECT_TRUE(answer.at("/resolved_at").is_null());
    EXPECT_EQ(answer.text("/resolution"), "");
    EXPECT_EQ(answer.text("/assignee"), user(bob));
    EXPECT_THAT(kinds(bob, id), ElementsAre("opened", "acknowledged", "assigned", "resolved", "reopened"));
}

TEST_P(IncidentLife, EveryOtherStepIs409AndSaysWhatIsPossible) {
    auto const id = new_incident(bob);
    auto const step = [&](std::string const& verb) { return as(bob).post(path(id, "/" + verb)); };
    auto const patch = [&](std::string const& status) {
        return as(bob).patch(path(id), R"({"status": ")" + status + "\"}");
    };

    EXPECT_EQ(step("reopen").status, 409);
    EXPECT_THAT(step("reopen").text("/detail"), HasSubstr("acknowledged or resolved"));
    step("acknowledge");
    EXPECT_EQ(step("acknowledge").status, 409);
    EXPECT_EQ(step("reopen").status, 409);
    EXPECT_EQ(patch("open").status, 409);
    EXPECT_THAT(patch("open").text("/detail"), HasSubstr("can be resolved"));
    step("resolve");
    EXPECT_EQ(step("resolve").status, 409);
    EXPECT_EQ(step("acknowledge").status, 409);
    EXPECT_EQ(patch("acknowledged").status, 409);
    EXPECT_THAT(patch("acknowledged").text("/detail"), HasSubstr("can be reopened"));
}

TEST_P(IncidentLife, APatchOfTheStatusDoesTheSame) {
    auto const id = new_incident(bob);

    EXPECT_EQ(as(bob).patch(path(id), R"({"status": "acknowledged"})").text("/assignee"), user(bob));
    auto const resolved = as(bob).patch(path(id), R"({"status": "resolved", "resolution": "x"})");
    EXPECT_EQ(resolved.text("/resolution"), "x");
    auto const reopened = as(bob).patch(path(id), R"({"status": "open"})");
    EXPECT_EQ(reopened.text("/resolution"), "");
    EXPECT_TRUE(reopened.at("/resolved_at").is_null());
    EXPECT_EQ(as(bob).patch(path(id), R"({"resolution": "x"})").status, 422);
}

TEST_P(IncidentLife, ManyAtOnceHaveAResultEach) {
    auto const one = new_incident(bob);
    auto const two = new_incident(bob);
    as(bob).post(path(two, "/resolve"));
    auto const foreign = new_incident(mallory);
    auto const nothing = std::string{"01900000-0000-7000-8000-000000000000"};

    auto const answer =
        as(bob).post("/api/incidents/bulk", R"({"action": "resolve", "resolution": "All fine.",
        "ids": )" + ids({one, two, foreign, nothing}) +
                                                "}");

    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.at("/results/0/status"), 200);
    EXPECT_EQ(answer.text("/results/0/incident/resolution"), "All fine.");
    EXPECT_EQ(answer.at("/results/1/status"), 409);
    EXPECT_EQ(answer.at("/results/2/status"), 404);
    EXPECT_EQ(answer.at("/results/2/detail"), answer.at("/results/3/detail"));
    EXPECT_EQ(as(mallory).get(path(foreign)).text("/status"), "open");
    EXPECT_EQ(records("incident.resolve"), 2);
    EXPECT_EQ(records("incident.resolve", "denied"), 2);
}

TEST_P(IncidentLife, ManyAtOnceHaveBounds) {
    auto const send = [&](std::string const& body) {
        return as(bob).post("/api/incidents/bulk", body).status;
    };
    auto const id = new_incident(bob);
    Texts many;
    for (int i = 0; i < 101; ++i) many.push_back(app()->ids().make(app().clock.now()).to_string());

    EXPECT_EQ(send(R"({"action": "resolve", "ids": []})"), 422);
    EXPECT_EQ(send(R"({"action": "resolve", "ids": )" + ids(many) + "}"), 422);
    EXPECT_EQ(send(R"({"action": "resolve", "ids": )" + ids({id, id}) + "}"), 422);
    EXPECT_EQ(send(R"({"action": "delete", "ids": )" + ids({id}) + "}"), 422);
    EXPECT_EQ(send(R"({"action": "reopen", "resolution": "x", "ids": )" + ids({id}) + "}"), 422);
}

}  // namespace
}  // namespace securestack::test
