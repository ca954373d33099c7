/**
 * How long a test waits for an event. It is no measure of speed, only the end of waiting for an
 * event that never comes. A machine with thirty times its usual load still keeps it. A test waits
 * for an event where it can, and fails when the process that would cause the event ends.
 */
export const patienceMs = 300_000;

/** The same for a Windows client made of Wine: each of its steps is dozens of processes. */
export const windowsPatienceMs = 1_800_000;
