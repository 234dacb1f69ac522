#include "support/app_fixture.hpp"

#include <stdexcept>

#include <boost/json/parse.hpp>

#include "crypto/password.hpp"
#include "crypto/password_cost.hpp"
#include "identity/user.hpp"
#include "resource/table.hpp"

namespace securestack {

// In place of the product's: the least that libsodium accepts. Two thousand logins would be half of what the
// tests take. The product's own is tested in tests/unit and used in tests/e2e.
PasswordCost password_cost() {
    return {.passes = 1, .memory_bytes = std::size_t{8} * 1024};
}

}  // namespace securestack

namespace securestack::test {
namespace {

Request make_request(Method method, std::string const& target, HeaderList const& headers, std::string body) {
    Request request;
    request.method = method;
    request.target = target;
    auto const mark = target.find('?');
    request.path = percent_decode(target.substr(0, mark)).value();
    if (mark != std::string::npos) request.raw_query = target.substr(mark + 1);
    bool typed = false;
    for (auto const& [name, value] : headers) {
        typed = typed || name == "Content-Type";
        request.headers.add(name, value);
    }
    if (!body.empty() && !typed) request.headers.add("Content-Type", "application/json");
    request.headers.add("Host", "localhost:8000");
    request.body = std::move(body);
    request.client = Address::parse("127.0.0.1").value();
    request.id = request.headers.get("X-Request-Id").value_or("");
    return request;
}

Settings settings_for(TestDatabase const& database, std::filesystem::path const& directory,
                      std::size_t connections) {
    Settings settings;
    settings.data_dir = directory;
    settings.database = database.url();
    settings.master_key_file = directory / "master.key";
    settings.rate_limit_login.reset();
    settings.refresh_token_lifetime = std::chrono::days{30};
    settings.database_pool = connections;
    settings.threads = 1;
    return settings;
}

std::filesystem::path fresh_directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "securestack-app.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a directory like " + pattern);
    return pattern;
}

}  // namespace

std::string credentials(Persona const& persona) {
    return R"({"username": ")" + std::string{persona.username} + R"(", "password": ")" +
           std::string{persona_password} + R"("})";
}

std::string Answer::header(std::string_view name) const {
    return std::string{headers.get(name).value_or("")};
}

boost::json::value Answer::json() const {
    try {
        return boost::json::parse(body);
    } catch (std::exception const& error) {
        throw std::runtime_error("the answer " + std::to_string(status) + " is not JSON: " + body);
    }
}

boost::json::value Answer::at(std::string_view pointer) const {
    auto const document = json();
    boost::json::error_code ec;
    auto const* found = document.find_pointer(pointer, ec);
    if (found == nullptr) {
        throw std::runtime_error("the answer " + std::to_string(status) + " has no " + std::string{pointer} +
                                 ": " + body);
    }
    return *found;
}

std::string Answer::text(std::string_view pointer) const {
    auto const found = at(pointer);
    return std::string{found.as_string()};
}

Caller Caller::with(std::string name, std::string value) const {
    auto headers = headers_;
    headers.emplace_back(std::move(name), std::move(value));
    return {*app_, std::move(headers)};
}

Answer Caller::send(Method method, std::string const& target, std::string body) const {
    return app_->dispatch(make_request(method, target, headers_, std::move(body)));
}

TestApplication::TestApplication(Engine engine, std::size_t connections)
    : database_(engine, test::Schema::migrated), directory_(fresh_directory()) {
    application_ =
        std::make_unique<Application>(settings_for(database_, directory_, connections), clock, *log_);
}

TestApplication::~TestApplication() {
    application_.reset();
    std::filesystem::remove_all(directory_);
}

Answer TestApplication::dispatch(Request request) {
    if (request.id.empty()) request.id = application_->ids().make(clock.now()).to_string();
    auto response = application_->dispatch(std::move(request));
    Answer answer{response.status, response.headers, std::string{response.content()}};
    if (!response.stream) return answer;
    // A stream that waits for news gives an empty piece: what there is so far will do.
    for (bool more = true; more;) {
        auto const before = answer.body.size();
        database().read_now([&](Tx& tx) { more = (*response.stream)(tx, answer.body); });
        if (answer.body.size() == before) break;
    }
    return answer;
}

Id TestApplication::id_of(Persona const& persona) {
    auto const known = users_.find(persona.username);
    if (known != users_.end()) return known->second;
    User user;
    user.id = application_->ids().make(clock.now());
    user.username = persona.username;
    user.username_fold = persona.username;
    user.role = persona.role;
    user.password_hash = hash_password(Secret{std::string{persona_password}});
    user.created_at = user.updated_at = clock.now();
    database().write_now([&](Tx& tx) { Table<User>(tx).insert(user).value(); });
    users_.emplace(persona.username, user.id);
    return user.id;
}

Caller TestApplication::as(Persona const& persona) {
    constexpr std::chrono::minutes good_for{4};
    id_of(persona);
    auto& login = logins_[persona.username];
    if (login.token.empty() || clock.now() - login.at > good_for) {
        login = {anonymous().post("/api/auth/login", credentials(persona)).text("/access"), clock.now()};
    }
    return {*this, {{"Authorization", "Bearer " + login.token}}};
}

void ApiTest::SetUp() {
    EachEngine::SetUp();
    if (!IsSkipped()) app_ = std::make_unique<TestApplication>(GetParam(), connections_);
}

std::int64_t ApiTest::number(std::string_view sql) {
    return app_->database().read_now(
        [&](Tx& tx) { return tx.first(sql, {}, [](Row const& row) { return row.integer(0); }).value(); });
}

}  // namespace securestack::test
