/** The header in which an id travels to the engine; `Authorization` is stripped before a plugin sees it. */
export const idHeader = "X-Docker-Id";

/**
 * The header in which the verifier's own questions, and what its gateway has decided, carry a single-use value. Other
 * plugins in a chain may see it.
 */
export const passHeader = "X-Docker-Id-Pass";
