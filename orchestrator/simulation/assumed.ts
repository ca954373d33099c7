/** What every simulation assumes where nothing else is known. Milliseconds of policy time. */

/** A person takes so long to approve. */
export const usualApprovalMs = 4 * 3_600_000;

/** A campaign that has not ended after this time does not end by itself. */
export const horizonMs = 120 * 24 * 3_600_000;

/** One call to a client over a usual network. */
export const callMs = 150;
