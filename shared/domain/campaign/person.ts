/**
 * Who did something, as records and the audit name it: `anna (token night-shift)` where the token
 * belongs to one person, else `token default`. With a certificate its subject stands in place of
 * the token: `anna (certificate CN=anna, O=Example)`. What the caller says of itself is a remark
 * behind: `token default (says anna)`.
 */

export interface Proved {
  /** What proves it: `token night-shift`, `sign-in`. */
  readonly by: string;
  /** Whose it is; null = it belongs to no single person. */
  readonly person: string | null;
}

/**
 * Names who did something.
 * @param says the user name that the caller sent, which nothing proves; null = none
 */
export function whoOf({ by, person }: Proved, says: string | null): string {
  if (person === null) return says === null ? by : `${by} (says ${says})`;
  const remark = says === null || accountOf(says) === accountOf(person) ? '' : `, says ${says}`;
  return `${person} (${by}${remark})`;
}

/**
 * Names who did something that another person has approved, such as
 * `anna (token a), approved by bert (token b)`. Both are proved, and no typed text is among them.
 */
export const withApprover = (by: string, approver: string): string => `${by}, approved by ${approver}`;

/** Who did it, without who has approved it. */
const askerOf = (who: string): string =>
  who.replace(/(?<=\)), approved by .+ \((?:token |certificate |sign-in)[^()]*\)$/, '');

/**
 * The person of `anna (token a)`, in one spelling; null = it is not proved which person it was. A
 * name without a proof behind it comes from the records of an earlier version, or from servpack.
 */
export function personOf(name: string): string | null {
  const who = askerOf(name);
  if (/^(?:token \S+|certificate [^()]+)(?: \(says [^()]*\))?$/.test(who)) return null;
  return accountOf(who.replace(proof, ''));
}

/**
 * May two names be one person? Then the one cannot approve what the other has made. Where it is not
 * proved which person it was, it may have been any. Who signs in with a provider is one person by
 * the account there, also after the name has changed, and with other ways in by the name.
 */
export function mayBeSamePerson(a: string, b: string): boolean {
  const [first, second] = [personOf(a), personOf(b)];
  const id = signInOf(askerOf(a));
  if (id !== null && id === signInOf(askerOf(b))) return true;
  return first === null || second === null || first === second;
}

/**
 * Is it certain that two names are one person, or the same caller of the same token? Then what the
 * one has stopped the other may let go on.
 */
export function isSameCaller(one: string, other: string): boolean {
  const [a, b] = [askerOf(one), askerOf(other)];
  if (a === b) return true;
  const [first, second] = [signInOf(a), signInOf(b)];
  // A name at a provider may be one that its owner has chosen.
  if (first !== null || second !== null) return first === second;
  return proof.test(a) && proof.test(b) && personOf(a) === personOf(b);
}

/** Stands for the account at the provider, in `anna (sign-in 1f2e3d4c5b6a7988)`. */
const signInOf = (who: string): string | null =>
  / \(sign-in ([0-9a-f]{16})(?:, says [^()]*)?\)$/.exec(who)?.[1] ?? null;

const proof = / \((?:token |certificate |sign-in)[^()]*\)$/;

/**
 * Upper and lower case, spaces, what is invisible and the domain of an account (`CORP\anna`,
 * `anna@corp.example`) do not make another person.
 */
function accountOf(name: string): string {
  const visible = name.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  const account = visible.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ');
  return account.replace(/^.*\\/, '').replace(/@.*$/, '');
}
