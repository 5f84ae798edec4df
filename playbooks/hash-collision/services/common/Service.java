package common;

import common.bus.Bus;
import common.bus.BusAddress;
import common.http.Reply;
import common.http.Router;
import common.http.Server;
import common.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;

/** What all services have in common: configuration, health, version, a place on the bus, and an orderly end. */
public final class Service {
    private final String name;
    private final String version;
    private final String host;
    private final int port;
    private final String startedAt = Instant.now().toString();
    private final Bus bus;

    private Service(String name, String version, Consumer<Map<String, Object>> onHeartbeat) {
        this.name = name;
        this.version = version;
        this.host = Env.text("HOST");
        this.port = Env.port("PORT");
        this.bus = new Bus(BusAddress.fromEnv(name), this::heartbeat, onHeartbeat);
    }

    /** Adds a service's routes; may read further configuration. */
    @FunctionalInterface
    public interface Setup {
        void routes(Router router, Bus bus);
    }

    /**
     * Serves HTTP at once and joins the bus when it can. Ends the process with code 2 on unusable configuration,
     * with 1 when the port cannot be had.
     *
     * @param onHeartbeat see {@link Bus}
     */
    public static void run(String name, String version, Consumer<Map<String, Object>> onHeartbeat, Setup setup) {
        try {
            Service service = new Service(name, version, onHeartbeat);
            Router router = new Router();
            setup.routes(router, service.bus);
            service.start(router);
        } catch (Env.Missing missing) {
            System.err.println(name + ": " + missing.getMessage());
            System.exit(2);
        } catch (IOException refused) {
            System.err.println(name + ": cannot listen on port " + Env.port("PORT") + ": " + refused.getMessage());
            System.exit(1);
        }
    }

    private void start(Router router) throws IOException {
        router.on("GET", "/health", request -> Reply.ok(health()));
        router.on("GET", "/version", request -> Reply.ok(Json.object("service", name, "version", version)));
        Server server = Server.start(port, router);
        Log.line(name + " " + version + " serves port " + port);
        bus.start();
        // The JVM waits 300 ms at its end for threads that still sit in a system call, so none is left there.
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stop-http"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> bus.close(100), "stop-bus"));
    }

    private Map<String, Object> health() {
        return Json.object("status", "up", "bus", bus.isConnected() ? "connected" : "connecting");
    }

    private Map<String, Object> heartbeat() {
        return Json.object("service", name, "host", host, "port", port, "version", version, "startedAt", startedAt);
    }
}
