/** Who may do what: five roles, and what a route asks of them. */

export const roles = ['viewer', 'operator', 'approver', 'administrator', 'auditor'] as const;

export type Role = (typeof roles)[number];

/**
 * The roles that may do what a route does. Each route names one of these; nothing else decides it.
 * `change`: an operator asks and another person approves where a campaign wants four eyes.
 */
export const permissions = {
  /** Campaigns, clients, blockers, forecasts. */
  see: roles,
  /** What only stops something is always safe. */
  stop: ['operator', 'approver', 'administrator'],
  /** Ending a stop: another person's stop needs `override` and a reason. */
  goOn: ['operator', 'administrator'],
  /** Plan, create, start, retry, skip, look. */
  run: ['operator', 'administrator'],
  /** Abort, withdraw, unmark, undo, and edits of a campaign. */
  change: ['operator', 'approver', 'administrator'],
  /** Answers to questions that wait for a person. */
  answer: ['approver', 'administrator'],
  /** The fleet and the releases. */
  supply: ['operator', 'administrator'],
  /** Tokens. */
  administer: ['administrator'],
  /** Exports and proofs of the audit, and evidence. */
  audit: ['operator', 'approver', 'administrator', 'auditor'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof permissions;
