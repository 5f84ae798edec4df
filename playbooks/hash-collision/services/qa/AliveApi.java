package qa;

import common.bus.Bus;
import common.http.Reply;
import common.http.Router;
import common.json.Json;

/** The HTTP interface to who is alive. */
final class AliveApi {
    private final AliveServices alive;
    private final Bus bus;

    AliveApi(AliveServices alive, Bus bus) {
        this.alive = alive;
        this.bus = bus;
    }

    void addTo(Router router) {
        router.on("GET", "/services", request -> Reply.ok(
            Json.object("bus", bus.isConnected() ? "connected" : "connecting", "services", alive.shown())));
    }
}
