/** What a certificate of a client says, as far as rules and the audit need it. */
export interface CertificateFacts {
  /** The attributes of its subject in its own order, such as `['CN', 'anna']`. */
  readonly subject: readonly (readonly [attribute: string, value: string])[];
  /** Its alternative names, such as `email:anna@example.com`. */
  readonly names: readonly string[];
  /** In hexadecimal. */
  readonly serial: string;
  /** Real time in milliseconds. */
  readonly endsAt: number;
}

/** Which certificates a rule is about. */
export interface CertificateCondition {
  /** Each of these attributes of the subject must have this value. */
  readonly subject: Readonly<Record<string, string>>;
  /** An alternative name that it must have; null = any. */
  readonly name: string | null;
}

/** The first rule that fits; null = none does. Values compare exactly. */
export const ruleFor = <Rule extends CertificateCondition>(
  rules: readonly Rule[],
  facts: CertificateFacts,
): Rule | null =>
  rules.find(
    ({ subject, name }) =>
      Object.entries(subject).every(([attribute, value]) =>
        facts.subject.some(([has, is]) => has === attribute && is === value),
      ) &&
      (name === null || facts.names.includes(name)),
  ) ?? null;

const longestWords = 200;

/**
 * The subject in one line: `CN=anna, O=Example`. Brackets and control characters are escaped,
 * because the audit puts remarks into brackets behind it. Without a subject the first name stands
 * for it, or the serial number.
 */
export function subjectWords({ subject, names, serial }: CertificateFacts): string {
  const words = subject.map(([attribute, value]) => `${attribute}=${value}`).join(', ');
  const [first = `serial ${serial}`] = names;
  return (words === '' ? first : words)
    .replaceAll(/[()%\p{C}]/gu, (each) => `%${(each.codePointAt(0) ?? 0).toString(16)}`)
    .slice(0, longestWords);
}
