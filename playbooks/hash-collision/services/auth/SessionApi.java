package auth;

import common.Id;
import common.bus.Bus;
import common.http.Fields;
import common.http.HttpProblem;
import common.http.Reply;
import common.http.Request;
import common.http.Router;
import common.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The HTTP interface to the sessions. */
final class SessionApi {
    private final SessionStore sessions;
    private final UserClient users;
    private final Bus bus;

    SessionApi(SessionStore sessions, UserClient users, Bus bus) {
        this.sessions = sessions;
        this.users = users;
        this.bus = bus;
    }

    void addTo(Router router) {
        router
            .on("POST", "/sessions", this::signIn)
            .on("GET", "/sessions/{token}", this::show)
            .on("DELETE", "/sessions/{token}", this::signOut);
    }

    private Reply signIn(Request request) throws IOException {
        Fields fields = request.fields();
        String name = fields.text("name", 60);
        String password = fields.optionalText("password", 200);
        fields.end();
        UserClient.KnownUser user = users.byName(name);
        if (user == null) throw new HttpProblem(401, "there is no user '" + name + "'");
        if (user.hasPassword()) {
            if (password == null) throw new HttpProblem(401, "'" + user.name() + "' has a password: give it as 'password'");
            if (!users.passwordMatches(user.id(), password)) throw new HttpProblem(401, "the password is wrong");
        }
        Session session = new Session(Id.random('s'), user.id(), user.name(), Instant.now().truncatedTo(ChronoUnit.MILLIS));
        sessions.add(session);
        bus.publish("session.opened", Json.object("user", user.id()));
        return Reply.created(session.shown(), "/sessions/" + session.token());
    }

    private Reply show(Request request) {
        Session session = sessions.find(request.id("token"), Instant.now());
        if (session == null) throw new HttpProblem(404, "this session does not exist or is over");
        return Reply.ok(session.shown());
    }

    private Reply signOut(Request request) {
        Session session = sessions.remove(request.id("token"));
        if (session != null) bus.publish("session.closed", Json.object("user", session.userId()));
        return Reply.empty();
    }
}
