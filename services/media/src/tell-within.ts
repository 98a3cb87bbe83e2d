/**
 * How long a request waits, in milliseconds, until accounts is told of a picture; then its job tells. Longer than accounts
 * takes under load: a job costs more.
 */
export const tellWithinMs = 2_000
