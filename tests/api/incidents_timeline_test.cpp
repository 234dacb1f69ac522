// Who did what to an incident and what the program did; comments.
#include "incidents_fixture.hpp"

namespace securestack::test {
namespace {

using ::testing::ElementsAre;

class IncidentTimeline : public IncidentTest {
  protected:
    Answer comment(Persona const& who, std::string const& incident, std::string const& words) {
        return as(who).post(path(incident, "/comments"), R"({"body": ")" + words + "\"}");
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentTimeline, each_engine, engine_name);

TEST_P(IncidentTimeline, SaysWhoDidWhatAndWhatItWasBefore) {
    auto const id = new_incident(bob, "x", R"(, "assignee": ")" + user(mallory) + '"');
    as(mallory).patch(path(id), R"({"severity": "critical", "title": "y", "description": "long"})");
    comment(bob, id, "Looking at it.");
    as(alice).post(path(id, "/resolve"), R"({"resolution": "Done."})");

    auto const timeline = as(bob).get(path(id, "/timeline"));

    EXPECT_THAT(column(timeline, "kind"),
                ElementsAre("opened", "severity_changed", "edited", "commented", "resolved"));
    EXPECT_EQ(timeline.text("/results/0/actor/name"), "bob");
    EXPECT_EQ(timeline.text("/results/1/actor/name"), "mallory");
    EXPECT_EQ(timeline.text("/results/1/actor/id"), user(mallory));
    EXPECT_EQ(timeline.text("/results/1/changes/severity/from"), "medium");
    EXPECT_EQ(timeline.text("/results/1/changes/severity/to"), "critical");
    EXPECT_EQ(timeline.text("/results/2/changes/title/to"), "y");
    EXPECT_TRUE(timeline.at("/results/2/changes/description").as_object().empty());
    EXPECT_EQ(timeline.text("/results/3/body"), "Looking at it.");
    EXPECT_EQ(timeline.text("/results/4/actor/name"), "alice");
    EXPECT_EQ(timeline.text("/results/4/changes/resolution/to"), "Done.");
}

TEST_P(IncidentTimeline, IsPagedInBothOrders) {
    auto const id = new_incident(bob);
    for (int i = 0; i < 9; ++i) comment(bob, id, "c" + std::to_string(i));

    auto page = as(bob).get(path(id, "/timeline?limit=4"));
    int pages = 1;
    Texts bodies = column(page, "body");
    for (; !page.at("/next").is_null(); ++pages) {
        page = as(bob).get(page.text("/next"));
        for (auto const& body : column(page, "body")) bodies.push_back(body);
    }

    EXPECT_EQ(pages, 3);
    EXPECT_THAT(bodies, ElementsAre("null", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"));
    EXPECT_EQ(as(bob).get(path(id, "/timeline?sort=-at&limit=1")).text("/results/0/body"), "c8");
    EXPECT_EQ(column(as(bob).get(path(id, "/timeline?kind=opened")), "kind").size(), 1U);
}

TEST_P(IncidentTimeline, CommentsAreAPartOfIt) {
    auto const id = new_incident(bob);

    auto const made = comment(bob, id, "**Raw** <b>words</b>");

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("Location"), path(id, "/comments/" + made.id()));
    EXPECT_EQ(made.text("/kind"), "commented");
    EXPECT_EQ(made.text("/body"), "**Raw** <b>words</b>");
    EXPECT_THAT(column(as(bob).get(path(id, "/comments")), "id"), ElementsAre(made.id()));
    EXPECT_EQ(as(bob).get(path(id)).header("ETag"), "\"1\"");
    EXPECT_EQ(records("incident.comment"), 1);
}

TEST_P(IncidentTimeline, ACommentHasBounds) {
    auto const id = new_incident(bob);

    EXPECT_EQ(comment(bob, id, "").status, 422);
    EXPECT_EQ(comment(bob, id, std::string(10'000, 'x')).status, 201);
    EXPECT_EQ(comment(bob, id, std::string(10'001, 'x')).status, 422);
    EXPECT_EQ(as(bob).post(path(id, "/comments"), R"({"body": "x", "actor": "y"})").status, 422);
}

TEST_P(IncidentTimeline, ACommentIsChangedAndDeletedByItsAuthor) {
    auto const id = new_incident(bob, "x", R"(, "assignee": ")" + user(mallory) + '"');
    auto const own = path(id, "/comments/" + comment(bob, id, "first").id());
    app().clock.advance(std::chrono::minutes{1});

    EXPECT_EQ(as(mallory).patch(own, R"({"body": "mine"})").status, 403);
    EXPECT_EQ(as(mallory).del(own).status, 403);
    EXPECT_EQ(as(frank).del(own).status, 404);
    auto const changed = as(bob).patch(own, R"({"body": "second"})");
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.text("/body"), "second");
    EXPECT_EQ(changed.text("/edited_at"), format_time(app().clock.now()));
    EXPECT_EQ(as(bob).with("If-Match", "\"1\"").del(own).status, 412);
    EXPECT_EQ(as(alice).del(own).status, 204);
    EXPECT_EQ(as(bob).del(own).status, 404);
    EXPECT_THAT(kinds(bob, id), ElementsAre("opened"));
    EXPECT_EQ(records("incident.edit_comment"), 1);
    EXPECT_EQ(records("incident.delete_comment"), 1);
}

TEST_P(IncidentTimeline, NothingButACommentCanBeChanged) {
    auto const id = new_incident(bob);
    auto const other = new_incident(bob);
    auto const entry = as(bob).get(path(id, "/timeline")).text("/results/0/id");
    auto const foreign = comment(bob, other, "x").id();

    EXPECT_EQ(as(bob).patch(path(id, "/comments/" + entry), R"({"body": "y"})").status, 404);
    EXPECT_EQ(as(bob).del(path(id, "/comments/" + entry)).status, 404);
    EXPECT_EQ(as(bob).del(path(id, "/comments/" + foreign)).status, 404);
}

}  // namespace
}  // namespace securestack::test
