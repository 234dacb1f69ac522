#include <set>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "http/openapi.hpp"
#include "http/system_routes.hpp"

namespace securestack {

namespace {

struct Lamp {
    Id id{};
    std::string colour;
    std::int64_t version = 1;
};

}  // namespace

template <>
inline Schema const& schema_of<Lamp>() {
    static constexpr auto fields =
        fields_of<Lamp>(field<&Lamp::id>("id").read_only(), field<&Lamp::colour>("colour").required(),
                        field<&Lamp::version>("version").internal());
    static constexpr Schema schema{.name = "Lamp", .table = "lamps", .fields = fields};
    return schema;
}

namespace {

namespace json = boost::json;

Result<Sql> all_lamps(Tx&, Context const&) {
    return Sql{};
}
Result<Entity<Lamp>> get_lamp(Tx&, Context const&, Id) {
    return Entity<Lamp>{};
}
Result<Created<Lamp>> create_lamp(Tx&, Context const&, Lamp const&) {
    return Created<Lamp>{};
}
Result<Entity<Lamp>> patch_lamp(Tx&, Context const&, Id, Patch<Lamp> const&) {
    return Entity<Lamp>{};
}
Result<NoContent> delete_lamp(Tx&, Context const&, Id) {
    return NoContent{};
}

class SystemRoutesTest : public ::testing::Test {
  protected:
    SystemRoutesTest() {
        SystemRoutes system;
        system.version = "1.2.3";
        system.reasons_not_ready = [this] { return reasons; };
        system.metrics = &metrics;
        system.may_read_metrics = [this](Context const&) { return metrics_allowed; };
        add_system_routes(router, std::move(system));
        router.list<Lamp>("/api/lamps", allow(Permission::servers_read), all_lamps);
        router.post("/api/lamps", allow(Permission::servers_write), create_lamp).summary("Add a lamp");
        router.get("/api/lamps/{id}", allow(Permission::servers_read), get_lamp);
        router.patch("/api/lamps/{id}", allow(Permission::servers_write), patch_lamp);
        router.del("/api/lamps/{id}", allow(Permission::servers_write), delete_lamp);
        metrics.know(router);
    }

    Response get(std::string path) {
        request.path = std::move(path);
        auto const match = router.match(Method::get, request.path);
        EXPECT_TRUE(match) << request.path;
        Context const context{request, {}, {}, ids, cursors};
        auto steps = match->route->bind(context, match->values);
        return **steps->front().run(nullptr, context);
    }

    json::object document() { return json::parse(get("/api/openapi.json").content()).as_object(); }
    static json::object const& at(json::object const& from, std::initializer_list<std::string_view> names) {
        json::object const* found = &from;
        for (std::string_view const name : names) found = &found->at(name).as_object();
        return *found;
    }

    std::vector<std::string> reasons;
    bool metrics_allowed = true;
    Metrics metrics{"1.2.3"};
    Router router;
    Request request;
    IdSource ids;
    CursorKey cursors{Secret{"k"}};
};

TEST_F(SystemRoutesTest, IsAlive) {
    EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(SystemRoutesTest, SaysWhyItIsNotReady) {
    EXPECT_EQ(get("/readyz").status, 200);

    reasons = {"the database is away", "draining"};
    Response const response = get("/readyz");

    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.body.find("the database is away; draining"), std::string::npos);
}

TEST_F(SystemRoutesTest, ServesThePagesWithAStrictPolicyAndAnETag) {
    for (std::string const path : {"/", "/api/docs"}) {
        Response const page = get(path);
        EXPECT_EQ(page.headers.get("Content-Type"), "text/html; charset=utf-8");
        ASSERT_TRUE(page.headers.get("Content-Security-Policy")) << path;
        EXPECT_NE(page.headers.get("Content-Security-Policy")->find("default-src 'none'"), std::string::npos);
        EXPECT_EQ(page.content().find("https://"), std::string::npos) << path;
        EXPECT_TRUE(page.headers.get("ETag"));
    }
}

TEST_F(SystemRoutesTest, ServesTheRendererFromItself) {
    EXPECT_GT(get("/api/docs/swagger-ui-bundle.js").content().size(), 500'000U);
    EXPECT_EQ(get("/api/docs/swagger-ui.css").headers.get("Content-Type"), "text/css; charset=utf-8");
    EXPECT_NE(get("/api/docs/init.js").content().find("validatorUrl: null"), std::string_view::npos);
}

TEST_F(SystemRoutesTest, AnswersACacheThatHasTheFile) {
    Response const first = get("/landing.css");
    request.headers.add("If-None-Match", std::string{*first.headers.get("ETag")});

    Response const second = get("/landing.css");

    EXPECT_EQ(second.status, 304);
    EXPECT_TRUE(second.content().empty());
}

TEST_F(SystemRoutesTest, ExplainsAProblemsType) {
    EXPECT_NE(get("/problems/not-found").content().find("404"), std::string_view::npos);
}

TEST_F(SystemRoutesTest, CountsRequestsByRoute) {
    auto const match = router.match(Method::get, "/healthz");
    metrics.finished({.route = match->route, .status = 200, .took = std::chrono::milliseconds{3}});
    metrics.finished({.status = 404, .took = std::chrono::milliseconds{1}});
    metrics.finished({.complete = false});
    metrics.database_observer()(true, std::chrono::milliseconds{1}, std::chrono::milliseconds{2});
    metrics.add_gauge("cpu_queue_depth", "Waiting work.", [] { return 4.0; });

    std::string const text = get("/metrics").body;

    for (std::string_view const line :
         {R"(securestack_http_requests_total{method="GET",route="/healthz",status="2xx"} 1)",
          R"(securestack_http_requests_total{method="any",route="unmatched",status="4xx"} 1)",
          R"(securestack_http_request_duration_seconds_count{method="GET",route="/healthz"} 1)",
          R"(securestack_database_run_seconds_count{kind="write"} 1)", "cpu_queue_depth 4",
          R"(version="1.2.3")"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text.substr(0, 3000);
    }
}

TEST_F(SystemRoutesTest, KeepsMetricsFromWhomTheyAreNotFor) {
    metrics_allowed = false;

    EXPECT_EQ(get("/metrics").status, 403);
}

TEST_F(SystemRoutesTest, DescribesEveryOperationAndNoPage) {
    auto const all = document();

    EXPECT_EQ(all.at("openapi"), "3.1.0");
    EXPECT_EQ(at(all, {"info"}).at("version"), "1.2.3");
    std::set<std::string> operations;
    for (auto const& [path, item] : at(all, {"paths"})) {
        for (auto const& [method, operation] : item.as_object()) {
            std::string const id{operation.as_object().at("operationId").as_string()};
            EXPECT_TRUE(operations.insert(id).second) << id;
        }
    }
    EXPECT_TRUE(operations.contains("patchLampsId"));
    EXPECT_FALSE(at(all, {"paths"}).contains("/api/docs"));
}

TEST_F(SystemRoutesTest, DescribesBodiesAnswersAndConditions) {
    auto const all = document();
    auto const& create = at(all, {"paths", "/api/lamps", "post"});
    auto const& patch = at(all, {"paths", "/api/lamps/{id}", "patch"});

    EXPECT_EQ(at(create, {"requestBody", "content", "application/json", "schema"}).at("$ref"),
              "#/components/schemas/LampRequest");
    EXPECT_TRUE(at(create, {"responses", "201", "headers"}).contains("Location"));
    EXPECT_TRUE(at(create, {"responses"}).contains("422"));
    EXPECT_EQ(create.at("security").as_array().size(), 2U);  // an access token, or an API key
    EXPECT_TRUE(at(patch, {"requestBody", "content"}).contains("application/merge-patch+json"));
    EXPECT_TRUE(at(patch, {"responses"}).contains("412"));
    EXPECT_TRUE(at(all, {"components", "responses"}).contains("Problem412"));
    EXPECT_TRUE(at(all, {"components", "schemas"}).contains("LampPatch"));
}

TEST_F(SystemRoutesTest, RefersToNothingThatIsNotThere) {
    std::string const text{get("/api/openapi.json").content()};
    json::value const root = json::parse(text);
    for (std::size_t at_ref = text.find("\"#/"); at_ref != std::string::npos;
         at_ref = text.find("\"#/", at_ref + 1)) {
        std::string const pointer = text.substr(at_ref + 2, text.find('"', at_ref + 1) - at_ref - 2);
        boost::system::error_code missing;
        EXPECT_NE(root.find_pointer(pointer, missing), nullptr) << pointer;
    }
}

TEST_F(SystemRoutesTest, GivesTheSameTextEachTime) {
    EXPECT_EQ(openapi_document(router, "1"), openapi_document(router, "1"));
}

}  // namespace
}  // namespace securestack
