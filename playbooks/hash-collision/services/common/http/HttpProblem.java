package common.http;

/** A request that is not fulfilled: the status and a sentence for the caller. */
public final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public HttpProblem(int status, String message) {
        // No stack trace: it answers the caller's mistake, it does not report one of ours.
        super(message, null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
