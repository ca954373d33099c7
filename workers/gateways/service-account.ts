/**
 * Accounts of services that have no password of their own: Windows' own ones, and the virtual account that every service has. All others
 * are known to Windows by a password that it tells nobody, and that is lost with the service.
 */
const withoutPassword = [
  /^(?:\.\\)?LocalSystem$/i,
  /^NT AUTHORITY\\(?:System|Local ?Service|Network ?Service)$/i,
  /^NT SERVICE\\[^\\]+$/i,
];

/** Can a service be installed with this account only by somebody who knows its password? */
export const needsPassword = (account: string): boolean =>
  !withoutPassword.some((form) => form.test(account));

/** Why a service with such an account is not installed anew. */
export const passwordNeeded = (service: string, account: string): string =>
  `${service} runs as ${account}: to install it anew that account's password would be needed, which servpack never has; moveBy: repoint keeps it`;
