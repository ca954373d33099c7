/**
 * Service accounts without a password: those of Windows, and the virtual account of each service.
 * Of any other account Windows keeps the password, shows it to no program, and loses it with the
 * service.
 */
const withoutPassword = [
  /^(?:\.\\)?LocalSystem$/i,
  /^NT AUTHORITY\\(?:System|Local ?Service|Network ?Service)$/i,
  /^NT SERVICE\\[^\\]+$/i,
];

/** Does installing a service with this account need the password of the account? */
export const needsPassword = (account: string): boolean =>
  !withoutPassword.some((form) => form.test(account));

/** Why a service with such an account is not reinstalled. */
export const passwordNeeded = (service: string, account: string): string =>
  `${service} runs as ${account}: reinstalling it needs the password of that account, which servpack never has; moveBy: repoint keeps it`;
