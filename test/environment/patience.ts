/**
 * How long a test waits for what must come. No measure of speed: only the end of waiting for what never comes. A machine that has thirty
 * times its work still keeps these; whoever can, waits for an event and fails at the end of the process that would bring it.
 */
export const patienceMs = 300_000;

/** The same for a Windows client made of Wine: each of its steps is dozens of processes. */
export const windowsPatienceMs = 1_800_000;
