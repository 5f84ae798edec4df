package qa;

import common.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Who sent a heartbeat lately. Times are of this process's clock, so other machines' clocks do not matter. */
final class AliveServices {
    /** Three heartbeats. */
    private static final long ALIVE_MS = 3_000;
    /** Whoever has been silent for so long is not spoken of any more. */
    private static final long FORGET_MS = 10 * 60_000;

    private record Seen(Map<String, Object> heartbeat, long at) {}

    private final Map<String, Seen> byAddress = new LinkedHashMap<>();

    void seen(Map<String, Object> heartbeat) {
        if (!(heartbeat.get("service") instanceof String service)) return;
        synchronized (byAddress) {
            byAddress.put(service + " " + heartbeat.get("host") + ":" + heartbeat.get("port"), new Seen(heartbeat, now()));
            byAddress.values().removeIf(seen -> now() - seen.at > FORGET_MS);
        }
    }

    List<Map<String, Object>> shown() {
        List<Map<String, Object>> services = new ArrayList<>();
        synchronized (byAddress) {
            for (Seen seen : byAddress.values()) {
                long silentMs = now() - seen.at;
                Map<String, Object> service = new LinkedHashMap<>(seen.heartbeat);
                service.putAll(Json.object("alive", silentMs < ALIVE_MS, "silentMs", silentMs));
                services.add(service);
            }
        }
        services.sort(Comparator.comparing(service -> (String) service.get("service")));
        return services;
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
