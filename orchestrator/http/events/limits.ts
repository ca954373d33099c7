/** So many readers are connected at most; a further one is refused, and none is cut off for it. */
export const streamsAtMost = 1_000;

/** The header with which a browser says what it knows (WHATWG HTML, chapter 9.2). */
export const eventsHeader = 'last-event-id';
