package auth;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The open sessions, in memory, oldest first. */
final class SessionStore {
    private static final int MAX = 10_000;

    private final Map<String, Session> byToken = new LinkedHashMap<>();

    synchronized void add(Session session) {
        // All live equally long, so what has expired or must make room is at the front.
        Iterator<Session> oldest = byToken.values().iterator();
        while (oldest.hasNext() && (oldest.next().isOver(session.startedAt()) || byToken.size() >= MAX)) oldest.remove();
        byToken.put(session.token(), session);
    }

    /** The session of this token, or null when there is none (any more). */
    synchronized Session find(String token, Instant now) {
        Session session = byToken.get(token);
        return session == null || session.isOver(now) ? null : session;
    }

    synchronized Session remove(String token) {
        return byToken.remove(token);
    }
}
