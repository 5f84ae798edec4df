package qa;

import common.Env;
import common.Service;

/** The qa service: questions, answers, and which services are alive. */
public final class Main {
    static final String VERSION = "1.0.0";

    private Main() {}

    public static void main(String[] args) {
        AliveServices alive = new AliveServices();
        Service.run("qa", VERSION, alive::seen, (router, bus) -> {
            SessionClient sessions = new SessionClient(Env.url("AUTH_SERVICE_URL"));
            new QuestionApi(new QuestionStore(), sessions, bus).addTo(router);
            new AliveApi(alive, bus).addTo(router);
        });
    }
}
