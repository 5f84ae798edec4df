package common;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** One line an occurrence on standard output, with the time in UTC. */
public final class Log {
    private Log() {}

    public static void line(String text) {
        System.out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + text);
    }
}
