import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { CertificateCondition } from '../domain/certificate-rules.ts';
import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { across, list, matching, oneOf, section, text } from '../../shared/input/fields.ts';
import type { InputFault } from '../../shared/input/input-fault.ts';
import { hostForm, isHost } from '../../shared/input/names.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { type Role, roles } from '../http/contract/permissions.ts';
import { isPerson, personForm } from './person-name.ts';

/** What a certificate that fits may do. */
interface CertificateRule extends CertificateCondition, Narrowing {
  readonly role: Role;
  /** Whose certificate it is; null = it belongs to no single person. */
  readonly person: string | null;
}

/** Who may use the API with a certificate. */
export interface ClientCertificateSettings {
  /** The file with the authorities that sign the certificates. */
  readonly authorities: string;
  readonly rules: readonly CertificateRule[];
  /** Serial numbers in hexadecimal, in upper case. */
  readonly revoked: readonly string[];
}

const campaignForm = 'the name of a campaign, or how names begin: pune-*';
const subjectForm = 'attributes of the subject, such as { CN: anna, O: Example }';
const nameForm = 'an alternative name such as email:anna@example.com, URI:… or DNS:…';
const serialForm = 'a serial number in hexadecimal, as openssl x509 -serial prints it';

/** The keys that say what a caller may do. */
export const grantFields = {
  role: oneOf(...roles),
  campaigns: list(
    matching(campaignForm, (value) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}\*?$/.test(value)),
  ).default([]),
  sites: list(matching(hostForm, isHost)).default([]),
};

const rule = across(
  section({
    subject: z.record(z.string(), text(), { error: subjectForm }).default({}),
    name: matching(nameForm, (value) => /^(?:email|URI|DNS|IP Address):\S+$/.test(value)).optional(),
    person: matching(personForm, isPerson).optional(),
    ...grantFields,
  }),
  ({ subject, name }, blame) => {
    if (name === undefined && Object.keys(subject ?? {}).length === 0)
      blame([], 'fits every certificate', 'a subject, a name, or both');
  },
);

const fileSchema = section({
  clientCertificates: section({
    authorities: text('a path'),
    rules: list(rule, 'a list of rules'),
    revoked: list(matching(serialForm, (value) => /^(?:[0-9A-Fa-f]{2})+$/.test(value))).default([]),
  }),
});

/**
 * Reads the settings of client certificates. Paths in it are relative to its folder.
 * @param file its name, for the faults and for the paths; it is not opened
 */
export function parseClientCertificates(
  yaml: string,
  file: string,
): Result<ClientCertificateSettings, InputFault[]> {
  const read = parseYaml(yaml, file, fileSchema);
  if (!read.ok) return err(read.error);
  const { authorities, rules, revoked } = read.value.clientCertificates;
  return ok({
    authorities: resolve(dirname(file), authorities),
    rules: rules.map(({ name = null, person = null, ...others }) => ({ ...others, name, person })),
    revoked: revoked.map((serial) => serial.toUpperCase()),
  });
}
