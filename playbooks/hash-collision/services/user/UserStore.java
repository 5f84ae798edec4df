package user;

import common.http.HttpProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All users, in memory, in the order of their arrival. */
final class UserStore {
    private static final int MAX = 5_000;

    private final Map<String, User> byId = new LinkedHashMap<>();
    private final Map<String, String> idByName = new HashMap<>();

    synchronized List<User> all() {
        return new ArrayList<>(byId.values());
    }

    synchronized User byId(String id) {
        return byId.get(id);
    }

    synchronized User byName(String name) {
        return byId.get(idByName.get(key(name)));
    }

    /** Stores a new user or replaces the one with the same id; returns that one or null. */
    synchronized User put(User user) {
        String holder = idByName.get(key(user.name()));
        if (holder != null && !holder.equals(user.id())) throw new HttpProblem(409, "the name '" + user.name() + "' is taken");
        if (!byId.containsKey(user.id()) && byId.size() >= MAX) throw new HttpProblem(507, "there is room for " + MAX + " users only");
        User old = byId.put(user.id(), user);
        if (old != null) idByName.remove(key(old.name()));
        idByName.put(key(user.name()), user.id());
        return old;
    }

    private static String key(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }
}
