package common.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import common.Log;
import common.json.JsonPrinter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Executors;

/** The JDK's HTTP server, answering JSON by the routes of a {@link Router}. */
public final class Server {
    private static final int THREADS = 8;

    private final Router router;
    private final HttpServer http;

    private Server(HttpServer http, Router router) {
        this.http = http;
        this.router = router;
    }

    /** Binds all addresses of the machine; returns once the port accepts connections. */
    public static Server start(int port, Router router) throws IOException {
        // Without it every answer on a kept-alive connection waits 40 ms for the other side's delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Seconds that one request may take to arrive: a slow sender must not hold a thread for ever.
        System.setProperty("sun.net.httpserver.maxReqTime", "20");
        HttpServer http = HttpServer.create(new InetSocketAddress(port), 128);
        Server server = new Server(http, router);
        http.createContext("/", server::answer);
        http.setExecutor(Executors.newFixedThreadPool(THREADS));
        http.start();
        return server;
    }

    /** Closes the port and all connections at once. */
    public void stop() {
        http.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, reply(exchange));
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        try {
            Router.Match match = router.match(exchange.getRequestMethod(), exchange.getRequestURI().getRawPath());
            if (match == null) return Reply.problem(404, "there is nothing at " + exchange.getRequestURI().getPath(), Map.of());
            return match.handler().handle(new Request(exchange, match.pathValues()));
        } catch (Router.NotAllowed method) {
            return Reply.problem(405, "only " + method.allowed + " is possible here", Map.of("Allow", method.allowed));
        } catch (HttpProblem problem) {
            return Reply.problem(problem.status(), problem.getMessage(), Map.of());
        } catch (RuntimeException fault) {
            Log.line("fault in " + exchange.getRequestMethod() + " " + exchange.getRequestURI() + ": " + fault);
            fault.printStackTrace();
            return Reply.problem(500, "the service failed; its log says why", Map.of());
        }
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        byte[] body = reply.body() == null ? null : JsonPrinter.bytes(reply.body());
        var headers = exchange.getResponseHeaders();
        reply.headers().forEach(headers::set);
        headers.set("Cache-Control", "no-store");
        if (body != null) headers.set("Content-Type", "application/json; charset=utf-8");
        boolean silent = body == null || exchange.getRequestMethod().equals("HEAD");
        if (silent && body != null) headers.set("Content-Length", String.valueOf(body.length));
        exchange.sendResponseHeaders(reply.status(), silent ? -1 : body.length);
        if (!silent) exchange.getResponseBody().write(body);
    }
}
