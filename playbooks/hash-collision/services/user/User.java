package user;

import common.json.Json;
import java.util.Map;

/** A person. The name is unique (whatever the case of its letters) and what one signs in with. */
record User(String id, String name, String about, Password password) {
    /** What others may know: whether there is a password, never the password. */
    Map<String, Object> shown() {
        return Json.object("id", id, "name", name, "about", about, "hasPassword", password != null);
    }

    /** Whether other data given for this user would change anything. */
    boolean sameAs(User other) {
        return shown().equals(other.shown()) && (password == null || password.equals(other.password));
    }
}
