package auth;

import common.Env;
import common.Service;

/** The auth service: who is signed in. */
public final class Main {
    static final String VERSION = "1.0.0";

    private Main() {}

    public static void main(String[] args) {
        Service.run("auth", VERSION, null, (router, bus) -> {
            UserClient users = new UserClient(Env.url("USER_SERVICE_URL"));
            new SessionApi(new SessionStore(), users, bus).addTo(router);
        });
    }
}
