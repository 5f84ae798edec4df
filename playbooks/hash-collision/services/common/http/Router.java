package common.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the handler for a method and a path. In a pattern like {@code /users/{id}}, {@code {id}} is any one segment. */
public final class Router {
    /** Answers one request; {@link HttpProblem} is turned into its status. */
    @FunctionalInterface
    public interface Handler {
        Reply handle(Request request) throws IOException;
    }

    record Match(Handler handler, Map<String, String> pathValues) {}

    private record Route(String method, String[] pattern, Handler handler) {}

    /** The path exists, the method does not; {@code allowed} is the value of the Allow header. */
    static final class NotAllowed extends Exception {
        private static final long serialVersionUID = 1L;
        final String allowed;

        NotAllowed(String allowed) {
            super(null, null, false, false);
            this.allowed = allowed;
        }
    }

    private final List<Route> routes = new ArrayList<>();

    public Router on(String method, String pattern, Handler handler) {
        routes.add(new Route(method, pattern.split("/"), handler));
        return this;
    }

    /** The match, or null where no pattern has this path. HEAD is answered by the handler of GET. */
    Match match(String method, String rawPath) throws NotAllowed {
        String wanted = method.equals("HEAD") ? "GET" : method;
        String[] path = rawPath.split("/");
        List<String> allowed = new ArrayList<>();
        for (Route route : routes) {
            Map<String, String> values = values(route.pattern, path);
            if (values == null) continue;
            if (route.method.equals(wanted)) return new Match(route.handler, values);
            allowed.add(route.method);
        }
        if (allowed.isEmpty()) return null;
        throw new NotAllowed(String.join(", ", allowed));
    }

    private static Map<String, String> values(String[] pattern, String[] path) {
        if (pattern.length != path.length) return null;
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < path.length; i++) {
            String part = pattern[i];
            // A '+' in a path means itself; only in a query is it a space.
            if (part.startsWith("{")) values.put(part.substring(1, part.length() - 1), Request.decode(path[i].replace("+", "%2B")));
            else if (!part.equals(path[i])) return null;
        }
        return values;
    }
}
