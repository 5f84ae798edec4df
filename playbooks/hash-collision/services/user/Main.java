package user;

import common.Service;

/** The user service: who there is. */
public final class Main {
    static final String VERSION = "1.0.0";

    private Main() {}

    public static void main(String[] args) {
        Service.run("user", VERSION, null, (router, bus) -> new UserApi(new UserStore(), bus).addTo(router));
    }
}
