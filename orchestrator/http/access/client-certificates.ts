import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { printFaults } from '../../../shared/input/input-fault.ts';
import { readOperatorFile, readOperatorText } from '../../../shared/input/operator-file.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import { type CertificateFacts, ruleFor, subjectWords } from '../../domain/certificate-rules.ts';
import {
  type ClientCertificateSettings,
  parseClientCertificates,
} from '../../input/client-certificates-file.ts';
import { Followed } from '../../followed.ts';
import type { Refusal } from '../../refusal.ts';
import type { ShownCertificate } from './certificate-facts.ts';
import type { Principal } from './principal.ts';

interface Read {
  readonly settings: ClientCertificateSettings;
  /** PEM. */
  readonly authorities: Buffer;
  /** Everything that was read, to see a change. */
  readonly text: string;
}

/**
 * Who may use the API with a certificate, by the rules of a settings file. The file and the one of
 * the authorities are followed: a certificate whose rule is taken out, or whose serial number is
 * revoked, is refused without a restart.
 */
export class ClientCertificates {
  readonly #log: Logger;
  readonly #followed: Followed<Read>;

  private constructor(file: string, first: Read, log: Logger) {
    this.#log = log;
    this.#followed = new Followed(first, {
      read: () => readFiles(file),
      isSame: (before, now) => before.text === now.text,
      onTrouble: (because) =>
        log.error({ because }, 'the rules of client certificates cannot be used; those of before stay'),
    });
  }

  /** Why the files cannot be used now; null = what they hold is in use. */
  get trouble(): string | null {
    return this.#followed.trouble;
  }

  /** Faults: `config.clientCertificates`. */
  static open(file: string, log: Logger): Result<ClientCertificates> {
    const read = readFiles(file);
    return read.ok ? ok(new ClientCertificates(file, read.value, log)) : read;
  }

  /** Certificates of these authorities are accepted (PEM). */
  get authorities(): Buffer {
    return this.#followed.value.authorities;
  }

  /**
   * Looks at the files, and uses what they hold; what cannot be used leaves that of before in use.
   * @returns whether something has changed
   */
  look(): boolean {
    if (this.#followed.look() !== 'changed') return false;
    const { rules } = this.#followed.value.settings;
    this.#log.info({ rules: rules.length }, 'the rules of client certificates have changed');
    return true;
  }

  /** Whom a certificate proves. Faults: `certificate.notAccepted`, and those of `ofFacts`. */
  ofShown({ facts, refused }: ShownCertificate, now: number): Result<Principal, Refusal> {
    if (refused === null) return this.ofFacts(facts, now);
    const because = reasonOf(Object.assign(new Error(refused), { code: refused }));
    return err(
      fault('certificate.notAccepted', `the certificate ${subjectWords(facts)} is not accepted: ${because}`),
    );
  }

  /**
   * Whom a certificate proves that an authority has signed. Faults: `certificate.expired`,
   * `certificate.revoked`, `certificate.noRule`.
   * @param now real time in milliseconds
   */
  ofFacts(facts: CertificateFacts, now: number): Result<Principal, Refusal> {
    const words = subjectWords(facts);
    // A connection may be older than the end of the certificate.
    if (facts.endsAt <= now) return err(fault('certificate.expired', `the certificate ${words} has expired`));
    const { rules, revoked } = this.#followed.value.settings;
    if (revoked.includes(facts.serial))
      return err(fault('certificate.revoked', `the certificate ${words} is revoked`));
    const rule = ruleFor(rules, facts);
    if (rule === null)
      return err(
        fault(
          'certificate.noRule',
          `no rule says what the certificate ${words} may do; an administrator adds one to the settings of client certificates`,
        ),
      );
    const { role, person, campaigns, sites } = rule;
    const [name = words] = facts.subject.flatMap(([attribute, value]) => (attribute === 'CN' ? [value] : []));
    return ok({
      by: `certificate ${words}`,
      name,
      person,
      role,
      narrowing: { campaigns, sites },
      proof: { kind: 'certificate', ...facts },
      session: null,
      expiresAt: facts.endsAt,
    });
  }
}

function readFiles(file: string): Result<Read> {
  const refuse = (says: string): Result<never> => err(fault('config.clientCertificates', says));
  const text = readOperatorText(file);
  if (!text.ok) return refuse(`SERVPACK_CLIENT_CERTS: ${file} ${text.error}`);
  const settings = parseClientCertificates(text.value, file);
  if (!settings.ok) return refuse(printFaults(settings.error).join('; '));
  const authorities = readOperatorFile(settings.value.authorities);
  const named = `the authorities of client certificates, ${settings.value.authorities},`;
  if (!authorities.ok) return refuse(`${named} ${authorities.error}`);
  try {
    if (!authorities.value.includes('-----BEGIN CERTIFICATE-----'))
      return refuse(`${named} hold no certificate in PEM form`);
    createSecureContext({ ca: authorities.value });
    return ok({
      settings: settings.value,
      authorities: authorities.value,
      text: `${text.value}\n${authorities.value.toString('latin1')}`,
    });
  } catch (error) {
    return refuse(`${named} cannot be used: ${reasonOf(error)}`);
  }
}
