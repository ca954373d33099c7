/**
 * Are two names of the audit one person? The token is left out: it does not say who used it. Upper
 * and lower case, spaces and the domain of an account (`CORP\anna`, `anna@corp.example`) do not
 * make another person. A name without a user may be that of any person.
 */
export function mayBeSamePerson(a: string, b: string): boolean {
  const [first, second] = [personOf(a), personOf(b)];
  return first === null || second === null || first === second;
}

/** The person of `anna (token default)`; null = the request named no user. */
export function personOf(who: string): string | null {
  const name = who.replace(/\s*\(token [^)]*\)$/, '');
  if (name === who && who.startsWith('token ')) return null;
  const account = name.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ');
  return account.replace(/^.*\\/, '').replace(/@.*$/, '');
}
