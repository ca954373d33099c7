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
  /** Why the files cannot be used now; null = what they hold is in use. */
  trouble: string | null = null;
  readonly #file: string;
  readonly #log: Logger;
  #read: Read;

  private constructor(file: string, read: Read, log: Logger) {
    this.#file = file;
    this.#read = read;
    this.#log = log;
  }

  /** Faults: `config.clientCertificates`. */
  static open(file: string, log: Logger): Result<ClientCertificates> {
    const read = readFiles(file);
    return read.ok ? ok(new ClientCertificates(file, read.value, log)) : read;
  }

  /** Certificates of these authorities are accepted (PEM). */
  get authorities(): Buffer {
    return this.#read.authorities;
  }

  /**
   * Looks at the files, and uses what they hold; what cannot be used leaves that of before in use.
   * @returns whether something has changed
   */
  look(): boolean {
    const read = readFiles(this.#file);
    if (!read.ok) {
      const because = read.error.message;
      if (this.trouble !== because)
        this.#log.error({ because }, 'the rules of client certificates cannot be used; those of before stay');
      this.trouble = because;
      return false;
    }
    this.trouble = null;
    if (read.value.text === this.#read.text) return false;
    this.#read = read.value;
    this.#log.info(
      { rules: read.value.settings.rules.length },
      'the rules of client certificates have changed',
    );
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
    const { rules, revoked } = this.#read.settings;
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
