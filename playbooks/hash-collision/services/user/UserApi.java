package user;

import common.Id;
import common.bus.Bus;
import common.http.Fields;
import common.http.HttpProblem;
import common.http.Reply;
import common.http.Request;
import common.http.Router;
import common.json.Json;
import java.io.IOException;
import java.util.List;

/** The HTTP interface to the users. */
final class UserApi {
    private final UserStore users;
    private final Bus bus;

    UserApi(UserStore users, Bus bus) {
        this.users = users;
        this.bus = bus;
    }

    void addTo(Router router) {
        router
            .on("GET", "/users", this::list)
            .on("POST", "/users", this::create)
            .on("GET", "/users/{id}", request -> Reply.ok(existing(request).shown()))
            .on("PUT", "/users/{id}", this::put)
            .on("POST", "/users/{id}/password-check", this::checkPassword);
    }

    /** All, or with {@code ?name=} the one of that name. */
    private Reply list(Request request) {
        String name = request.query("name");
        if (name == null) return Reply.ok(Json.object("users", users.all().stream().map(User::shown).toList()));
        User user = users.byName(name);
        return Reply.ok(Json.object("users", user == null ? List.of() : List.of(user.shown())));
    }

    private Reply create(Request request) throws IOException {
        User user = read(request, Id.random('u'), null);
        users.put(user);
        bus.publish("user.created", user.shown());
        return Reply.created(user.shown(), "/users/" + user.id());
    }

    /** Upsert by id. Where no password is given an existing one stays. */
    private Reply put(Request request) throws IOException {
        String id = request.id("id");
        User old = users.byId(id);
        User user = read(request, id, old);
        if (old != null && user.sameAs(old)) return Reply.ok(old.shown());
        boolean isNew = users.put(user) == null;
        bus.publish(isNew ? "user.created" : "user.changed", user.shown());
        return isNew ? Reply.created(user.shown(), "/users/" + id) : Reply.ok(user.shown());
    }

    private Reply checkPassword(Request request) throws IOException {
        User user = existing(request);
        Fields fields = request.fields();
        String password = fields.text("password", 200);
        fields.end();
        return Reply.ok(Json.object("matches", user.password() != null && user.password().matches(password)));
    }

    private User existing(Request request) {
        String id = request.id("id");
        User user = users.byId(id);
        if (user == null) throw new HttpProblem(404, "there is no user '" + id + "'");
        return user;
    }

    private static User read(Request request, String id, User old) throws IOException {
        Fields fields = request.fields();
        String name = fields.text("name", 60).strip();
        String about = fields.optionalText("about", 300);
        String password = fields.optionalText("password", 200);
        fields.end();
        return new User(id, name, about, password != null ? Password.of(password) : old == null ? null : old.password());
    }
}
