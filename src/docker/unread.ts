/**
 * Thrown inside this room alone where a request is not understood; `readAttempt` turns it into an `Unreadable`. The
 * message is the reason, a sentence without a final stop.
 */
export class Unread extends Error {
  override readonly name: string = "Unread";
}
